#include "suite_json.h"

#include <json/reader.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "suite_text.h"
#include "templates/one_line.h"

namespace tandem::conformance {
namespace {

constexpr int kDeepestSuite = 1000;

std::string_view KindOf(const Json::Value& value) {
  switch (value.type()) {
    case Json::nullValue:
      return "null";
    case Json::booleanValue:
      return "a boolean";
    case Json::stringValue:
      return "a string";
    case Json::arrayValue:
      return "an array";
    case Json::objectValue:
      return "an object";
    case Json::intValue:
    case Json::uintValue:
    case Json::realValue:
      break;
  }
  return "a number";
}

// The parser's first error, "* Line 3, Column 5\n  Missing ',' or '}' in object declaration\n".
struct SyntaxError {
  std::size_t line = 1;
  std::string problem;
};

SyntaxError FirstError(std::string_view errors) {
  constexpr std::string_view kLine = "* Line ";
  SyntaxError error;
  if (errors.starts_with(kLine)) {
    errors.remove_prefix(kLine.size());
    std::from_chars(errors.data(), errors.data() + errors.size(), error.line);
    errors.remove_prefix(std::min(errors.find('\n') + 1, errors.size()));
  }
  errors.remove_prefix(std::min(errors.find_first_not_of(' '), errors.size()));
  error.problem = std::string(errors.substr(0, errors.find('\n')));
  return error;
}

}  // namespace

BadSuite::BadSuite(Code code, std::string_view message) : status_(code, templates::OneLine(message)) {}

JsonDocument::JsonDocument(std::string file, std::string_view text, std::size_t first_line, std::string path)
    : file_(std::move(file)), text_(text), first_line_(first_line), path_(std::move(path)) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    line_ends_.push_back(at);
  }
  if (const auto defect = FindTextDefect(text)) RefuseText(LineAt(defect->at), defect->problem);
  Parse();
}

void JsonDocument::Parse() {
  Json::CharReaderBuilder builder;
  Json::CharReaderBuilder::strictMode(&builder.settings_);
  builder["strictRoot"] = false;
  builder["allowComments"] = true;
  builder["collectComments"] = false;
  builder["skipBom"] = false;
  builder["stackLimit"] = kDeepestSuite;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  std::string errors;
  try {
    if (reader->parse(text_.data(), text_.data() + text_.size(), &root_, &errors)) return;
  } catch (const Json::Exception&) {
    RefuseText(first_line_, "this is nested more than " + std::to_string(kDeepestSuite) + " levels deep");
  }
  const SyntaxError error = FirstError(errors);
  RefuseText(first_line_ + error.line - 1, error.problem);
}

JsonNode JsonDocument::root() const {
  return {*this, root_, path_};
}

std::string JsonDocument::PlaceOf(const Json::Value& value) const {
  return file_ + ":" + std::to_string(LineOf(value));
}

std::size_t JsonDocument::LineAt(std::size_t offset) const {
  const auto next = std::lower_bound(line_ends_.begin(), line_ends_.end(), offset);
  return first_line_ + static_cast<std::size_t>(next - line_ends_.begin());
}

void JsonDocument::RefuseText(std::size_t line, const std::string& problem) const {
  const std::string place = file_ + ":" + std::to_string(line) + ": " + (path_.empty() ? "" : path_ + ": ");
  throw BadSuite(Code::kInvalidArgument, place + problem);
}

std::string JsonNode::CompactText() const {
  return CompactJson(document_->TextOf(*value_));
}

void JsonNode::AllowOnly(const std::vector<std::string_view>& members) const {
  if (!value_->isObject()) RefuseKind("an object");
  for (const std::string& name : value_->getMemberNames()) {
    if (std::find(members.begin(), members.end(), name) != members.end()) continue;
    const JsonNode unknown(*document_, (*value_)[name], path_);
    unknown.Refuse("unknown member '" + name + "'; " + AdviceOn(name, members));
  }
}

std::optional<JsonNode> JsonNode::Find(std::string_view member) const {
  const Json::Value* const found = value_->find(member.data(), member.data() + member.size());
  if (found == nullptr) return std::nullopt;
  return JsonNode(*document_, *found, path_ + (path_.empty() ? "" : ".") + std::string(member));
}

JsonNode JsonNode::operator[](std::string_view member) const {
  const auto found = Find(member);
  if (!found) Refuse("there is no member '" + std::string(member) + "'");
  return *found;
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::Members() const {
  if (!value_->isObject()) RefuseKind("an object");
  if (value_->empty()) Refuse("wants at least one member");
  std::vector<std::pair<std::string, JsonNode>> members;
  for (const std::string& name : value_->getMemberNames()) members.emplace_back(name, (*this)[name]);
  std::sort(members.begin(), members.end(), [](const auto& one, const auto& other) {
    return one.second.value().getOffsetStart() < other.second.value().getOffsetStart();
  });
  return members;
}

std::vector<JsonNode> JsonNode::Elements(std::size_t least) const {
  if (!value_->isArray()) RefuseKind("an array");
  if (value_->size() < least) Refuse("wants at least one element");
  std::vector<JsonNode> elements;
  elements.reserve(value_->size());
  for (Json::ArrayIndex i = 0; i < value_->size(); ++i) {
    elements.emplace_back(*document_, (*value_)[i], path_ + "[" + std::to_string(i) + "]");
  }
  return elements;
}

std::string JsonNode::Text() const {
  if (!value_->isString()) RefuseKind("a string");
  return value_->asString();
}

std::string JsonNode::Line() const {
  std::string line = Text();
  if (line.empty()) Refuse("is empty");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(line.begin(), line.end(), is_control)) Refuse("has a control character");
  return line;
}

std::vector<std::string> JsonNode::Lines() const {
  std::vector<std::string> lines;
  for (const JsonNode& element : Elements()) lines.push_back(element.Line());
  return lines;
}

std::string JsonNode::Choice(const std::vector<std::string_view>& allowed) const {
  std::string word = Text();
  if (std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
    Refuse("'" + word + "' is none of " + ListOf(allowed));
  }
  return word;
}

int JsonNode::Whole(int least, int most) const {
  if (!value_->isInt() || value_->asInt() < least || value_->asInt() > most) {
    Refuse("wants a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
           (value_->isNumeric() ? CompactText() : std::string(KindOf(*value_))));
  }
  return value_->asInt();
}

void JsonNode::Refuse(std::string_view problem, Code code) const {
  throw BadSuite(code, document_->PlaceOf(*value_) + ": " + path_ + (path_.empty() ? "" : ": ") + std::string(problem));
}

void JsonNode::RefuseKind(std::string_view wanted) const {
  Refuse("wants " + std::string(wanted) + ", not " + std::string(KindOf(*value_)));
}

}  // namespace tandem::conformance
