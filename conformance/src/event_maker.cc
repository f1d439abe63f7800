#include "event_maker.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace tandem::conformance {
namespace {

constexpr int kDeepestMade = 4;
constexpr std::size_t kMostChanges = 6;
constexpr std::size_t kMostDigits = 12;

void CollectNodes(Json::Value& value, std::vector<Json::Value*>& nodes) {
  nodes.push_back(&value);
  if (!value.isObject() && !value.isArray()) return;
  for (Json::Value& each : value) CollectNodes(each, nodes);
}

void SortAndUnite(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

EventMaker::EventMaker(std::uint64_t seed, std::vector<Json::Value> examples)
    : random_(seed), examples_(std::move(examples)) {
  names_ = {"a", "b"};
  texts_ = {"", "a", "0", "-1.5", "true", "null", "2024-02-29", "\xC3\xBC \xE2\x9C\x93", "\xF0\x9F\x98\x80"};
  for (const Json::Value& example : examples_) Learn(example);
  SortAndUnite(names_);
  SortAndUnite(texts_);
  if (examples_.empty()) examples_.emplace_back(Json::objectValue);
}

void EventMaker::Learn(const Json::Value& value) {
  if (value.isString()) texts_.push_back(value.asString());
  if (value.isObject()) {
    for (const std::string& name : value.getMemberNames()) names_.push_back(name);
  }
  if (!value.isObject() && !value.isArray()) return;
  for (const Json::Value& each : value) Learn(each);
}

Json::Value EventMaker::Next() {
  if (IsOneIn(8)) return AnyValue(0);
  Json::Value made = examples_[Below(examples_.size())];
  for (std::size_t left = 1 + Below(kMostChanges); left > 0; --left) ChangeOne(made);
  return made;
}

Json::Value EventMaker::AnyValue(int depth) {
  const std::size_t kinds = depth < kDeepestMade ? 7 : 5;
  switch (Below(kinds)) {
    case 0:
      return {};
    case 1:
      return IsOneIn(2);
    case 2:
    case 3:
      return Number();
    case 4:
      return Text();
    case 5: {
      Json::Value array(Json::arrayValue);
      for (std::size_t left = Below(4); left > 0; --left) array.append(AnyValue(depth + 1));
      return array;
    }
    default:
      break;
  }
  Json::Value object(Json::objectValue);
  for (std::size_t left = Below(5); left > 0; --left) object[OneOf(names_)] = AnyValue(depth + 1);
  return object;
}

// Of any size: as many have three digits as have nine.
Json::Value EventMaker::Number() {
  static constexpr std::array<Json::Int64, 8> kEdges = {0,
                                                        1,
                                                        -1,
                                                        std::numeric_limits<std::int32_t>::max(),
                                                        std::numeric_limits<std::int32_t>::min(),
                                                        1LL << 53,
                                                        std::numeric_limits<Json::Int64>::max(),
                                                        std::numeric_limits<Json::Int64>::min()};
  if (IsOneIn(10)) return kEdges.at(Below(kEdges.size()));
  Json::Int64 bound = 10;
  for (std::size_t digits = Below(kMostDigits); digits > 0; --digits) bound *= 10;
  auto number = static_cast<Json::Int64>(Below(bound));
  if (IsOneIn(4)) number = -number;
  if (IsOneIn(4)) return static_cast<double>(number) / 100;
  return number;
}

Json::Value EventMaker::Text() {
  if (IsOneIn(3)) return Number().asString();
  std::string text = OneOf(texts_);
  if (IsOneIn(4)) text += OneOf(texts_);
  if (IsOneIn(16)) text.append(Below(2000), 'x');
  return text;
}

Json::Value EventMaker::LikeIt(const Json::Value& value) {
  if (value.isBool()) return !value.asBool();
  if (value.isNumeric()) return Number();
  if (value.isString()) return Text();
  return AnyValue(1);
}

void EventMaker::ChangeOne(Json::Value& root) {
  std::vector<Json::Value*> nodes;
  CollectNodes(root, nodes);
  Json::Value& node = *nodes[Below(nodes.size())];
  const bool is_container = node.isObject() || node.isArray();
  if (is_container && !IsOneIn(8)) return ChangeContainer(node);
  node = IsOneIn(6) ? AnyValue(2) : LikeIt(node);
}

void EventMaker::ChangeContainer(Json::Value& container) {
  const std::size_t size = container.size();
  if (container.isArray()) {
    const auto at = static_cast<Json::ArrayIndex>(Below(size));
    if (size == 0 || IsOneIn(2)) {
      container.append(size == 0 ? AnyValue(2) : Json::Value(container[at]));
    } else {
      Json::Value removed;
      container.removeIndex(at, &removed);
    }
    return;
  }
  const std::vector<std::string> members = container.getMemberNames();
  if (size == 0 || IsOneIn(2)) {
    container[OneOf(names_)] = AnyValue(2);
  } else {
    container.removeMember(OneOf(members));
  }
}

}  // namespace tandem::conformance
