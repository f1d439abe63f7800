// The program that AWS_LAMBDA_EXEC_WRAPPER names, which starts the workers of a function (E-49).
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "both_languages.h"
#include "mixture.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

namespace fs = std::filesystem;

class Wrapper : public testing::TestWithParam<Language> {
 protected:
  Wrapper() { fs::create_directories(folder_); }
  ~Wrapper() override { fs::remove_all(folder_); }

  // A wrapper of this name with these lines, and its path.
  std::string Write(const std::string& name, const std::string& lines, mode_t mode = 0755) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << lines;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }
  FunctionConfig Wrapped(const std::string& wrapper) {
    FunctionConfig config = both_.Config(GetParam());
    config.variables["AWS_LAMBDA_EXEC_WRAPPER"] = wrapper;
    config.variables["MINE"] = "mine";
    return config;
  }
  // The response's text without its quotation marks, or the error with "ID" for the request id.
  std::string Call(Function& function, const std::string& word) {
    const InvokeResult result = both_.Invoke(function, word);
    std::string text = Become(result.outcome);
    const std::string id(result.request_id.view());
    if (const std::size_t at = text.find(id); at != std::string::npos) text.replace(at, id.size(), "ID");
    return text.front() == '"' ? text.substr(1, text.size() - 2) : text;
  }
  std::string LogText() const {
    std::string text;
    for (const KeptRecord& record : both_.log.records()) text += record.text;
    return text;
  }

  // Not in /tmp, which may be the environment's own.
  const std::string folder_ = fs::read_symlink("/proc/self/exe").string() + "-wrappers-" + std::to_string(getpid());
  BothLanguages both_;
};

TEST_P(Wrapper, E49GivesTheRuntimeItsVariables) {
  Function& function = both_.Add(Wrapped(Write(
      "sets", "#!/bin/bash\necho \"wraps $(basename \"$1\")\"\nexport BY_WRAPPER=\"$MINE and more\"\nexec \"$@\"\n")));
  EXPECT_EQ(Call(function, "environment BY_WRAPPER"), "mine and more");
  EXPECT_EQ(Call(function, "environment AWS_LAMBDA_FUNCTION_NAME"), function.config().name);
  EXPECT_NE(LogText().find("wraps tandem-worker\n"), std::string::npos) << LogText();
  EXPECT_EQ(Call(function, "exit 3"), ExitText("exit status 3"));
  EXPECT_EQ(Call(function, "environment BY_WRAPPER"), "mine and more") << "a new process has its wrapper, too";
}

// Layers are in /opt where that can be had, which is known by what the library path leaves out.
TEST_P(Wrapper, E49ItMayLieInALayer_K12) {
  FunctionConfig config = Wrapped("");
  config.layers = {folder_};
  const std::string path = Write("in-layer", "#!/bin/sh\nBY_WRAPPER=layer exec \"$@\"\n");
  const std::string libraries = Call(both_.Add(config), "environment LD_LIBRARY_PATH");
  const bool in_opt = libraries.find(folder_) == std::string::npos;
  config.name += "-wrapped";
  config.variables["AWS_LAMBDA_EXEC_WRAPPER"] = in_opt ? "/opt/in-layer" : path;
  EXPECT_EQ(Call(both_.Add(config), "environment BY_WRAPPER"), "layer");
}

// As tools for observing do, which call the function's handler from theirs.
TEST_P(Wrapper, E49ItMayChangeTheHandler) {
  const std::string handler = GetParam() == Language::kJava ? "faults.Faults::greet" : "faults.greet";
  Function& function = both_.Add(Wrapped(Write("changes", "#!/bin/sh\n_HANDLER=" + handler + " exec \"$@\"\n")));
  EXPECT_EQ(Call(function, "count"), "greetings to count");
}

TEST_P(Wrapper, E49TheRuntimeMayBeItsChild) {
  Function& function = both_.Add(Wrapped(Write("stays", "#!/bin/sh\n\"$@\"\n")));
  EXPECT_EQ(Call(function, "count"), "1");
  EXPECT_EQ(Call(function, "count"), "2");
  EXPECT_EQ(Call(function, "exit 3"), ExitText("exit status 3"));
}

TEST_P(Wrapper, E49OneThatIsMissingIsExitStatus127OneThatIsNotExecutable126) {
  const std::string missing = folder_ + "/missing";
  Function& function = both_.Add(Wrapped(missing));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Call(function, "count"), ExitText("exit status 127"));
  EXPECT_NE(LogText().find(missing + ": AWS_LAMBDA_EXEC_WRAPPER: there is no such file\n"), std::string::npos)
      << LogText();
  Function& a_folder = both_.Add(Wrapped(folder_));
  EXPECT_EQ(Call(a_folder, "count"), ExitText("exit status 127"));

  const std::string refused = Write("plain", "#!/bin/sh\nexec \"$@\"\n", 0644);
  EXPECT_EQ(Call(both_.Add(Wrapped(refused)), "count"), ExitText("exit status 126"));
  EXPECT_NE(LogText().find(refused + ": AWS_LAMBDA_EXEC_WRAPPER: the file is not executable\n"), std::string::npos)
      << LogText();
  Covers("E-49");
}

TEST_P(Wrapper, E49OneThatEndsByItselfIsTheFunctionsEnd) {
  Function& function = both_.Add(Wrapped(Write("ends", "#!/bin/sh\necho enough >&2\nexit 9\n")));
  EXPECT_EQ(Call(function, "count"), ExitText("exit status 9"));
  EXPECT_NE(LogText().find("enough\n"), std::string::npos);
}

TEST_P(Wrapper, WhatItAddsForAnInterpreterIsRefused) {
  Function& function = both_.Add(Wrapped(
      Write("adds", "#!/bin/bash\nargs=(\"$@\")\nexec \"${args[@]:0:$#-1}\" -X importtime \"${args[@]: -1}\"\n")));
  EXPECT_EQ(Call(function, "count"), ExitText("exit status 2"));
  EXPECT_NE(LogText().find("the wrapper adds '-X' to its arguments"), std::string::npos) << LogText();
}

TEST_P(Wrapper, OneThatClosesTheWorkersChannelIsToldSo) {
  Function& function = both_.Add(Wrapped(Write("closes", "#!/bin/sh\nexec 3>&-\nexec \"$@\"\n")));
  EXPECT_NE(Call(function, "count").find("Runtime.ExitError"), std::string::npos);
  EXPECT_NE(LogText().find("the wrapper has closed descriptor 3"), std::string::npos) << LogText();
}

TEST_P(Wrapper, AnEmptyNameIsNone) {
  Function& function = both_.Add(Wrapped(""));
  EXPECT_EQ(Call(function, "count"), "1");
}

INSTANTIATE_TEST_SUITE_P(Languages, Wrapper, testing::Values(Language::kJava, Language::kPython),
                         [](const testing::TestParamInfo<Language>& tested) { return NameOf(tested.param); });

}  // namespace
}  // namespace tandem::test
