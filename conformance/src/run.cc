#include "conformance/run.h"

#include <algorithm>
#include <exception>
#include <map>
#include <string_view>
#include <utility>

#include "conformance/verdict.h"
#include "templates/one_line.h"

namespace tandem::conformance {
namespace {

// A cell of the matrix that is to be filled.
struct Cell {
  const Suite& suite;
  const Case& given;
  const Implementation& implementation;
  Target& target;
};

bool IsWanted(const std::vector<std::string>& wanted, std::string_view name) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

bool HasOneOf(const Case& given, const std::vector<std::string>& tags) {
  if (tags.empty()) return true;
  return std::any_of(given.tags.begin(), given.tags.end(), [&](const auto& tag) { return IsWanted(tags, tag); });
}

std::vector<Cell> CellsOf(const std::vector<Suite>& suites, const std::vector<std::unique_ptr<Target>>& targets,
                          const RunOptions& options) {
  std::vector<Cell> cells;
  for (const Suite& suite : suites) {
    for (const Case& given : suite.cases) {
      if (!HasOneOf(given, options.tags)) continue;
      for (const auto& [language, implementation] : given.function->implementations) {
        if (!IsWanted(options.languages, language)) continue;
        for (const auto& target : targets) cells.push_back({suite, given, implementation, *target});
      }
    }
  }
  return cells;
}

CaseResult Blank(const Cell& cell) {
  CaseResult result;
  result.suite = cell.suite.name;
  result.name = cell.given.name;
  result.place = cell.given.place;
  result.function = cell.given.function->name;
  result.handler = cell.implementation.handler;
  result.language = cell.implementation.language;
  result.target = cell.target.name();
  result.rules = cell.given.rules;
  return result;
}

// The reason for a language, else for a target.
std::string ReasonToSkip(const Cell& cell) {
  for (const std::string& name : {cell.implementation.language, std::string(cell.target.kind())}) {
    const auto reason = cell.given.skipped.find(name);
    if (reason != cell.given.skipped.end()) return reason->second;
  }
  return cell.target.ReasonAgainst(cell.implementation, cell.given);
}

// Whatever is thrown, as where an answer is larger than the memory, is a problem of the case.
Observation Observe(const Cell& cell) {
  Observation seen;
  try {
    seen = cell.target.Run(*cell.given.function, cell.implementation, cell.given);
  } catch (const std::exception& error) {
    seen.problem = error.what();
    cell.target.End(cell.implementation);
  }
  seen.problem = templates::OneLine(seen.problem);
  return seen;
}

void Fill(const Cell& cell, CaseResult& result) {
  result.reason = ReasonToSkip(cell);
  if (!result.reason.empty()) {
    result.verdict = Verdict::kSkipped;
    return;
  }
  result.observation = Observe(cell);
  const auto expected = cell.given.expected.find(cell.implementation.language);
  if (expected != cell.given.expected.end()) {
    result.differences = Compare(expected->second, result.observation);
  } else {
    result.differences = {{"expectation", "none is written", EndOf(result.observation)}};
  }
  if (!result.differences.empty()) result.verdict = Verdict::kDiffers;
}

}  // namespace

Run RunSuites(const std::vector<Suite>& suites, const std::vector<std::unique_ptr<Target>>& targets,
              const RunOptions& options) {
  Run run;
  run.version = Version();
  run.start = std::chrono::system_clock::now();
  const auto began = std::chrono::steady_clock::now();
  const std::vector<Cell> cells = CellsOf(suites, targets, options);
  std::map<std::pair<const Implementation*, Target*>, std::size_t> left;
  for (const Cell& cell : cells) ++left[{&cell.implementation, &cell.target}];
  for (const Cell& cell : cells) {
    if (options.is_stopped && options.is_stopped()) break;
    CaseResult result = Blank(cell);
    if (options.on_progress) options.on_progress(run.results.size(), cells.size(), result);
    Fill(cell, result);
    run.results.push_back(std::move(result));
    if (--left[{&cell.implementation, &cell.target}] == 0) cell.target.End(cell.implementation);
  }
  for (const auto& target : targets) target->EndFunctions();
  run.duration = std::chrono::steady_clock::now() - began;
  return run;
}

}  // namespace tandem::conformance
