#include "shrink.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace tandem::conformance {
namespace {

// Where a value lies in its root.
using Way = std::vector<Json::Value>;  // each a member's name or an element's number

Json::Value& At(Json::Value& root, const Way& way) {
  Json::Value* at = &root;
  for (const Json::Value& step : way) at = step.isString() ? &(*at)[step.asString()] : &(*at)[step.asUInt()];
  return *at;
}

constexpr double kFirstWithoutFraction = 9e15;

// Whole, with another whole part before the same digits, or with fewer digits.
void AddSimplerFractions(double value, std::vector<Json::Value>& simpler) {
  const auto whole = static_cast<Json::Int64>(std::abs(value));
  std::array<char, 1100> buffer{};  // the smallest double has 1,074 digits
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::fixed);
  const std::string text(buffer.data(), end);
  const std::string fraction = text.substr(std::min(text.find('.'), text.size()));
  const auto add = [&](Json::Int64 before, const std::string& after) {
    const double made = std::strtod((std::to_string(before) + after).c_str(), nullptr);
    simpler.emplace_back(value < 0 ? -made : made);
  };
  simpler.emplace_back(static_cast<Json::Int64>(value));
  for (Json::Int64 less = whole; less != 0; less /= 2) add(whole - less, fraction);
  for (std::size_t size = 2; size < fraction.size(); size *= 2) add(whole, fraction.substr(0, size));
  if (value < 0) simpler.emplace_back(-value);
}

// The simplest first. Each is simpler than the number: nearer to 0, whole rather than not, positive rather than
// negative.
void AddSimplerNumbers(const Json::Value& number, std::vector<Json::Value>& simpler) {
  if (!number.isIntegral()) {
    const double value = number.asDouble();
    if (std::abs(value) < kFirstWithoutFraction) AddSimplerFractions(value, simpler);
    return;
  }
  if (!number.isInt64()) {
    simpler.emplace_back(Json::Int64{0});
    return;
  }
  const Json::Int64 value = number.asInt64();
  if (value == 0) return;
  for (Json::Int64 less = value; less != 0; less /= 2) simpler.emplace_back(value - less);
  if (value < 0 && value > INT64_MIN) simpler.emplace_back(-value);
}

// Characters of UTF-8 are not torn apart.
std::size_t CharacterStart(const std::string& text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
  return at;
}

void AddSimplerTexts(const std::string& text, std::vector<Json::Value>& simpler) {
  if (text.empty()) return;
  simpler.emplace_back("");
  for (std::size_t part = text.size() / 2; part > 0; part /= 2) {
    simpler.emplace_back(text.substr(0, CharacterStart(text, text.size() - part)));
    simpler.emplace_back(text.substr(CharacterStart(text, part)));
  }
}

void AddWithoutParts(const Json::Value& container, std::vector<Json::Value>& simpler) {
  for (const Json::Value& part : container) simpler.push_back(part);  // one of its own in its place
  if (container.isObject()) {
    for (const std::string& name : container.getMemberNames()) {
      Json::Value without = container;
      without.removeMember(name);
      simpler.push_back(std::move(without));
    }
    return;
  }
  const Json::ArrayIndex size = container.size();
  for (Json::ArrayIndex part = size / 2; part > 0; part /= 2) {
    for (Json::ArrayIndex from = 0; from < size; from += part) {
      Json::Value without(Json::arrayValue);
      for (Json::ArrayIndex i = 0; i < size; ++i) {
        if (i < from || i >= from + part) without.append(container[i]);
      }
      simpler.push_back(std::move(without));
    }
  }
}

std::vector<Json::Value> SimplerThan(const Json::Value& value) {
  std::vector<Json::Value> simpler;
  if (value.isNull()) return simpler;
  simpler.emplace_back();
  if (value.isObject() || value.isArray()) {
    if (!value.empty()) simpler.emplace_back(value.type());
    AddWithoutParts(value, simpler);
  } else if (value.isString()) {
    AddSimplerTexts(value.asString(), simpler);
  } else if (value.isBool()) {
    if (value.asBool()) simpler.emplace_back(false);
  } else {
    AddSimplerNumbers(value, simpler);
  }
  return simpler;
}

class Shrinker {
 public:
  Shrinker(Json::Value root, const std::function<bool(const Json::Value&)>& holds, std::size_t most)
      : root_(std::move(root)), holds_(holds), most_(most) {}

  Json::Value Run(std::size_t& asked) {
    while (ShrinkAt({})) {
    }
    asked = asked_;
    return std::move(root_);
  }

 private:
  // Whether something below `way` has become simpler.
  bool ShrinkAt(const Way& way) {
    bool has_shrunk = false;
    while (TakeSimpler(way)) has_shrunk = true;
    const Json::Value here = At(root_, way);
    Way below = way;
    below.emplace_back();
    if (here.isObject()) {
      for (const std::string& name : here.getMemberNames()) {
        below.back() = name;
        has_shrunk = ShrinkAt(below) || has_shrunk;
      }
    } else if (here.isArray()) {
      for (Json::ArrayIndex i = 0; i < here.size(); ++i) {
        below.back() = i;
        has_shrunk = ShrinkAt(below) || has_shrunk;
      }
    }
    return has_shrunk;
  }

  bool TakeSimpler(const Way& way) {
    for (const Json::Value& simpler : SimplerThan(At(root_, way))) {
      if (asked_ >= most_) return false;
      Json::Value tried = root_;
      At(tried, way) = simpler;
      ++asked_;
      if (!holds_(tried)) continue;
      root_ = std::move(tried);
      return true;
    }
    return false;
  }

  Json::Value root_;
  const std::function<bool(const Json::Value&)>& holds_;
  const std::size_t most_;
  std::size_t asked_ = 0;
};

}  // namespace

Json::Value Shrink(Json::Value value, const std::function<bool(const Json::Value&)>& holds, std::size_t most,
                   std::size_t& asked) {
  return Shrinker(std::move(value), holds, most).Run(asked);
}

}  // namespace tandem::conformance
