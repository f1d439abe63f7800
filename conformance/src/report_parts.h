// What the reports of a run share.
#ifndef TANDEM_CONFORMANCE_REPORT_PARTS_H_
#define TANDEM_CONFORMANCE_REPORT_PARTS_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/report.h"
#include "conformance/result.h"

namespace tandem::conformance {

// A suite's results as a table. They live as long as the run does.
struct Matrix {
  struct Column {
    std::string language;
    std::string target;
  };
  using Row = std::vector<const CaseResult*>;  // a cell for each column; null: there is no such implementation

  std::string suite;
  std::vector<Column> columns;  // by language, then in the order of the targets
  std::vector<Row> rows;        // of one case each
  std::vector<const CaseResult*> results;
};
std::vector<Matrix> MatricesOf(const std::vector<CaseResult>& results);

// The one that a row is of.
const CaseResult& CaseOf(const Matrix::Row& row);

void AddTo(Counts& counts, Verdict verdict);

// "passed", "differs", "skipped".
std::string_view WordOf(Verdict verdict);

// "pid 4711, python 3.11.2, 12 ms".
std::string EvidenceOf(const Observation& seen);

// RFC 3339 in UTC, "2026-11-28T07:54:22.120Z".
std::string TimeText(std::chrono::system_clock::time_point time);

// "12.3", with so many decimals.
std::string SecondsText(std::chrono::nanoseconds time, int decimals);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_REPORT_PARTS_H_
