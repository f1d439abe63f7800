// Reports of a run: the terminal's matrix, a page, JUnit's XML, JSON.
#ifndef TANDEM_CONFORMANCE_REPORT_H_
#define TANDEM_CONFORMANCE_REPORT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "conformance/result.h"

namespace tandem::conformance {

// All of a run.
struct Run {
  std::string version;  // Tandem's
  std::chrono::system_clock::time_point start;
  std::chrono::nanoseconds duration{};
  std::vector<CaseResult> results;  // in the order of the suites; a case's languages and targets follow each other
};

struct Counts {
  std::size_t passed = 0;
  std::size_t differing = 0;
  std::size_t skipped = 0;
};
Counts CountsOf(const std::vector<CaseResult>& results);

enum class Colour : std::uint8_t { kOff, kOn };

// For the terminal: for each suite a matrix, a line for each case and a column for each language and target; below it
// each difference with what was expected and what was seen; at last the counts. `width` is the terminal's in columns.
std::string TextReport(const Run& run, Colour colour, std::size_t width);

// One HTML page that needs nothing besides: the matrix, each difference shown, each result's evidence.
std::string HtmlReport(const Run& run);

// JUnit's XML: a testsuite for each suite, a testcase for each case, language and target.
std::string JunitReport(const Run& run);

// JSON, documented by conformance/report.schema.json.
std::string JsonReport(const Run& run);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_REPORT_H_
