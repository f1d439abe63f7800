#include "conformance/update.h"

#include <json/json.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

#include "host/api/json.h"
#include "json_match.h"
#include "suite_text.h"
#include "templates/utf8.h"
#include "text_match.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kLongestLine = 100;
constexpr double kFirstHuge = 9223372036854775808.0;

// A text, put in the place of a region.
struct Splice {
  TextRegion region;
  std::string text;
};

std::string_view TextOf(const Suite& suite, const TextRegion& region) {
  return std::string_view(suite.text).substr(region.begin, region.end - region.begin);
}

Json::Value ObjectIn(const Suite& suite, const TextRegion& region) {
  if (region.end == 0) return Json::objectValue;
  return ValueOf(CompactJson(TextOf(suite, region))).value_or(Json::objectValue);
}

bool HasMatcherName(const Json::Value& value) {
  if (!value.isObject()) return false;
  const std::vector<std::string> names = value.getMemberNames();
  return std::any_of(names.begin(), names.end(), [](const auto& name) { return name.starts_with('$'); });
}

// Integers whose digits a value does not have.
bool HasHugeIntegers(const Json::Value& value) {
  if (value.type() == Json::realValue) return std::abs(value.asDouble()) >= kFirstHuge;
  if (!value.isObject() && !value.isArray()) return false;
  return std::any_of(value.begin(), value.end(), HasHugeIntegers);
}

// What is seen, with what of the old expectation still fits.
Json::Value Merged(const Json::Value& old, const Json::Value& seen) {
  if (CompareJson(old, seen).empty()) return old;
  Json::Value merged = seen;
  if (HasMatcherName(seen)) {
    merged = Json::objectValue;
    merged["$literal"] = seen;
  } else if (old.isObject() && seen.isObject() && !HasMatcherName(old)) {
    for (const std::string& name : seen.getMemberNames()) {
      merged[name] = Merged(old.isMember(name) ? old[name] : Json::Value(), seen[name]);
    }
  } else if (seen.isArray()) {
    for (Json::ArrayIndex i = 0; i < seen.size(); ++i) {
      merged[i] = Merged(old.isArray() && i < old.size() ? old[i] : Json::Value(), seen[i]);
    }
  }
  return merged;
}

bool StillFits(const Json::Value& old, const std::string& seen) {
  if (old.isString()) return old.asString() == seen;
  return old.isObject() && IsFoundIn(old["pattern"].asString(), seen);
}

void UpdateError(const Observation& seen, Json::Value& expect) {
  for (const char* const member : {"payload", "payloadBase64", "payloadFile", "json", "chunks"}) {
    expect.removeMember(member);
  }
  Json::Value& error = expect["error"];
  const bool had_both = error.isNull();
  if (had_both || (error.isMember("type") && !StillFits(error["type"], seen.error_type)))
    error["type"] = seen.error_type;
  if (had_both || (error.isMember("message") && !StillFits(error["message"], seen.error_message))) {
    error["message"] = seen.error_message;
  }
}

void UpdatePayload(const Observation& seen, Json::Value& expect) {
  const bool was_exact =
      expect.isMember("payload") || expect.isMember("payloadBase64") || expect.isMember("payloadFile");
  const Json::Value old = expect.isMember("json") ? expect["json"] : Json::Value();
  for (const char* const member : {"error", "payload", "payloadBase64", "payloadFile", "json"})
    expect.removeMember(member);
  const auto value = ValueOf(seen.payload);
  if (value && !was_exact && !HasHugeIntegers(*value)) {
    expect["json"] = Merged(old, *value);
  } else if (templates::IsUtf8(seen.payload)) {
    expect["payload"] = seen.payload;
  } else {
    expect["payloadBase64"] = host::Base64(seen.payload);
  }
}

// Only the patterns that are found, or are not.
void KeepPatterns(const char* member, bool found, const std::string& log, Json::Value& expect) {
  if (!expect.isMember(member)) return;
  Json::Value kept(Json::arrayValue);
  for (const Json::Value& pattern : expect[member]) {
    if (IsFoundIn(pattern.asString(), log) == found) kept.append(pattern);
  }
  expect[member] = kept;
  if (kept.empty()) expect.removeMember(member);
}

Json::Value Updated(Json::Value expect, const Observation& seen) {
  if (seen.failed) {
    UpdateError(seen, expect);
  } else if (expect.isMember("chunks")) {
    expect["chunks"] = Json::arrayValue;
    for (const std::string& chunk : seen.chunks) expect["chunks"].append(chunk);
  } else {
    UpdatePayload(seen, expect);
  }
  KeepPatterns("log", true, seen.log, expect);
  KeepPatterns("noLog", false, seen.log, expect);
  return expect;
}

// In one line where that is short, else in several that are indented as the line is in which it begins.
std::string Written(const Json::Value& value, const std::string& text, std::size_t at) {
  std::string line = LineOf(value);
  const std::size_t start = text.rfind('\n', at) + 1;
  if (at - start + line.size() <= kLongestLine) return line;
  const std::string margin = text.substr(start, text.find_first_not_of(" \t", start) - start);
  if (!value.isObject() || value.empty()) return line;
  std::string written = "{";
  for (const std::string& name : value.getMemberNames()) {
    if (written.size() > 1) written += ',';
    written += "\n" + margin + "  " + LineOf(name) + ": " + LineOf(value[name]);
  }
  return written + "\n" + margin + "}";
}

// The case's results, by language.
using Seen = std::map<std::string, const CaseResult*>;

// The expectation that most languages have; the first of those.
Json::Value MostCommon(const std::map<std::string, Json::Value>& expected) {
  Json::Value best;
  std::ptrdiff_t most = 0;
  for (const auto& [language, one] : expected) {
    const auto count = std::count_if(expected.begin(), expected.end(), [&](const auto& e) { return e.second == one; });
    if (count > most) best = one;
    most = std::max(most, count);
  }
  return best;
}

class SuiteWriter {
 public:
  explicit SuiteWriter(const Suite& suite) : suite_(suite) {}

  void Write(const Case& given, const Seen& seen) {
    std::map<std::string, Json::Value> expected = ExpectedOf(given);
    bool is_changed = false;
    for (const auto& [language, result] : seen) {
      if (result->verdict != Verdict::kDiffers) continue;
      const std::string reason = ReasonToLeave(given, *result);
      if (!reason.empty()) {
        update_.left.push_back(given.place);
        update_.left.back().append(": ").append(given.name).append(" (").append(language).append("): ").append(reason);
        continue;
      }
      expected[language] = Updated(expected[language], result->observation);
      is_changed = true;
    }
    if (is_changed) Splice(given, expected);
  }

  void WriteRecorded(const std::map<std::string, std::string>& evidence) {
    if (suite_.recorded_text.end == 0) return;
    Json::Value recorded = ObjectIn(suite_, suite_.recorded_text);
    for (const auto& [language, client] : evidence) recorded[language] = client;
    if (recorded == ObjectIn(suite_, suite_.recorded_text)) return;
    splices_.push_back({suite_.recorded_text, Written(recorded, suite_.text, suite_.recorded_text.begin)});
  }

  SuiteUpdate Take() {
    update_.text = suite_.text;
    std::reverse(splices_.begin(), splices_.end());  // of two in one place, the first is put in front of the second
    std::stable_sort(splices_.begin(), splices_.end(),
                     [](const auto& one, const auto& other) { return one.region.begin > other.region.begin; });
    for (const conformance::Splice& each : splices_) {
      update_.text.replace(each.region.begin, each.region.end - each.region.begin, each.text);
    }
    return std::move(update_);
  }

 private:
  std::map<std::string, Json::Value> ExpectedOf(const Case& given) const {
    std::map<std::string, Json::Value> expected;
    const Json::Value own = ObjectIn(suite_, given.expect_for_text);
    for (const auto& [language, implementation] : given.function->implementations) {
      expected[language] = own.isMember(language) ? own[language] : ObjectIn(suite_, given.expect_text);
    }
    return expected;
  }

  static std::string ReasonToLeave(const Case& given, const CaseResult& result) {
    if (given.has_parameters) return "it has parameters";
    if (!result.observation.problem.empty()) return "there is no answer: " + result.observation.problem;
    const bool is_late = std::all_of(result.differences.begin(), result.differences.end(),
                                     [](const Difference& each) { return each.what == "duration"; });
    return is_late ? "it is late" : "";
  }

  void Splice(const Case& given, const std::map<std::string, Json::Value>& expected) {
    const Json::Value common = MostCommon(expected);
    Json::Value others(Json::objectValue);
    const Json::Value own = ObjectIn(suite_, given.expect_for_text);
    for (const auto& [language, one] : expected) {
      if (one != common || own.isMember(language)) others[language] = one;
    }
    if (given.expect_text.end != 0 || others.size() < expected.size()) Put("expect", given.expect_text, given, common);
    if (!others.empty()) Put("expectFor", given.expect_for_text, given, others);
    ++update_.cases;
  }

  // In the place of the old value, else before the case's brace.
  void Put(const std::string& member, const TextRegion& region, const Case& given, const Json::Value& value) {
    if (region.end != 0) {
      splices_.push_back({region, Written(value, suite_.text, region.begin)});
      return;
    }
    const std::size_t brace = given.text.end - 1;
    const std::size_t at = suite_.text.find_last_not_of(" \t\n", brace - 1) + 1;
    splices_.push_back({{at, at}, ", \"" + member + "\": " + Written(value, suite_.text, at)});
  }

  const Suite& suite_;
  std::vector<conformance::Splice> splices_;
  SuiteUpdate update_;
};

}  // namespace

SuiteUpdate UpdateSuite(const Suite& suite, const std::vector<CaseResult>& results) {
  SuiteWriter writer(suite);
  std::map<std::string, std::string> evidence;
  for (const Case& given : suite.cases) {
    Seen seen;
    for (const CaseResult& result : results) {
      if (result.suite != suite.name || result.place != given.place || result.name != given.name) continue;
      if (result.verdict == Verdict::kSkipped) continue;
      seen[result.language] = &result;
      if (result.observation.problem.empty()) evidence[result.language] = result.observation.evidence.runtime;
    }
    writer.Write(given, seen);
  }
  writer.WriteRecorded(evidence);
  return writer.Take();
}

}  // namespace tandem::conformance
