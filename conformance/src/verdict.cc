#include "conformance/verdict.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "json_match.h"
#include "text_match.h"

namespace tandem::conformance {
namespace {

RE2::Options QuietOptions() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  return options;
}

std::string Milliseconds(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

std::string Shown(const TextExpectation& text) {
  return text.is_pattern ? "a text with /" + text.text + "/" : text.text;
}

std::string WantedEnd(const Expectation& expected) {
  if (!expected.is_error()) return "a response";
  std::string shown = "a function error";
  if (expected.error_type) shown += " of the type " + Shown(*expected.error_type);
  if (expected.error_message) shown += ", with the message " + Shown(*expected.error_message);
  return shown;
}

void CompareText(std::string what, const std::optional<TextExpectation>& expected, const std::string& seen,
                 std::vector<Difference>& differences) {
  if (!expected) return;
  const bool is_as_expected = expected->is_pattern ? IsFoundIn(expected->text, seen) : expected->text == seen;
  if (!is_as_expected) differences.push_back({std::move(what), Shown(*expected), seen});
}

void ComparePayload(const Expectation& expected, const Observation& seen, std::vector<Difference>& differences) {
  if (expected.payload && *expected.payload != seen.payload) {
    differences.push_back({"payload", *expected.payload, seen.payload});
  }
  if (!expected.json) return;
  const auto value = ValueOf(seen.payload);
  if (!value) {
    differences.push_back({"json", LineOf(*expected.json), "no JSON: " + seen.payload});
    return;
  }
  std::vector<Difference> found = CompareJson(*expected.json, *value);
  std::move(found.begin(), found.end(), std::back_inserter(differences));
}

void CompareLog(const Expectation& expected, const Observation& seen, std::vector<Difference>& differences) {
  if (!seen.has_log && expected.log.size() + expected.no_log.size() > 0) {
    differences.push_back({"log", "one that is known", "the target has sent none"});
    return;
  }
  for (const std::string& pattern : expected.log) {
    if (!IsFoundIn(pattern, seen.log)) differences.push_back({"log", "/" + pattern + "/ in it", seen.log});
  }
  for (const std::string& pattern : expected.no_log) {
    if (IsFoundIn(pattern, seen.log)) differences.push_back({"log", "/" + pattern + "/ nowhere in it", seen.log});
  }
}

void CompareChunks(const Expectation& expected, const Observation& seen, std::vector<Difference>& differences) {
  if (!expected.chunks) return;
  const std::size_t most = std::max(expected.chunks->size(), seen.chunks.size());
  for (std::size_t i = 0; i < most; ++i) {
    const std::string wanted = i < expected.chunks->size() ? (*expected.chunks)[i] : "no such chunk";
    const std::string found = i < seen.chunks.size() ? seen.chunks[i] : "no such chunk";
    const bool are_both = i < expected.chunks->size() && i < seen.chunks.size();
    if (!are_both || wanted != found) differences.push_back({"chunk " + std::to_string(i + 1), wanted, found});
  }
}

}  // namespace

std::string EndOf(const Observation& seen) {
  if (!seen.problem.empty()) return seen.problem;
  if (!seen.failed) return "the response " + seen.payload;
  // The service's own messages begin with the id, which is of no use to the reader.
  static const RE2 kRequestId("^RequestId: [0-9a-fA-F-]{36} (Error: )?");
  std::string message = seen.error_message;
  RE2::Replace(&message, kRequestId, "");
  return "the function error " + seen.error_type + ": " + message;
}

bool IsFoundIn(const std::string& pattern, std::string_view text) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), RE2(pattern, QuietOptions()));
}

std::string ReasonAgainstPattern(const std::string& pattern) {
  const RE2 expression(pattern, QuietOptions());
  return expression.ok() ? "" : "'" + pattern + "' is no regular expression: " + expression.error();
}

std::vector<Difference> Compare(const Expectation& expected, const Observation& seen) {
  if (!seen.problem.empty()) return {{"answer", WantedEnd(expected), seen.problem}};
  std::vector<Difference> differences;
  if (expected.is_error() != seen.failed) {
    differences.push_back({"outcome", WantedEnd(expected), EndOf(seen)});
  } else {
    CompareText("error type", expected.error_type, seen.error_type, differences);
    CompareText("error message", expected.error_message, seen.error_message, differences);
    ComparePayload(expected, seen, differences);
    CompareChunks(expected, seen, differences);
  }
  CompareLog(expected, seen, differences);
  if (expected.most_duration && seen.duration > *expected.most_duration) {
    differences.push_back(
        {"duration", "at most " + Milliseconds(*expected.most_duration), Milliseconds(seen.duration)});
  }
  return differences;
}

}  // namespace tandem::conformance
