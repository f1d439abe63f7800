#include <cmath>

#include "conformance/verdict.h"
#include "suite_reader.h"

namespace tandem::conformance {
namespace {

std::string PatternOf(const JsonNode& node) {
  std::string pattern = node.Text();
  if (const std::string reason = ReasonAgainstPattern(pattern); !reason.empty()) node.Refuse(reason);
  return pattern;
}

TextExpectation TextExpectationOf(const JsonNode& node) {
  if (node.value().isString()) return {node.Text(), false};
  if (!node.value().isObject()) node.RefuseKind("a string, or an object with a pattern");
  node.AllowOnly({"pattern"});
  return {PatternOf(node["pattern"]), true};
}

std::vector<std::string> PatternsOf(const std::optional<JsonNode>& node) {
  std::vector<std::string> patterns;
  if (!node) return patterns;
  for (const JsonNode& element : node->Elements(1)) patterns.push_back(PatternOf(element));
  return patterns;
}

// The parser makes doubles of them, and so loses digits.
void RefuseBigIntegers(const JsonNode& node) {
  if (node.value().isArray()) {
    for (const JsonNode& element : node.Elements()) RefuseBigIntegers(element);
  } else if (node.value().isObject() && !node.value().empty()) {
    for (const auto& [name, member] : node.Members()) RefuseBigIntegers(member);
  } else if (node.value().type() == Json::realValue && node.CompactText().find_first_of(".eE") == std::string::npos) {
    node.Refuse("the integer " + node.CompactText() +
                " has more than 64 bits: write it as payload, whose digits are compared");
  }
}

Json::Value JsonExpectationOf(const JsonNode& node) {
  if (const std::string reason = ReasonAgainst(node.value()); !reason.empty()) node.Refuse(reason);
  RefuseBigIntegers(node);
  return node.value();
}

std::chrono::milliseconds DurationOf(const JsonNode& node) {
  constexpr double kMostSeconds = 900;
  const Json::Value& value = node.value();
  if (!value.isNumeric()) node.RefuseKind("a number of seconds");
  if (value.asDouble() <= 0 || value.asDouble() > kMostSeconds) {
    node.Refuse("wants seconds, more than 0 and at most 900, not " + node.CompactText());
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(value.asDouble() * 1000)));
}

void ReadAnswer(const JsonNode& node, const std::filesystem::path& folder, Expectation& expectation) {
  std::optional<JsonNode> first;
  for (const std::string_view name : {"payload", "payloadBase64", "payloadFile", "json"}) {
    const auto answer = node.Find(name);
    if (answer && first) node.Refuse("wants one of payload, payloadBase64, payloadFile and json, not several");
    if (answer) first = answer;
  }
  if (const auto text = node.Find("payload")) expectation.payload = text->Text();
  if (const auto bytes = node.Find("payloadBase64")) expectation.payload = Base64BytesOf(*bytes);
  if (const auto file = node.Find("payloadFile")) expectation.payload = FileBytesOf(*file, folder);
  if (const auto json = node.Find("json")) expectation.json = JsonExpectationOf(*json);
}

void ReadError(const JsonNode& node, Expectation& expectation) {
  node.AllowOnly({"type", "message"});
  if (const auto type = node.Find("type")) expectation.error_type = TextExpectationOf(*type);
  if (const auto message = node.Find("message")) expectation.error_message = TextExpectationOf(*message);
  if (!expectation.is_error()) node.Refuse("wants type, message, or both");
}

}  // namespace

Expectation ExpectationOf(const JsonNode& node, const std::filesystem::path& folder) {
  node.AllowOnly({"payload", "payloadBase64", "payloadFile", "json", "error", "log", "noLog", "chunks", "maxDuration"});
  if (node.value().empty()) node.Refuse("expects nothing: give payload, json, error, log or another of its members");
  Expectation expectation;
  ReadAnswer(node, folder, expectation);
  if (const auto error = node.Find("error")) ReadError(*error, expectation);
  expectation.log = PatternsOf(node.Find("log"));
  expectation.no_log = PatternsOf(node.Find("noLog"));
  if (const auto chunks = node.Find("chunks")) {
    expectation.chunks.emplace();
    for (const JsonNode& chunk : chunks->Elements()) expectation.chunks->push_back(chunk.Text());
  }
  if (const auto most = node.Find("maxDuration")) expectation.most_duration = DurationOf(*most);
  return expectation;
}

}  // namespace tandem::conformance
