#include "input.h"

#include <fcntl.h>
#include <json/json.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <system_error>

#include "standard_streams.h"

namespace tandem::cli {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
constexpr std::size_t kSurelyThere = std::size_t{64} << 20U;  // bytes that no machine is asked for

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

std::string NameOf(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

Status CannotRead(const std::string& path, const std::string& option, int error) {
  return {error == ENOENT ? Code::kNotFound : Code::kInvalidArgument,
          option + ": cannot read " + NameOf(path) + ": " + std::generic_category().message(error)};
}

// Whether the machine has `size` bytes for this process to fill, by what it says itself: it grants more than it has,
// and kills who uses that.
bool MachineHas(std::size_t size) {
  if (size <= kSurelyThere) return true;
  std::ifstream figures("/proc/meminfo");
  std::uint64_t free_kb = 0;
  bool is_known = false;
  std::string name;
  for (std::uint64_t kb = 0; figures >> name >> kb; figures.ignore(kSurelyThere, '\n')) {
    if (name == "MemAvailable:") is_known = true;
    if (name == "MemAvailable:" || name == "SwapFree:") free_kb += kb;
  }
  return !is_known || size / 1024 < free_kb;
}

// The bytes of a descriptor up to its end, as far as there is memory for them.
class Bytes {
 public:
  explicit Bytes(int descriptor) : descriptor_(descriptor) {
    struct stat file {};
    if (fstat(descriptor_, &file) == 0 && S_ISREG(file.st_mode)) file_size_ = static_cast<std::size_t>(file.st_size);
  }
  ~Bytes() { std::free(bytes_); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  // False: the machine has no memory for them, or this process may not have as much.
  bool Read() {
    if (!Grow(std::max(kReadSize, file_size_ + 1))) return false;  // whose last one shows the end
    for (;;) {
      const ssize_t got = read(descriptor_, bytes_ + size_, room_ - size_);
      if (got == 0) return true;
      if (got > 0) size_ += static_cast<std::size_t>(got);
      if (got < 0 && errno != EINTR) {
        error_ = errno;
        return true;
      }
      if (size_ == room_ && !Grow(2 * room_)) return false;
    }
  }
  int error() const { return error_; }  // of the read that failed; 0: none did
  std::string_view view() const { return {bytes_, size_}; }
  std::size_t file_size() const { return file_size_; }  // 0: nothing says it

 private:
  // By realloc, which moves pages and copies no bytes.
  bool Grow(std::size_t room) {
    if (!MachineHas(room - room_)) return false;
    auto* const grown = static_cast<char*>(std::realloc(bytes_, room));
    if (grown == nullptr) return false;
    bytes_ = grown;
    room_ = room;
    return true;
  }

  int descriptor_;
  int error_ = 0;
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
  std::size_t file_size_ = 0;
};

Status NoMemory(const std::string& path, const std::string& option, const Bytes& bytes) {
  const bool ends = bytes.file_size() != 0;
  return {Code::kInvalidArgument, option + ": there is no memory for " + NameOf(path) +
                                      (ends ? ", which has " : ", which goes on after ") +
                                      std::to_string(ends ? bytes.file_size() : bytes.view().size()) + " bytes"};
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

Result<Event> ReadFile(const std::string& path, const std::string& option) {
  if (path == "-" && StandardInputWasClosed()) {
    return {Code::kInvalidArgument, option + ": cannot read standard input: it is closed"};
  }
  const Input input(path);
  if (input.descriptor() < 0) return CannotRead(path, option, errno);
  Bytes bytes(input.descriptor());
  if (!bytes.Read()) return NoMemory(path, option, bytes);
  if (bytes.error() != 0) return CannotRead(path, option, bytes.error());
  try {
    return Event(bytes.view());
  } catch (const std::bad_alloc&) {
    return NoMemory(path, option, bytes);
  }
}

Result<Event> ReadPayload(const std::string& value) {
  if (value == "-") return ReadFile(value, "--payload");
  if (value == "@") return {Code::kInvalidArgument, "--payload: the file's name after @ is empty"};
  if (value.starts_with('@')) return ReadFile(value.substr(1), "--payload");
  return Event(value);
}

std::string AdviceOnPayload(const std::string& value) {
  std::error_code error;
  if (value == "-" || !std::filesystem::is_regular_file(value, error) || IsJson(value)) return {};
  return "the payload is the text " + value + "; the content of the file of that name is given by --payload @" + value;
}

}  // namespace tandem::cli
