#include "conformance/fuzz.h"

#include <re2/re2.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "conformance/verdict.h"
#include "event_maker.h"
#include "json_match.h"
#include "shrink.h"

namespace tandem::conformance {
namespace {

// Of one event that is made smaller.
constexpr std::size_t kMostQuestions = 2000;
constexpr std::chrono::seconds kLongestShrinking{60};

constexpr std::size_t kToldEach = 16;  // events

// One implementation on one target.
struct Player {
  const Implementation* implementation;
  Target* target;

  std::string name() const { return implementation->language + " " + std::string(target->name()); }
};

// Who is told how far this is, and may stop it.
struct Watcher {
  const RunOptions& options;
  std::size_t done;   // functions
  std::size_t total;  // of them

  bool is_stopped() const { return options.is_stopped && options.is_stopped(); }

  void Tell(CaseResult next, std::size_t n, const std::string& doing) const {
    if (!options.on_progress) return;
    next.name = next.function + ", event " + std::to_string(n + 1) + doing;
    options.on_progress(done, total, next);
  }
};

CaseResult Blank(const Suite& suite, const SuiteFunction& function, const Player& player, const FuzzOptions& fuzz) {
  CaseResult result;
  result.suite = suite.name;
  result.name = function.name + ", " + std::to_string(fuzz.events) + " events of seed " + std::to_string(fuzz.seed);
  result.place = suite.file;
  result.function = function.name;
  result.handler = player.implementation->handler;
  result.language = player.implementation->language;
  result.target = player.target->name();
  return result;
}

CaseResult Skipped(CaseResult result, std::string reason) {
  result.verdict = Verdict::kSkipped;
  result.reason = std::move(reason);
  return result;
}

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
  std::vector<CaseResult> Run(const FuzzOptions& fuzz, const Watcher& watcher) {
    EventMaker maker(fuzz.seed, examples_);
    std::vector<CaseResult> results;
    for (std::size_t i = 1; i < players_.size(); ++i) results.push_back(Blank(suite_, function_, players_[i], fuzz));
    std::vector<std::size_t> answered(results.size());
    std::size_t differing = 0;
    std::size_t n = 0;
    for (; n < fuzz.events && differing < results.size(); ++n) {
      if (watcher.is_stopped()) break;
      if (n % kToldEach == 0) watcher.Tell(results.front(), n, "");
      const Json::Value event = maker.Next();
      const Observation first = Ask(players_.front(), event);
      for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].verdict == Verdict::kDiffers) continue;
        results[i].observation = Ask(players_[i + 1], event);
        if (Differences(first, results[i].observation, players_[i + 1]).empty()) {
          if (IsAnswered(first, results[i].observation)) ++answered[i];
          continue;
        }
        Explain(event, n, players_[i + 1], watcher, results[i]);
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
  void Explain(const Json::Value& event, std::size_t n, const Player& player, const Watcher& watcher,
               CaseResult& result) const {
    const auto end = std::chrono::steady_clock::now() + kLongestShrinking;
    bool is_cut_off = false;
    std::size_t asked = 0;
    const auto holds = [&](const Json::Value& tried) {
      is_cut_off = is_cut_off || watcher.is_stopped() || std::chrono::steady_clock::now() >= end;
      if (is_cut_off) return false;
      watcher.Tell(result, n, ", made smaller");
      return !Differences(Ask(players_.front(), tried), Ask(player, tried), player).empty();
    };
    const Json::Value smallest = Shrink(event, holds, kMostQuestions, asked);
    const Observation first = Ask(players_.front(), smallest);
    result.observation = Ask(player, smallest);
    result.verdict = Verdict::kDiffers;
    result.differences = Differences(first, result.observation, player);
    if (result.differences.empty()) result.differences = {{"answer", "the same each time", "now this, now that"}};
    for (Difference& each : result.differences) each.expected = players_.front().name() + ": " + each.expected;
    const std::string how = "number " + std::to_string(n + 1) + ", made smaller in " + std::to_string(asked) +
                            " steps" + (is_cut_off ? ", then cut off: " : ": ") + LineOf(event);
    result.differences.insert(result.differences.begin(), {std::string(kSmallestEvent), LineOf(smallest), how});
  }

  const Suite& suite_;
  const SuiteFunction& function_;
  const std::vector<Player> players_;
  std::vector<Json::Value> examples_;
  Leeways leeways_;
};

// Who plays what is wanted; of what cannot be played there are results.
std::vector<Player> PlayersOf(const Suite& suite, const SuiteFunction& function,
                              const std::vector<std::unique_ptr<Target>>& targets, const RunOptions& options,
                              const FuzzOptions& fuzz, std::vector<CaseResult>& results) {
  std::vector<Player> players;
  for (const auto& [language, implementation] : function.implementations) {
    const auto& wanted = options.languages;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), language) == wanted.end()) continue;
    for (const auto& target : targets) {
      const Player player{&implementation, target.get()};
      const std::string reason = target->ReasonAgainst(implementation, Case());
      if (reason.empty()) {
        players.push_back(player);
      } else {
        results.push_back(Skipped(Blank(suite, function, player, fuzz), reason));
      }
    }
  }
  if (players.size() == 1) {
    results.push_back(Skipped(Blank(suite, function, players.front(), fuzz), "there is nothing to compare it with"));
    players.clear();
  }
  return players;
}

// The first has no result: it is one whose target has others, as a target without any seems to be named for nothing.
void PutFirst(std::vector<Player>& players) {
  const auto neighbours = [&](const Player& player) {
    return std::count_if(players.begin(), players.end(),
                         [&](const auto& each) { return each.target == player.target; });
  };
  const auto first = std::max_element(players.begin(), players.end(), [&](const Player& one, const Player& other) {
    return neighbours(one) < neighbours(other);
  });
  std::rotate(players.begin(), first, first + 1);
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
      std::vector<Player> players = PlayersOf(suite, *function, targets, options, fuzz, run.results);
      if (!players.empty()) {
        PutFirst(players);
        std::vector<CaseResult> results =
            FuzzedFunction(suite, *function, std::move(players)).Run(fuzz, {options, done, total});
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
