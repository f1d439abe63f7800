// /tmp and /opt of Python functions in environments of their own, as far as they can be had here.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/lib/covers.h"
#include "tests/workers/mounts.h"
#include "tests/workers/python_workers.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

// What a handler answers is what the code of its event has made of `result`.
constexpr char kFoldersHandler[] = R"(import os
import subprocess
import sys
import tempfile


def run(event, context):
    scope = {"os": os, "subprocess": subprocess, "sys": sys, "tempfile": tempfile}
    exec(event, scope)
    return str(scope.get("result"))
)";

// A folder of a test's, and Tandem itself in it: nothing that a function needs lies in /tmp then, wherever this was
// built.
class Elsewhere {
 public:
  Elsewhere() {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
    for (const char* part : {"loaders", "python", "tandem-supervisor", "tandem-worker"}) {
      fs::copy(fs::path(TANDEM_TEST_PYTHON_LOADERS).parent_path() / part, path_ + "/" + part,
               fs::copy_options::recursive);
    }
    Put("package/app.py", kFoldersHandler);
    MakeEnvironment();
  }
  ~Elsewhere() { fs::remove_all(path_); }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

  const std::string& path() const { return path_; }
  void Put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path_ + "/" + name).parent_path());
    std::ofstream(path_ + "/" + name) << text;
  }

 private:
  // A virtual environment, whose site has no code of anybody's, so that a zygote can be any function's.
  void MakeEnvironment() const {
    const char* const named = std::getenv("TANDEM_TEST_PYTHON");
    fs::path python = named == nullptr ? "" : named;
    if (fs::is_directory(python)) python /= "bin/python";
    const std::string command = fs::canonical(python).string() + " -m venv --without-pip " + path_ + "/venv";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  std::string path_ = "/var/tmp/tandem-folders-XXXXXX";
};

class PythonFolders : public testing::TestWithParam<ZygoteUse> {
 protected:
  static void SetUpTestSuite() { elsewhere_ = new Elsewhere; }
  static void TearDownTestSuite() { delete elsewhere_; }

  static PythonWorkers Workers() {
    return PythonWorkers(GetParam(), [](RuntimeOptions& options) {
      options.loader_dirs = {elsewhere_->path() + "/loaders"};
      options.languages["python"].path = elsewhere_->path() + "/venv";
      options.workers.program_dir = elsewhere_->path();
      options.package.cache_dir = elsewhere_->path() + "/cache";
    });
  }
  static std::string package() { return elsewhere_->path() + "/package"; }
  static std::string temporary() { return elsewhere_->path() + "/cache/temporary"; }

  Function& Add(const std::vector<std::string>& layers = {}, const std::string& code = package()) {
    Function* const function = workers_.Add("app.run", {}, code, layers);
    EXPECT_NE(function, nullptr);
    return *function;
  }
  // What the code says, in an environment that is there already where there is one.
  std::string Run(Function& function, const std::string& code) {
    std::string event = "\"";
    for (const char c : code)
      event += c == '\n' ? std::string("\\n") : c == '"' ? std::string("\\\"") : std::string(1, c);
    return Text(workers_.Invoke(function, event + "\""));
  }
  static std::string Text(const InvokeResult& result) { return std::string(result.outcome.payload().view()); }

  static inline Elsewhere* elsewhere_ = nullptr;
  PythonWorkers workers_ = Workers();
};

constexpr char kFolder[] = "result = tempfile.gettempdir()";
constexpr char kEntries[] = "result = os.listdir(tempfile.gettempdir())";

TEST_P(PythonFolders, TemporaryFilesAreTheEnvironmentsOwn) {
  Function& function = Add();
  EXPECT_EQ(Run(function, kEntries), "\"[]\"") << "empty at first";
  EXPECT_EQ(Run(function, "open(tempfile.gettempdir() + '/mine', 'w').close()\nresult = os.environ.get('TMPDIR')") ==
                "\"None\"",
            Mounts());
  EXPECT_EQ(Run(function, kEntries), "\"['mine']\"") << "as long as the environment is there";
  if (Mounts()) {
    EXPECT_EQ(Run(function, kFolder), "\"/tmp\"");
    EXPECT_FALSE(fs::exists("/tmp/mine"));
    EXPECT_EQ(Run(function, "result = os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize"), "\"536870912\"");
  } else {
    EXPECT_EQ(Run(function, kFolder).rfind("\"" + temporary() + "/", 0), 0U) << Run(function, kFolder);
  }
  {
    PythonWorkers others = Workers();
    Function& other = *others.Add("app.run", {}, package());
    EXPECT_EQ(Text(others.Invoke(other, "\"result = os.listdir(tempfile.gettempdir())\"")), "\"[]\"");
  }
  Run(function, "os._exit(1)");
  EXPECT_EQ(Run(function, kEntries), "\"[]\"") << "of the next environment";
  workers_.Remove(function);
  EXPECT_TRUE(fs::is_empty(temporary()));
}

TEST_P(PythonFolders, ChildrenFindThemToo) {
  Function& function = Add();
  Run(function, "open(tempfile.gettempdir() + '/mine', 'w').close()");
  EXPECT_EQ(Run(function, "result = subprocess.check_output('ls ${TMPDIR:-/tmp}', shell=True, text=True)"),
            "\"mine\\n\"");
}

TEST_P(PythonFolders, LayersAreInOpt_K11_K12_K13) {
  elsewhere_->Put("one/python/only_one.py", "VALUE = 1\n");
  elsewhere_->Put("one/python/both.py", "VALUE = 1\n");
  elsewhere_->Put("one/python/split/__init__.py", "");
  elsewhere_->Put("one/python/split/left.py", "VALUE = 1\n");
  elsewhere_->Put("one/bin/said", "#!/bin/sh\necho one\n");
  elsewhere_->Put("two/python/both.py", "VALUE = 2\n");
  elsewhere_->Put("two/python/split/right.py", "VALUE = 2\n");
  elsewhere_->Put("two/bin/said", "#!/bin/sh\necho two\n");
  for (const char* layer : {"/one", "/two"}) {
    fs::permissions(elsewhere_->path() + layer + "/bin/said", fs::perms(0755));
  }
  Function& function = Add({elsewhere_->path() + "/one", elsewhere_->path() + "/two"});
  EXPECT_EQ(Run(function, "import only_one, both\nresult = [only_one.VALUE, both.VALUE]"), "\"[1, 2]\"");
  EXPECT_EQ(Run(function, "result = subprocess.check_output(['said'], text=True)"), "\"two\\n\"");
  EXPECT_EQ(Run(function, "result = os.environ['PATH'].endswith('/opt/bin')"), "\"True\"") << "R-34";
  EXPECT_EQ(Run(function, "result = os.environ['LD_LIBRARY_PATH'].endswith('/opt/lib')"), "\"True\"") << "R-34";
  if (!Mounts()) return;
  EXPECT_EQ(Run(function, "import both\nresult = both.__file__"), "\"/opt/python/both.py\"");
  EXPECT_EQ(Run(function, "import split.left, split.right\nresult = [split.left.VALUE, split.right.VALUE]"),
            "\"[1, 2]\"");
  EXPECT_EQ(Run(function, "result = open('/opt/python/both.py').read()"), "\"VALUE = 2\\n\"");
  EXPECT_EQ(Run(function, "result = os.access('/opt/python', os.W_OK) or os.access('/opt', os.W_OK)"), "\"False\"");
  EXPECT_EQ(Run(function, "result = os.environ['LAMBDA_TASK_ROOT']"), "\"" + fs::canonical(package()).string() + "\"");
  EXPECT_EQ(workers_.log(), "") << "nothing is to be said";
  Covers("K-11", "K-12", "K-13");
}

TEST_P(PythonFolders, APackageInTmpIsNotHidden) {
  std::string folder = "/tmp/tandem-package-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/app.py") << kFoldersHandler;
  elsewhere_->Put("one/python/only_one.py", "VALUE = 1\n");
  {
    Function& function = Add({elsewhere_->path() + "/one"}, folder);
    Run(function, "open(tempfile.gettempdir() + '/mine', 'w').close()");
    EXPECT_EQ(Run(function, kEntries), "\"['mine']\"");
    const std::string said = Run(function, kFolder);
    EXPECT_EQ(said == "\"" + temporary() + "\"", Mounts()) << said;
    EXPECT_EQ(said.rfind("\"" + temporary(), 0), 0U) << said;
    EXPECT_EQ(Run(function, "import only_one\nresult = only_one.VALUE"), "\"1\"");
    EXPECT_NE(workers_.log().find("tandem: function 'run': its temporary files are in " + temporary()),
              std::string::npos)
        << workers_.log();
    PythonWorkers others = Workers();
    EXPECT_EQ(Text(others.Invoke(*others.Add("app.run", {}, folder), "\"result = os.listdir(tempfile.gettempdir())\"")),
              "\"[]\"");
    workers_.Remove(function);
  }
  EXPECT_TRUE(fs::is_empty(temporary()));
  fs::remove_all(folder);
}

TEST_P(PythonFolders, TheUsersOwnTmpdirGoesFirst) {
  Function* const function = workers_.Add("app.run", {{"TMPDIR", "/var/tmp"}}, package());
  EXPECT_EQ(Run(*function, kFolder), "\"/var/tmp\"");
}

// What the linker finds in a layer's lib it does not find in a zygote's /opt.
TEST_P(PythonFolders, LibrariesOfALayerAreFound_K12) {
  const fs::path library = elsewhere_->path() + "/native/lib/libtandem-layer-test.so";
  elsewhere_->Put("native/lib/README", "");
  for (const auto& loader : fs::directory_iterator(elsewhere_->path() + "/loaders")) {
    if (loader.path().filename() == "python-finder.so")
      fs::copy_file(loader.path(), library, fs::copy_options::overwrite_existing);
  }
  Function& function = Add({elsewhere_->path() + "/native"});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Run(function, "import ctypes\nresult = ctypes.CDLL('libtandem-layer-test.so')._name"),
              "\"libtandem-layer-test.so\"");
    Run(function, "os._exit(1)");
  }
  Covers("K-12");
}

INSTANTIATE_TEST_SUITE_P(Zygotes, PythonFolders, testing::Values(ZygoteUse::kOff, ZygoteUse::kAlways),
                         [](const auto& tested) { return tested.param == ZygoteUse::kOff ? "Executed" : "Forked"; });

}  // namespace
}  // namespace tandem::test
