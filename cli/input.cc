#include "input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "standard_streams.h"

namespace tandem::cli {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;

// Closes a descriptor that is ours; leaves standard input alone.
class Input {
 public:
  explicit Input(const std::string& path)
      : owned_(path != "-"), descriptor_(owned_ ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO) {}
  ~Input() {
    if (owned_ && descriptor_ >= 0) close(descriptor_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  bool owned_;
  int descriptor_;
};

Status CannotRead(const std::string& path, const std::string& option, int error) {
  return {error == ENOENT ? Code::kNotFound : Code::kInvalidArgument,
          option + ": cannot read " + (path == "-" ? "standard input" : path) + ": " +
              std::generic_category().message(error)};
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, const std::string& option) {
  if (path == "-" && StandardInputWasClosed()) {
    return {Code::kInvalidArgument, option + ": cannot read standard input: it is closed"};
  }
  const Input input(path);
  if (input.descriptor() < 0) return CannotRead(path, option, errno);
  std::string bytes;
  std::array<char, kReadSize> block{};
  for (;;) {
    const ssize_t got = read(input.descriptor(), block.data(), block.size());
    if (got == 0) return bytes;
    if (got > 0) {
      bytes.append(block.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      return CannotRead(path, option, errno);
    }
  }
}

Result<std::string> ReadPayload(const std::string& value) {
  if (value == "-") return ReadFile(value, "--payload");
  if (value == "@") return {Code::kInvalidArgument, "--payload: the file's name after @ is empty"};
  if (value.starts_with('@')) return ReadFile(value.substr(1), "--payload");
  return value;
}

}  // namespace tandem::cli
