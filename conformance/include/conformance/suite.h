// Suites: what functions, written once in each language, are to do.
#ifndef TANDEM_CONFORMANCE_SUITE_H_
#define TANDEM_CONFORMANCE_SUITE_H_

#include <json/value.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/invocation.h"
#include "tandem/status.h"

namespace tandem::conformance {

// A text, or a regular expression (RE2's syntax) that is found somewhere in it.
struct TextExpectation {
  std::string text;
  bool is_pattern = false;
};

// How a case is to end. What has no value may be anything, but that an invocation ends without an error unless one of
// the error's parts is expected.
struct Expectation {
  std::optional<std::string> payload;  // these bytes
  std::optional<Json::Value> json;     // this JSON value, with matchers (conformance/README.md)
  std::optional<TextExpectation> error_type;
  std::optional<TextExpectation> error_message;
  std::vector<std::string> log;                    // regular expressions, each found in the function's log
  std::vector<std::string> no_log;                 // and found nowhere in it
  std::optional<std::vector<std::string>> chunks;  // of a streaming response, in order
  std::optional<std::chrono::milliseconds> most_duration;

  bool is_error() const { return error_type || error_message; }
};

// A function in one language.
struct Implementation {
  std::string language;  // "java", "python", "native": the loader's
  std::string handler;
  std::string code;           // a jar, a zip or a directory: an absolute path
  std::string runtime;        // runtime identifier; empty: the newest that is usable
  std::string endpoint_name;  // what a server calls it; never empty
  std::map<std::string, std::string> variables;
};

// What the cases call by one name.
struct SuiteFunction {
  std::string name;
  std::chrono::milliseconds timeout{3000};
  std::int32_t memory_size_mb = 128;
  std::string log_format;
  std::string log_level;
  std::map<std::string, Implementation> implementations;  // by language
};

// A part of a suite's text.
struct TextRegion {
  std::size_t begin = 0;
  std::size_t end = 0;  // 0: it is not there
};

// One event, what the function is told with it, and what it answers.
struct Case {
  std::string name;   // in its suite; with the parameters' values, "rounds[digits=2]"
  std::string place;  // "suite.json:12"
  const SuiteFunction* function = nullptr;
  std::string event;
  std::string content_type;  // empty: application/json
  InvocationType type = InvocationType::kRequestResponse;
  std::string request_id;  // empty: a new one
  std::string client_context;
  std::string cognito_identity;
  std::string trace_id;
  std::string tenant_id;
  std::string qualifier;
  std::vector<std::string> rules;
  std::vector<std::string> tags;
  std::map<std::string, Expectation> expected;  // by each language of the function
  std::map<std::string, std::string> skipped;   // the reason, by the languages and kinds of targets it is not for
  bool has_parameters = false;
  TextRegion text;         // with its braces; the cases of all parameters have the same
  TextRegion expect_text;  // the values of "expect" and "expectFor"
  TextRegion expect_for_text;

  bool streams() const;  // chunks are expected of one of its languages
};

// A directory with a suite.json.
struct Suite {
  std::string name;                             // its directory's, where it has no other
  std::string folder;                           // absolute
  std::string file;                             // as the user named it
  std::string text;                             // the file's
  std::map<std::string, std::string> recorded;  // whose answers the expectations are, by language; empty: nobody's
  TextRegion recorded_text;
  std::vector<std::unique_ptr<SuiteFunction>> functions;
  std::vector<Case> cases;

  // Of all functions, sorted.
  std::vector<std::string> languages() const;
};

// Whether a case needs to say what it expects.
enum class Expected : std::uint8_t {
  kAlways,
  kOrRecorded,  // it may be left out, as it is about to be written
};

// Reads the suites that `paths` name: each a suite's directory, its suite.json, or a directory that holds suites at any
// depth. Code that is not in a suite's folder is looked for in `code_folder`, unless that is empty. Errors: kNotFound,
// kInvalidArgument, both with one line that begins with the place, "suites/a/suite.json:12: ".
Result<std::vector<Suite>> ReadSuites(const std::vector<std::string>& paths, Expected expected = Expected::kAlways,
                                      const std::string& code_folder = {});

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_H_
