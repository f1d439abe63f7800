#include "input.h"

#include <fcntl.h>
#include <json/json.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
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

bool IsJson(const std::string& text) {
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["strictRoot"] = false;
  builder["rejectDupKeys"] = false;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  Json::Value value;
  try {
    return reader->parse(text.data(), text.data() + text.size(), &value, nullptr);
  } catch (const Json::Exception&) {  // nested too deeply for this reader only
    return true;
  }
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

std::string AdviceOnPayload(const std::string& value) {
  std::error_code error;
  if (value == "-" || !std::filesystem::is_regular_file(value, error) || IsJson(value)) return {};
  return "the payload is the text " + value + "; the content of the file of that name is given by --payload @" + value;
}

}  // namespace tandem::cli
