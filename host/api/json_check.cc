#include "host/api/json_check.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tandem::host {
namespace {

bool IsDigit(unsigned char c) {
  return c >= '0' && c <= '9';
}

// Walks over a text once.
class Checker {
 public:
  explicit Checker(std::string_view text) : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  std::optional<JsonFault> Check() {
    if (SkipDocument()) return {};
    return Fault();
  }

 private:
  bool SkipDocument();
  bool SkipValueStart(bool& opened);
  bool SkipAfterValue();
  bool SkipKey();
  bool SkipString();
  bool SkipEscape();
  bool SkipMultibyte();
  bool SkipNumber();
  bool SkipWord(std::string_view word);
  void SkipBlanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool SkipDigits() {
    const char* const first = at_;
    while (at_ < end_ && IsDigit(static_cast<unsigned char>(*at_))) ++at_;
    return at_ != first;
  }
  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  JsonFault Fault();

  const char* const begin_;
  const char* at_;
  const char* const end_;
  std::vector<bool> in_object_;  // of each level
};

bool Checker::SkipDocument() {
  SkipBlanks();
  for (;;) {
    bool opened = false;
    if (!SkipValueStart(opened)) return false;
    if (opened) continue;
    if (!SkipAfterValue()) return false;
    if (in_object_.empty()) {
      SkipBlanks();
      return at_ == end_;
    }
  }
}

// A value, or the beginning of a container that is not empty, up to its first value.
bool Checker::SkipValueStart(bool& opened) {
  if (at_ == end_) return false;
  switch (*at_) {
    case '{':
    case '[': {
      const bool is_object = *at_++ == '{';
      SkipBlanks();
      if (Take(is_object ? '}' : ']')) return true;
      in_object_.push_back(is_object);
      opened = true;
      return !is_object || SkipKey();
    }
    case '"':
      return SkipString();
    case 't':
      return SkipWord("true");
    case 'f':
      return SkipWord("false");
    case 'n':
      return SkipWord("null");
    default:
      return SkipNumber();
  }
}

// What closes containers, and then a comma up to the next value.
bool Checker::SkipAfterValue() {
  while (!in_object_.empty()) {
    SkipBlanks();
    const bool is_object = in_object_.back();
    if (Take(',')) {
      SkipBlanks();
      return !is_object || SkipKey();
    }
    if (!Take(is_object ? '}' : ']')) return false;
    in_object_.pop_back();
  }
  return true;
}

bool Checker::SkipKey() {
  if (at_ == end_ || *at_ != '"' || !SkipString()) return false;
  SkipBlanks();
  if (!Take(':')) return false;
  SkipBlanks();
  return true;
}

bool Checker::SkipString() {
  ++at_;
  while (at_ < end_) {
    const auto c = static_cast<unsigned char>(*at_);
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c < 0x20) return false;
    if (c == '\\') {
      if (!SkipEscape()) return false;
    } else if (c >= 0x80) {
      if (!SkipMultibyte()) return false;
    } else {
      ++at_;
    }
  }
  return false;
}

bool Checker::SkipEscape() {
  constexpr std::string_view kSimple = "\"\\/bfnrt";
  ++at_;
  if (at_ == end_) return false;
  if (*at_ != 'u') {
    if (kSimple.find(*at_) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  ++at_;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ == end_) return false;
    const char lower = static_cast<char>(*at_ | 0x20);
    if (!IsDigit(static_cast<unsigned char>(*at_)) && (lower < 'a' || lower > 'f')) return false;
  }
  return true;
}

// One character of UTF-8: neither too long a form, nor a surrogate, nor beyond U+10FFFF.
bool Checker::SkipMultibyte() {
  const auto byte = [this](int i) { return at_ + i < end_ ? static_cast<std::uint8_t>(at_[i]) : std::uint8_t{0}; };
  const std::uint8_t first = byte(0);
  const int size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return false;
  for (int i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return false;
  }
  const std::uint8_t second = byte(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) || (first == 0xf0 && second < 0x90) ||
      (first == 0xf4 && second >= 0x90)) {
    return false;
  }
  at_ += size;
  return true;
}

bool Checker::SkipNumber() {
  static_cast<void>(Take('-'));
  if (!Take('0') && !SkipDigits()) return false;
  if (Take('.') && !SkipDigits()) return false;
  if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    return SkipDigits();
  }
  return true;
}

bool Checker::SkipWord(std::string_view word) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

JsonFault Checker::Fault() {
  constexpr std::size_t kLongest = 64;
  const auto belongs = [](char c) {
    return IsDigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$';
  };
  const char* const first = at_;
  const char* last = first;
  while (last < end_ && belongs(*last) && static_cast<std::size_t>(last - first) < kLongest) ++last;
  if (last == first && last < end_) {
    if (static_cast<unsigned char>(*last) < 0x80) {
      ++last;
    } else if (SkipMultibyte()) {
      last = at_;
    }
  }
  return {static_cast<std::size_t>(first - begin_), std::string(first, last)};
}

}  // namespace

std::optional<JsonFault> FindJsonFault(std::string_view text) {
  return Checker(text).Check();
}

}  // namespace tandem::host
