// What the fuzz targets share: an input taken apart, checks that end the run, and a temporary folder.
#ifndef TANDEM_FUZZ_LIB_H_
#define TANDEM_FUZZ_LIB_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tandem::fuzz {

// Ends the run as a finding, with `what` and the text that it is about.
[[noreturn]] inline void Find(std::string_view what, std::string_view about = {}) {
  std::fprintf(stderr, "FINDING: %.*s\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(about.size()), about.data());
  std::abort();
}

inline void Require(bool holds, std::string_view what, std::string_view about = {}) {
  if (!holds) Find(what, about);
}

// What is told to a user as it is: one line.
inline void RequireOneLine(std::string_view text, std::string_view what) {
  Require(!text.empty() && text.find_first_of(std::string_view("\n\r\0", 3)) == std::string_view::npos, what, text);
}

// Takes one input apart from its front; what is not there any more is zero or empty.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  template <typename T>
  T Number() {
    T number = 0;
    const std::string_view bytes = Bytes(sizeof number);
    if (!bytes.empty()) std::memcpy(&number, bytes.data(), bytes.size());
    return number;
  }
  // Up to `size` bytes.
  std::string_view Bytes(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // A byte that says how many follow, and those.
  std::string_view Text() { return Bytes(Byte()); }
  // What comes before the next newline, which is taken too.
  std::string_view Line() {
    const std::string_view line = Bytes(std::min(rest_.find('\n'), rest_.size()));
    Byte();
    return line;
  }
  std::string_view Rest() { return Bytes(rest_.size()); }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// A folder of this process, gone when it ends by itself; in memory where TANDEM_FUZZ_SCRATCH names such a place.
class Scratch {
 public:
  Scratch() {
    const char* parent = std::getenv("TANDEM_FUZZ_SCRATCH");
    std::string path = (std::filesystem::path(parent != nullptr ? parent : "/tmp") / "tandem-fuzz-XXXXXX").string();
    Require(mkdtemp(path.data()) != nullptr, "no folder can be made", path);
    path_ = path;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline void Write(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  Require(out.good(), "a file cannot be written", file.native());
}

}  // namespace tandem::fuzz

#endif  // TANDEM_FUZZ_LIB_H_
