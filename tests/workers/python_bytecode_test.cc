// K-19: byte code of a package's modules is kept outside the package, and used again.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/lib/covers.h"
#include "tests/workers/python_workers.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

constexpr int kModules = 20;

// What the handler answers are the modules that have been compiled, and what they hold.
constexpr char kHandler[] = R"(import importlib
import os
import sys

compiled = []


def note(event, arguments):
    if event == "compile" and str(arguments[1]).startswith(os.path.dirname(__file__)):
        compiled.append(os.path.basename(arguments[1]))


sys.addaudithook(note)
import many

values = [importlib.import_module(f"many.m{number}").VALUE for number in range(20)]


def handler(event, context):
    return [len(compiled), sum(values)]


def late(event, context):
    import broken
)";

class PythonBytecode : public testing::TestWithParam<ZygoteUse> {
 protected:
  PythonBytecode() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    fs::create_directories(package() + "/many");
    std::ofstream(package() + "/app.py") << kHandler;
    std::ofstream(package() + "/broken.py") << "def broken(\n";
    std::ofstream(package() + "/many/__init__.py") << "\n";
    for (int i = 0; i < kModules; ++i) Write(i, 1);
  }
  ~PythonBytecode() override { fs::remove_all(folder_); }

  void Write(int module, int value) const {
    std::ofstream(package() + "/many/m" + std::to_string(module) + ".py") << "VALUE = " << value << "\n";
  }
  std::string package() const { return folder_ + "/package"; }
  std::string cache() const { return folder_ + "/cache"; }

  // In a process of its own.
  std::string Call(const std::map<std::string, std::string>& variables = {},
                   const char* handler = "app.handler") const {
    PythonWorkers workers(GetParam(), [this](RuntimeOptions& options) { options.package.cache_dir = cache(); });
    return workers.Call(handler, variables, "{}", package());
  }

  static std::vector<fs::path> FilesIn(const std::string& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (at->is_regular_file()) files.push_back(at->path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  void ExpectPackageAsItWas() const { EXPECT_EQ(FilesIn(package()).size(), kModules + 3U); }

  static std::string Answer(int compiled, int sum) {
    return "[" + std::to_string(compiled) + ", " + std::to_string(sum) + "]";
  }
  static constexpr int kAll = kModules + 1;

 private:
  std::string folder_ = fs::canonical(fs::temp_directory_path()).string() + "/tandem-bytecode-XXXXXX";
};

TEST_P(PythonBytecode, IsUsedByTheNextColdStart_K19) {
  EXPECT_EQ(Call(), Answer(kAll, kModules));
  EXPECT_EQ(Call(), Answer(0, kModules));
  ExpectPackageAsItWas();
  Covers("K-19");
}

TEST_P(PythonBytecode, OfASourceThatChangesInPlaceIsNotUsed) {
  EXPECT_EQ(Call(), Answer(kAll, kModules));
  const fs::path changed = package() + "/many/m7.py";
  const auto time = fs::last_write_time(changed);
  Write(7, 9);  // as large as before
  fs::last_write_time(changed, time);
  EXPECT_EQ(Call(), Answer(1, kModules + 8));
  EXPECT_EQ(Call(), Answer(0, kModules + 8));
}

TEST_P(PythonBytecode, IsNotReadableByOthers) {
  const mode_t mask = umask(0);
  EXPECT_EQ(Call(), Answer(kAll, kModules));
  umask(mask);
  const std::vector<fs::path> files = FilesIn(cache());
  EXPECT_EQ(files.size(), kAll + 1U) << "with the handler's own";
  struct stat status {};
  ASSERT_EQ(stat((cache() + "/python").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  for (const fs::path& file : files) {
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << file;
  }
}

TEST_P(PythonBytecode, IsNotTakenFromWhereOthersCanWrite) {
  EXPECT_EQ(Call(), Answer(kAll, kModules));
  fs::permissions(cache() + "/python", fs::perms::group_write, fs::perm_options::add);
  EXPECT_EQ(Call(), Answer(kAll, kModules));
}

TEST_P(PythonBytecode, ThatIsDamagedIsMadeAnew) {
  EXPECT_EQ(Call(), Answer(kAll, kModules));
  for (const fs::path& file : FilesIn(cache())) fs::resize_file(file, fs::file_size(file) - 1);
  EXPECT_EQ(Call(), Answer(kAll, kModules));
  EXPECT_EQ(Call(), Answer(0, kModules));
}

TEST_P(PythonBytecode, IsNotKeptWhereTheUserWantsNone) {
  const std::map<std::string, std::string> none = {{"PYTHONDONTWRITEBYTECODE", "1"}};
  EXPECT_EQ(Call(none), Answer(kAll, kModules));
  EXPECT_EQ(Call(none), Answer(kAll, kModules));
  EXPECT_EQ(FilesIn(cache()), std::vector<fs::path>());
  ExpectPackageAsItWas();
}

TEST_P(PythonBytecode, IsKeptWhereTheUserSays) {
  const std::string place = cache() + "-of-the-user";
  const std::map<std::string, std::string> there = {{"PYTHONPYCACHEPREFIX", place}};
  EXPECT_EQ(Call(there), Answer(kAll, kModules));
  EXPECT_GE(FilesIn(place + package()).size(), static_cast<std::size_t>(kAll));
  EXPECT_EQ(Call(there), Answer(0, kModules));
  EXPECT_EQ(FilesIn(cache()), std::vector<fs::path>());
  ExpectPackageAsItWas();
}

TEST_P(PythonBytecode, OfThePackageItselfGoesFirst) {
  const char* const named = std::getenv("TANDEM_TEST_PYTHON");
  fs::path python = named == nullptr ? "" : named;
  if (fs::is_directory(python)) python /= "bin/python";  // of a virtual environment
  ASSERT_EQ(std::system((python.string() + " -m compileall -q " + package() + "/many").c_str()), 0);
  EXPECT_EQ(Call(), Answer(0, kModules));
}

TEST_P(PythonBytecode, IsMadeByManyAtOnce) {
  std::vector<std::string> answers(4);
  {
    std::vector<std::thread> threads;
    threads.reserve(answers.size());
    for (std::string& answer : answers) threads.emplace_back([&] { answer = Call(); });
    for (std::thread& thread : threads) thread.join();
  }
  for (const std::string& answer : answers) EXPECT_NE(answer.find(", 20]"), std::string::npos) << answer;
  EXPECT_EQ(FilesIn(cache()).size(), kAll + 1U) << "nothing unfinished";
  EXPECT_EQ(Call(), Answer(0, kModules));
}

// As without the cache.
TEST_P(PythonBytecode, IsNotInTheTraceOfASyntaxError_E20) {
  for (const bool kept : {true, false}) {
    const std::string error = kept ? Call({}, "app.late") : Call({{"PYTHONDONTWRITEBYTECODE", "1"}}, "app.late");
    EXPECT_NE(error.find("\"errorType\": \"SyntaxError\""), std::string::npos) << error;
    EXPECT_EQ(error.find("importlib"), std::string::npos) << error;
  }
}

INSTANTIATE_TEST_SUITE_P(Zygotes, PythonBytecode, testing::Values(ZygoteUse::kOff, ZygoteUse::kAlways),
                         [](const auto& tested) { return tested.param == ZygoteUse::kOff ? "Executed" : "Forked"; });

}  // namespace
}  // namespace tandem::test
