#include "conformance/fuzz.h"

#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "conformance/verdict.h"
#include "event_maker.h"
#include "json_match.h"
#include "shrink.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kMostQuestions = 2000;  // of one event that is made smaller

// One implementation on one target.
struct Player {
  const Implementation* implementation;
  Target* target;

  std::string name() const { return implementation->language + " " + std::string(target->name()); }
};

std::string Shown(const Observation& seen) {
  if (!seen.problem.empty()) return seen.problem;
  return seen.failed ? "the function error " + seen.payload : seen.payload;
}

// Error messages of the runtime name the request, which is never the same.
std::string WithoutIds(std::string message) {
  static const RE2 kIds("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  RE2::GlobalReplace(&message, kIds, "");
  return message;
}

bool HaveSameError(const Observation& one, const Observation& other) {
  return WithoutIds(one.error_message) == WithoutIds(other.error_message);
}

// Two languages may fail in different words, as they do where they do not know the function: that is no answer.
bool IsAnswered(const Observation& one, const Observation& other) {
  return !one.failed || HaveSameError(one, other);
}

// The function whose implementations are compared.
class FuzzedFunction {
 public:
  FuzzedFunction(const Suite& suite, const SuiteFunction& function, std::vector<Player> players)
      : suite_(suite), function_(function), players_(std::move(players)) {
    for (const Case& each : suite.cases) {
      if (each.function != &function) continue;
      if (auto event = ValueOf(each.event)) examples_.push_back(std::move(*event));
      for (const auto& [language, expectation] : each.expected) {
        if (expectation.json) CollectLeeways(*expectation.json, leeways_);
      }
    }
  }

  // A result for each player but the first.
  std::vector<CaseResult> Run(const FuzzOptions& fuzz, const RunOptions& options, std::size_t done, std::size_t total) {
    EventMaker maker(fuzz.seed, examples_);
    std::vector<CaseResult> results;
    for (std::size_t i = 1; i < players_.size(); ++i) results.push_back(Blank(fuzz, players_[i]));
    std::vector<std::size_t> answered(results.size());
    std::size_t differing = 0;
    std::size_t n = 0;
    for (; n < fuzz.events && differing < results.size(); ++n) {
      if (options.is_stopped && options.is_stopped()) break;
      if (options.on_progress && n % 16 == 0) options.on_progress(done, total, Numbered(results.front(), n));
      const Json::Value event = maker.Next();
      const Observation first = Ask(players_.front(), event);
      for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].verdict == Verdict::kDiffers) continue;
        results[i].observation = Ask(players_[i + 1], event);
        if (Differences(first, results[i].observation, players_[i + 1]).empty()) {
          if (IsAnswered(first, results[i].observation)) ++answered[i];
          continue;
        }
        Explain(event, n, players_[i + 1], results[i]);
        ++differing;
      }
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (n == 0 || answered[i] > 0 || results[i].verdict == Verdict::kDiffers) continue;
      results[i].verdict = Verdict::kDiffers;
      results[i].differences = {{"answers", "some event that both answer", "none of " + std::to_string(n)}};
    }
    return results;
  }

 private:
  CaseResult Blank(const FuzzOptions& fuzz, const Player& player) const {
    CaseResult result;
    result.suite = suite_.name;
    result.name = function_.name + ", " + std::to_string(fuzz.events) + " events of seed " + std::to_string(fuzz.seed);
    result.place = suite_.file;
    result.function = function_.name;
    result.handler = player.implementation->handler;
    result.language = player.implementation->language;
    result.target = player.target->name();
    return result;
  }

  static CaseResult Numbered(CaseResult result, std::size_t n) {
    result.name = result.function + ", event " + std::to_string(n + 1);
    return result;
  }

  Observation Ask(const Player& player, const Json::Value& event) const {
    Case given;
    given.function = &function_;
    given.event = LineOf(event);
    return player.target->Run(function_, *player.implementation, given);
  }

  // Of the first player's answer and another's.
  std::vector<Difference> Differences(const Observation& one, const Observation& other, const Player& player) const {
    if (!one.problem.empty() || !other.problem.empty() || one.failed != other.failed) {
      return {{"outcome", Shown(one), Shown(other)}};
    }
    if (one.failed) return DifferencesOfErrors(one, other, player);
    if (one.payload == other.payload) return {};
    const auto first = ValueOf(one.payload);
    const auto second = ValueOf(other.payload);
    if (!first || !second) return {{"payload", one.payload, other.payload}};
    return CompareValues(*first, *second, leeways_);
  }

  // Languages have errors of their own, but one implementation has the same everywhere.
  std::vector<Difference> DifferencesOfErrors(const Observation& one, const Observation& other,
                                              const Player& player) const {
    if (player.implementation != players_.front().implementation) return {};
    std::vector<Difference> found;
    if (one.error_type != other.error_type) found.push_back({"error type", one.error_type, other.error_type});
    if (!HaveSameError(one, other)) found.push_back({"error message", one.error_message, other.error_message});
    return found;
  }

  // Makes the event smaller, and tells how both answer.
  void Explain(const Json::Value& event, std::size_t n, const Player& player, CaseResult& result) const {
    std::size_t asked = 0;
    const auto holds = [&](const Json::Value& tried) {
      return !Differences(Ask(players_.front(), tried), Ask(player, tried), player).empty();
    };
    const Json::Value smallest = Shrink(event, holds, kMostQuestions, asked);
    const Observation first = Ask(players_.front(), smallest);
    result.observation = Ask(player, smallest);
    result.verdict = Verdict::kDiffers;
    result.differences = Differences(first, result.observation, player);
    if (result.differences.empty()) result.differences = {{"answer", "the same each time", "now this, now that"}};
    for (Difference& each : result.differences) each.expected = players_.front().name() + ": " + each.expected;
    const std::string before = LineOf(event);
    result.differences.insert(result.differences.begin(), {std::string(kSmallestEvent), LineOf(smallest),
                                                           "number " + std::to_string(n + 1) + ", made smaller in " +
                                                               std::to_string(asked) + " steps: " + before});
  }

  const Suite& suite_;
  const SuiteFunction& function_;
  const std::vector<Player> players_;
  std::vector<Json::Value> examples_;
  Leeways leeways_;
};

std::vector<Player> PlayersOf(const SuiteFunction& function, const std::vector<std::unique_ptr<Target>>& targets,
                              const RunOptions& options) {
  std::vector<Player> players;
  const Case any;
  for (const auto& [language, implementation] : function.implementations) {
    const auto& wanted = options.languages;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), language) == wanted.end()) continue;
    for (const auto& target : targets) {
      if (target->ReasonAgainst(implementation, any).empty()) players.push_back({&implementation, target.get()});
    }
  }
  return players;
}

}  // namespace

Run FuzzSuites(const std::vector<Suite>& suites, const std::vector<std::unique_ptr<Target>>& targets,
               const RunOptions& options, const FuzzOptions& fuzz) {
  Run run;
  run.version = Version();
  run.start = std::chrono::system_clock::now();
  const auto began = std::chrono::steady_clock::now();
  std::size_t total = 0;
  for (const Suite& suite : suites) total += suite.functions.size();
  std::size_t done = 0;
  for (const Suite& suite : suites) {
    for (const auto& function : suite.functions) {
      std::vector<Player> players = PlayersOf(*function, targets, options);
      if (players.size() > 1) {
        std::vector<CaseResult> results =
            FuzzedFunction(suite, *function, std::move(players)).Run(fuzz, options, done, total);
        std::move(results.begin(), results.end(), std::back_inserter(run.results));
      }
      for (const auto& target : targets) target->EndFunctions();
      ++done;
    }
  }
  run.duration = std::chrono::steady_clock::now() - began;
  return run;
}

}  // namespace tandem::conformance
