// Runs code in a process of its own, forked before this one has a VM.
#ifndef TANDEM_TESTS_JAVA_CHILD_PROCESS_H_
#define TANDEM_TESTS_JAVA_CHILD_PROCESS_H_

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tandem/runtime.h"

namespace tandem::test {

// What a child process left behind: what its body returned, and what it printed.
struct ChildResult {
  std::string answer;
  std::string out;
  std::string err;
  std::vector<std::string> files;  // in its current folder, which was empty
};

// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Runs `body` in a child whose standard output and error are the files ../out and ../err, and whose current folder is
// empty.
ChildResult InChild(const std::function<std::string()>& body);

// A Runtime over the JDK that TANDEM_TEST_JAVA_HOME names, for use in a child.
std::unique_ptr<Runtime> MakeRuntime(const std::string& loaders = TANDEM_TEST_LOADERS);
// Adds a handler of the package `rules` under its own name.
Function& AddRule(Runtime* runtime, const std::string& handler);
// "ok", or why the handler cannot be prepared.
std::string PrepareRule(Runtime* runtime, const std::string& handler);

// A JDK of links to the real one, save for the VM's library, by which HotSpot finds the rest. Its path is `home`'s.
std::string CopyOfJdk(const std::filesystem::path& home);

std::string ReadFile(const std::filesystem::path& path);

}  // namespace tandem::test

#endif  // TANDEM_TESTS_JAVA_CHILD_PROCESS_H_
