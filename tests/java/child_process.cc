#include "child_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

namespace tandem::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "tandem-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ChildResult InChild(const std::function<std::string()>& body) {
  const TemporaryFolder folder;
  const fs::path current = folder.path() / "current";
  fs::create_directory(current);
  const pid_t child = fork();
  if (child == 0) {
    for (const auto& [name, descriptor] : {std::pair("out", STDOUT_FILENO), std::pair("err", STDERR_FILENO)}) {
      const int file = open((folder.path() / name).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      if (file < 0 || dup2(file, descriptor) < 0) _exit(2);
    }
    fs::current_path(current);
    try {
      std::ofstream(folder.path() / "answer", std::ios::binary) << body();
    } catch (const std::exception& e) {
      std::cerr << e.what();
      _exit(4);
    }
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  fs::remove("/tmp/.java_pid" + std::to_string(child));  // a JVM's socket, which it removes in exit() only
  ChildResult result{
      ReadFile(folder.path() / "answer"), ReadFile(folder.path() / "out"), ReadFile(folder.path() / "err"), {}};
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status << "\n" << result.out << result.err;
  for (const fs::directory_entry& entry : fs::directory_iterator(current)) {
    result.files.push_back(entry.path().filename().string());
  }
  return result;
}

std::unique_ptr<Runtime> MakeRuntime(const std::string& loaders) {
  RuntimeOptions options;
  options.loader_dirs = {loaders};
  options.languages["java"].path = getenv("TANDEM_TEST_JAVA_HOME");
  const char* jvm_options = getenv("TANDEM_TEST_JVM_OPTIONS");
  if (jvm_options != nullptr) options.languages["java"].options["jvm.options"] = jvm_options;
  auto created = Runtime::Create(std::move(options));
  if (!created.ok()) throw std::runtime_error(std::string(created.status().message()));
  return std::move(*created);
}

Function& AddRule(Runtime* runtime, const std::string& handler) {
  FunctionConfig config;
  config.name = handler;
  for (char& c : config.name) c = c == '.' || c == ':' ? '-' : c;
  config.handler = handler;
  config.code = std::string(TANDEM_TEST_PACKAGES) + "/rules";
  config.runtime = "java";
  config.timeout = std::chrono::milliseconds(0);
  auto added = runtime->Add(config);
  if (!added.ok()) throw std::runtime_error(std::string(added.status().message()));
  return **added;
}

std::string PrepareRule(Runtime* runtime, const std::string& handler) {
  const Outcome outcome = runtime->Prepare(AddRule(runtime, handler));
  if (outcome.ok()) return "ok";
  if (outcome.kind() == Outcome::Kind::kFault) return std::string(outcome.fault().message());
  return std::string(outcome.payload().view());
}

std::string CopyOfJdk(const std::filesystem::path& home) {
  namespace fs = std::filesystem;
  const fs::path real = getenv("TANDEM_TEST_JAVA_HOME");
  fs::create_directories(home / "lib/server");
  for (const char* part : {"release", "bin", "conf"}) fs::create_symlink(real / part, home / part);
  for (const fs::directory_entry& entry : fs::directory_iterator(real / "lib")) {
    if (entry.path().filename() != "server") fs::create_symlink(entry.path(), home / "lib" / entry.path().filename());
  }
  fs::copy_file(real / "lib/server/libjvm.so", home / "lib/server/libjvm.so");
  return home.string();
}

}  // namespace tandem::test
