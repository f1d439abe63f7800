#include "conformance/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <set>
#include <string_view>

#include "report_parts.h"

namespace tandem::conformance {
namespace {

// "suites/a/suite.json": two suites may have one name.
std::string_view SuiteFileOf(const CaseResult& result) {
  return std::string_view(result.place).substr(0, result.place.rfind(':'));
}

std::vector<Matrix::Column> ColumnsFor(const std::vector<const CaseResult*>& results) {
  std::set<std::string> languages;
  std::vector<std::string> targets;
  std::set<std::pair<std::string, std::string>> known;
  for (const CaseResult* each : results) {
    languages.insert(each->language);
    if (std::find(targets.begin(), targets.end(), each->target) == targets.end()) targets.push_back(each->target);
    known.emplace(each->language, each->target);
  }
  std::vector<Matrix::Column> columns;
  for (const std::string& language : languages) {
    for (const std::string& target : targets) {
      if (known.contains({language, target})) columns.push_back({language, target});
    }
  }
  return columns;
}

// The results of a case follow each other.
void PutIntoRows(Matrix& matrix) {
  const CaseResult* before = nullptr;
  for (const CaseResult* each : matrix.results) {
    const auto column = std::find_if(matrix.columns.begin(), matrix.columns.end(), [&](const Matrix::Column& one) {
      return one.language == each->language && one.target == each->target;
    });
    const std::ptrdiff_t at = column - matrix.columns.begin();
    const bool goes_on = before != nullptr && before->name == each->name && before->place == each->place;
    if (!goes_on || matrix.rows.back()[at] != nullptr) matrix.rows.emplace_back(matrix.columns.size());
    matrix.rows.back()[at] = each;
    before = each;
  }
}

}  // namespace

Counts CountsOf(const std::vector<CaseResult>& results) {
  Counts counts;
  for (const CaseResult& each : results) AddTo(counts, each.verdict);
  return counts;
}

void AddTo(Counts& counts, Verdict verdict) {
  if (verdict == Verdict::kPassed) ++counts.passed;
  if (verdict == Verdict::kDiffers) ++counts.differing;
  if (verdict == Verdict::kSkipped) ++counts.skipped;
}

std::vector<Matrix> MatricesOf(const std::vector<CaseResult>& results) {
  std::vector<Matrix> matrices;
  for (const CaseResult& each : results) {
    const bool goes_on = !matrices.empty() && matrices.back().suite == each.suite &&
                         SuiteFileOf(*matrices.back().results.back()) == SuiteFileOf(each);
    if (!goes_on) matrices.push_back({each.suite, {}, {}, {}});
    matrices.back().results.push_back(&each);
  }
  for (Matrix& matrix : matrices) {
    matrix.columns = ColumnsFor(matrix.results);
    PutIntoRows(matrix);
  }
  return matrices;
}

const CaseResult& CaseOf(const Matrix::Row& row) {
  return **std::find_if(row.begin(), row.end(), [](const CaseResult* cell) { return cell != nullptr; });
}

std::string_view WordOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kDiffers:
      return "differs";
    case Verdict::kSkipped:
      break;
  }
  return "skipped";
}

std::string EvidenceOf(const Observation& seen) {
  std::string text;
  for (const std::string& part : {seen.evidence.place, seen.evidence.runtime}) {
    if (!part.empty()) text += part + ", ";
  }
  return text + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(seen.duration).count()) + " ms";
}

std::string TimeText(std::chrono::system_clock::time_point time) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto whole = std::chrono::floor<std::chrono::seconds>(ms);
  const auto seconds = static_cast<std::time_t>(whole.count());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>((ms - whole).count()));
  return std::string(date.data()) + fraction.data();
}

std::string SecondsText(std::chrono::nanoseconds time, int decimals) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, std::chrono::duration<double>(time).count());
  return text.data();
}

}  // namespace tandem::conformance
