#include "conformance/update.h"

#include <json/json.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "host/api/json.h"
#include "json_match.h"
#include "suite_json.h"
#include "suite_reader.h"
#include "suite_text.h"
#include "templates/utf8.h"
#include "text_match.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kLongestLine = 100;
constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";  // in regular expressions
constexpr double kFirstHuge = 9223372036854775808.0;

// A text, put in the place of a region.
struct Change {
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

// The service's own messages begin with the invocation's id, which is another each time.
Json::Value MessageOf(const Observation& seen) {
  static const RE2 kRequestId("^RequestId: [0-9a-fA-F-]{36} ");
  std::string rest = seen.error_message;
  if (!RE2::Replace(&rest, kRequestId, "")) return seen.error_message;
  std::string pattern = "^RequestId: [0-9a-f-]{36} ";
  for (const char c : rest) {
    if (kSpecial.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  Json::Value message;
  message["pattern"] = pattern + "$";
  return message;
}

void UpdateError(const Observation& seen, Json::Value& expect) {
  const bool is_new = !expect.isMember("error");
  Json::Value& error = expect["error"];
  if (is_new || (error.isMember("type") && !StillFits(error["type"], seen.error_type))) error["type"] = seen.error_type;
  if (is_new || (error.isMember("message") && !StillFits(error["message"], seen.error_message))) {
    error["message"] = MessageOf(seen);
  }
}

void RemovePayload(Json::Value& expect) {
  for (const char* const member : {"payload", "payloadBase64", "payloadFile", "json"}) expect.removeMember(member);
}

void UpdatePayload(const Observation& seen, Json::Value& expect) {
  const bool was_exact =
      expect.isMember("payload") || expect.isMember("payloadBase64") || expect.isMember("payloadFile");
  const Json::Value old = expect.isMember("json") ? expect["json"] : Json::Value();
  RemovePayload(expect);
  const auto value = ValueOf(seen.payload);
  if (value && !was_exact && !HasHugeIntegers(*value)) {
    expect["json"] = Merged(old, *value);
  } else if (templates::IsUtf8(seen.payload)) {
    expect["payload"] = seen.payload;
  } else {
    expect["payloadBase64"] = host::Base64(seen.payload);
  }
}

bool IsOfPayload(const Difference& each) {
  return each.what == "payload" || each.what.starts_with("json");
}

// Of how the invocation has ended, and with what.
bool IsOfAnswer(const Difference& each) {
  return each.what != "log" && each.what != "duration";
}

bool HasOne(const CaseResult& result, bool (*is_wanted)(const Difference&)) {
  return std::any_of(result.differences.begin(), result.differences.end(), is_wanted);
}

Json::Value Updated(Json::Value expect, const CaseResult& result) {
  const Observation& seen = result.observation;
  const bool ends_otherwise = expect.empty() || expect.isMember("error") != seen.failed;
  if (!seen.failed) {
    expect.removeMember("error");
  } else {
    if (ends_otherwise) RemovePayload(expect);
    if (ends_otherwise) expect.removeMember("chunks");
    UpdateError(seen, expect);
  }
  if (expect.isMember("chunks")) {
    expect["chunks"] = Json::arrayValue;
    for (const std::string& chunk : seen.chunks) expect["chunks"].append(chunk);
  }
  if (ends_otherwise ? !seen.failed : HasOne(result, IsOfPayload)) UpdatePayload(seen, expect);
  return expect;
}

// What only the author knows how to mend: which line a pattern was to find.
std::vector<std::string> LogProblems(const Expectation& expected, const Observation& seen) {
  if (!seen.has_log) return {"the target has sent no log"};
  std::vector<std::string> problems;
  for (const std::string& pattern : expected.log) {
    if (!IsFoundIn(pattern, seen.log)) problems.push_back("its log lacks /" + pattern + "/: write it by hand");
  }
  for (const std::string& pattern : expected.no_log) {
    if (IsFoundIn(pattern, seen.log)) problems.push_back("its log has /" + pattern + "/: write it by hand");
  }
  return problems;
}

// Why nothing of a case is written; empty: nothing is against it.
std::string ReasonToLeave(const Case& given, const CaseResult& result) {
  if (given.has_parameters) return "it has parameters";
  const std::string& problem = result.observation.problem;
  return problem.empty() ? "" : "there is no answer: " + problem;
}

// What is not written of the others.
std::vector<std::string> LeftOf(const Case& given, const CaseResult& result) {
  std::vector<std::string> left;
  if (HasOne(result, [](const Difference& each) { return each.what == "log"; })) {
    left = LogProblems(given.expected.at(result.language), result.observation);
  }
  if (HasOne(result, [](const Difference& each) { return each.what == "duration"; })) left.emplace_back("it is late");
  return left;
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
using ByLanguage = std::map<std::string, Json::Value>;

// The expectation that most languages have; of several the old one, else the first of those.
Json::Value MostCommon(const ByLanguage& expected, const Json::Value& old) {
  const auto count_of = [&](const Json::Value& one) {
    return std::count_if(expected.begin(), expected.end(), [&](const auto& each) { return each.second == one; });
  };
  Json::Value best = old;
  for (const auto& [language, one] : expected) {
    if (count_of(one) > count_of(best)) best = one;
  }
  return best;
}

// Where an object's last member ends: spaces and comments may follow.
std::size_t EndOfMembers(std::string_view text, const TextRegion& object) {
  std::size_t end = object.begin;
  for (std::size_t at = object.begin; at + 1 < object.end;) {
    const JsonPiece piece = FirstPiece(text.substr(at));
    at += piece.text.size();
    if (piece.kind != JsonPiece::Kind::kSpace) end = at;
  }
  return end;
}

// Why a new text of the suite is none; empty: it is one.
std::string ReasonAgainstText(const Suite& suite, const std::string& text) {
  try {
    const JsonDocument document(suite.file, text);
    CasesOf(document.root()["cases"], suite, Expected::kOrRecorded);
    return "";
  } catch (const BadSuite& problem) {
    return problem.what();
  }
}

class SuiteWriter {
 public:
  explicit SuiteWriter(const Suite& suite) : suite_(suite) {}

  void Write(const Case& given, const Seen& seen) {
    ByLanguage expected = ExpectedOf(given);
    bool is_changed = false;
    for (const auto& [language, result] : seen) {
      if (result->verdict != Verdict::kDiffers) continue;
      const std::string place = given.place + ": " + given.name + " (" + language + "): ";
      if (const std::string reason = ReasonToLeave(given, *result); !reason.empty()) {
        update_.left.push_back(place + reason);
        continue;
      }
      for (const std::string& problem : LeftOf(given, *result)) update_.left.push_back(place + problem);
      if (!HasOne(*result, IsOfAnswer)) continue;
      expected[language] = Updated(expected[language], *result);
      is_changed = true;
    }
    if (is_changed) Rewrite(given, expected);
  }

  void WriteRecorded(const std::map<std::string, std::string>& evidence) {
    if (suite_.recorded_text.end == 0) return;
    Json::Value recorded = ObjectIn(suite_, suite_.recorded_text);
    for (const auto& [language, client] : evidence) recorded[language] = client;
    if (recorded == ObjectIn(suite_, suite_.recorded_text)) return;
    changes_.push_back({suite_.recorded_text, Written(recorded, suite_.text, suite_.recorded_text.begin)});
  }

  SuiteUpdate Take() {
    update_.text = suite_.text;
    std::reverse(changes_.begin(), changes_.end());  // of two in one place, the first is put in front of the second
    std::stable_sort(changes_.begin(), changes_.end(),
                     [](const auto& one, const auto& other) { return one.region.begin > other.region.begin; });
    for (const Change& each : changes_) {
      update_.text.replace(each.region.begin, each.region.end - each.region.begin, each.text);
    }
    if (const std::string reason = ReasonAgainstText(suite_, update_.text); !reason.empty()) {
      update_ = {suite_.text, 0, {suite_.file + ": with what was seen it would be no suite: " + reason}};
    }
    return std::move(update_);
  }

 private:
  ByLanguage ExpectedOf(const Case& given) const {
    ByLanguage expected;
    const Json::Value own = ObjectIn(suite_, given.expect_for_text);
    for (const auto& [language, implementation] : given.function->implementations) {
      expected[language] = own.isMember(language) ? own[language] : ObjectIn(suite_, given.expect_text);
    }
    return expected;
  }

  // A language that has an expectation of its own keeps one, and others get one where that of all would be wrong.
  void Rewrite(const Case& given, const ByLanguage& expected) {
    Json::Value own = ObjectIn(suite_, given.expect_for_text);
    ByLanguage shared;
    for (const auto& [language, one] : expected) {
      if (own.isMember(language)) {
        own[language] = one;
      } else if (!one.empty()) {
        shared[language] = one;
      }
    }
    const Json::Value common = MostCommon(shared, ObjectIn(suite_, given.expect_text));
    for (const auto& [language, one] : shared) {
      if (one != common) own[language] = one;
    }
    Put("expect", given.expect_text, given, common);
    Put("expectFor", given.expect_for_text, given, own);
    ++update_.cases;
  }

  // In the place of the old value, else behind the case's last member.
  void Put(const std::string& member, const TextRegion& region, const Case& given, const Json::Value& value) {
    if (value == ObjectIn(suite_, region)) return;
    if (region.end != 0) {
      changes_.push_back({region, Written(value, suite_.text, region.begin)});
      return;
    }
    const std::size_t at = EndOfMembers(suite_.text, given.text);
    changes_.push_back({{at, at}, ", \"" + member + "\": " + Written(value, suite_.text, at)});
  }

  const Suite& suite_;
  std::vector<Change> changes_;
  SuiteUpdate update_;
};

// Whose answers the results are, by each language in which all cases that are not skipped were answered.
std::map<std::string, std::string> EvidenceOf(const std::vector<std::pair<const Case*, Seen>>& cases) {
  std::map<std::string, std::string> evidence;
  std::set<std::string> incomplete;
  for (const auto& [given, seen] : cases) {
    for (const auto& [language, implementation] : given->function->implementations) {
      const auto found = seen.find(language);
      if (found == seen.end() || !found->second->observation.problem.empty()) {
        incomplete.insert(language);
      } else if (found->second->verdict != Verdict::kSkipped) {
        evidence[language] = found->second->observation.evidence.runtime;
      }
    }
  }
  for (const std::string& language : incomplete) evidence.erase(language);
  return evidence;
}

Seen SeenOf(const Suite& suite, const Case& given, const std::vector<CaseResult>& results) {
  Seen seen;
  for (const CaseResult& result : results) {
    if (result.suite != suite.name || result.place != given.place || result.name != given.name) continue;
    seen[result.language] = &result;
  }
  return seen;
}

}  // namespace

SuiteUpdate UpdateSuite(const Suite& suite, const std::vector<CaseResult>& results) {
  SuiteWriter writer(suite);
  std::vector<std::pair<const Case*, Seen>> cases;
  for (const Case& given : suite.cases) {
    cases.emplace_back(&given, SeenOf(suite, given, results));
    writer.Write(given, cases.back().second);
  }
  writer.WriteRecorded(EvidenceOf(cases));
  return writer.Take();
}

}  // namespace tandem::conformance
