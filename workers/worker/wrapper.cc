#include "workers/worker/wrapper.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "workers/protocol.h"

namespace tandem::workers {
namespace {

// A shell's.
constexpr int kNotThere = 127;
constexpr int kNotExecutable = 126;

[[noreturn]] void Refuse(const char* wrapper, const char* reason, int status) {
  std::fprintf(stderr, "%s: AWS_LAMBDA_EXEC_WRAPPER: %s\n", wrapper, reason);
  std::fflush(stderr);
  _exit(status);
}

}  // namespace

void BecomeWrapper() {
  const char* const named = std::getenv(kWrapperVariable);
  const char* const wrapper = named == nullptr ? "" : named;
  struct stat file {};
  if (stat(wrapper, &file) != 0 || !S_ISREG(file.st_mode)) Refuse(wrapper, "there is no such file", kNotThere);
  if (access(wrapper, X_OK) != 0) Refuse(wrapper, "the file is not executable", kNotExecutable);
  std::error_code error;
  std::string program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (error) Refuse(wrapper, error.message().c_str(), kNotExecutable);
  std::string first = wrapper;
  std::string last = kWrappedArgument;
  const std::array<char*, 4> arguments = {first.data(), program.data(), last.data(), nullptr};
  // A script without a first line is the shell's.
  // NOLINTNEXTLINE(clang-analyzer-optin.taint.GenericTaint): the function names its own program, as its own user
  execvp(wrapper, arguments.data());
  Refuse(wrapper, std::strerror(errno), errno == ENOENT ? kNotThere : kNotExecutable);
}

bool IsWrapped(int count, const char* const* arguments) {
  if (count < 2 || std::string_view(arguments[count - 1]) != kWrappedArgument) return false;
  if (count == 2) return true;
  std::fprintf(
      stderr,
      "tandem-worker: AWS_LAMBDA_EXEC_WRAPPER: the wrapper adds '%s' to its arguments, which takes effect with an "
      "interpreter's program only; set the variable that means the same, as JAVA_TOOL_OPTIONS or PYTHON...\n",
      arguments[1]);
  std::fflush(stderr);
  _exit(2);
}

}  // namespace tandem::workers
