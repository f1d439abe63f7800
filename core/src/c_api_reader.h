// Reader: the arguments of one call of the C API.
#ifndef TANDEM_CORE_C_API_READER_H_
#define TANDEM_CORE_C_API_READER_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "c_api_arguments.h"
#include "tandem/status.h"
#include "tandem/tandem.h"

namespace tandem::c_api {

inline constexpr std::size_t kMostStructSize = 4096;  // what was never set may be any number

// Reads the arguments of one call; the first that is wrong is its status.
class Reader {
 public:
  explicit Reader(std::string_view call) : call_(call) {}

  const Status& status() const { return status_; }

  // The struct as far as this library knows it. NULL, where that may be, and an error are one of zeros.
  template <typename T>
  T Struct(const T* given, std::string_view name = "options") {
    if (given == nullptr) return {};
    // Once a struct has grown, the least is what it was first.
    if (given->struct_size < sizeof(T) || given->struct_size > kMostStructSize) {
      Fail(std::string(name) + ".struct_size", "is not set: begin with what tandem_*_defaults returns");
      return {};
    }
    const std::span<const char> all(reinterpret_cast<const char*>(given), given->struct_size);
    const auto unknown = all.subspan(sizeof(T));
    if (std::any_of(unknown.begin(), unknown.end(), [](char byte) { return byte != 0; })) {
      Fail(name, "has members of a header that is newer than the library");
      return {};
    }
    return *given;
  }

  std::string_view Bytes(std::string_view name, tandem_bytes given) {
    if (given.size == 0) return {};
    if (given.data == nullptr) {
      Fail(name, "has a size and is NULL");
      return {};
    }
    return {given.data, given.size};
  }
  std::string Text(std::string_view name, tandem_bytes given) {
    const std::string_view text = Bytes(name, given);
    if (text.find('\0') == std::string_view::npos) return std::string(text);
    Fail(name, "has a NUL in it");
    return {};
  }
  template <typename T>
  std::span<const T> List(std::string_view name, const T* given, std::size_t size) {
    if (size == 0) return {};
    if (given == nullptr) {
      Fail(name, "has a size and is NULL");
      return {};
    }
    return {given, size};
  }
  std::vector<std::string> Texts(std::string_view name, const tandem_bytes* given, std::size_t size) {
    std::vector<std::string> texts;
    for (const tandem_bytes& each : List(name, given, size)) texts.push_back(Text(name, each));
    return texts;
  }
  bool Flag(std::string_view name, std::int32_t given) {
    if (given != 0 && given != 1) Fail(name, "is neither 0 nor 1");
    return given == 1;
  }
  // 0: what `value` has.
  void Milliseconds(std::string_view name, std::int64_t given, std::chrono::milliseconds& value) {
    if (given < 0) Fail(name, "is negative");
    if (given > 0) value = std::chrono::milliseconds(given);
  }
  void Reserved(std::int32_t given) {
    if (given != 0) Fail("options.reserved", "is not 0");
  }

  void Fail(std::string_view argument, std::string_view what) {
    if (status_.ok()) status_ = Wrong(call_, argument, what);
  }

 private:
  std::string_view call_;
  Status status_;
};

}  // namespace tandem::c_api

#endif  // TANDEM_CORE_C_API_READER_H_
