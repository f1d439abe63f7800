#include <re2/re2.h>

#include <algorithm>

#include "suite_reader.h"
#include "suite_text.h"
#include "tandem/invocation.h"

namespace tandem::conformance {
namespace {

// Members of the object where there are any.
std::map<std::string, JsonNode> MembersByName(const std::optional<JsonNode>& node) {
  std::map<std::string, JsonNode> members;
  if (!node) return members;
  for (const auto& [name, member] : node->Members()) members.emplace(name, member);
  return members;
}

std::string LineOrNone(const JsonNode& parent, std::string_view member) {
  const auto node = parent.Find(member);
  return node ? node->Line() : "";
}

std::string ObjectOrNone(const JsonNode& parent, std::string_view member) {
  const auto node = parent.Find(member);
  if (node && !node->value().isObject()) node->RefuseKind("an object");
  return node ? node->CompactText() : "";
}

std::vector<std::string> RulesOf(const JsonNode& node) {
  static const RE2 kRules("[A-Z]+(-[A-Z]+)?-[0-9]{2,}");
  std::vector<std::string> rules;
  for (const JsonNode& element : node.Elements()) {
    rules.push_back(element.Text());
    if (!RE2::FullMatch(rules.back(), kRules)) {
      element.Refuse("'" + rules.back() + "' is no rule's id, such as J-03 or H-JAVA-10");
    }
  }
  return rules;
}

bool IsTargetKind(std::string_view name) {
  return name == "inline" || name == "process" || name == "ric" || name == "endpoint";
}

InvocationType InvocationTypeOf(const JsonNode& node) {
  const std::string type = node.Choice({"RequestResponse", "Event", "DryRun"});
  if (type == "Event") return InvocationType::kEvent;
  return type == "DryRun" ? InvocationType::kDryRun : InvocationType::kRequestResponse;
}

void ReadContext(const JsonNode& node, Case& read) {
  node.AllowOnly({"requestId", "clientContext", "identity", "traceId", "tenantId", "qualifier"});
  read.request_id = LineOrNone(node, "requestId");
  if (read.request_id.size() > RequestId::kMaxSize) {
    node["requestId"].Refuse("has more than " + std::to_string(RequestId::kMaxSize) + " bytes");
  }
  read.client_context = ObjectOrNone(node, "clientContext");
  read.cognito_identity = ObjectOrNone(node, "identity");
  read.trace_id = LineOrNone(node, "traceId");
  read.tenant_id = LineOrNone(node, "tenantId");
  read.qualifier = LineOrNone(node, "qualifier");
}

// "[x=1,shown=1.00]"
std::string NameOf(const std::vector<Parameter>& parameters) {
  std::string name;
  for (const Parameter& parameter : parameters) {
    const bool is_text = parameter.value.starts_with('"');
    name += (name.empty() ? "[" : ",") + parameter.name + "=" + (is_text ? parameter.shown() : parameter.value);
  }
  return name + "]";
}

std::vector<Parameter> ParametersOf(const JsonNode& node) {
  static const RE2 kNames("[A-Za-z_][A-Za-z0-9_]*");
  std::vector<Parameter> parameters;
  for (const auto& [name, value] : node.Members()) {
    if (!RE2::FullMatch(name, kNames)) value.Refuse("'" + name + "' is no name: it has letters, digits and _");
    parameters.push_back({name, value.CompactText()});
  }
  return parameters;
}

// The text of a case without its parameters' values, which may have ${ in them; its lines stay.
std::string TextWithoutParameters(const JsonNode& node) {
  const JsonNode parameters = node["parameters"];
  const std::string_view values = node.document().TextOf(parameters.value());
  std::string text(node.document().TextOf(node.value()));
  const std::size_t begin = JsonDocument::BeginOf(parameters.value()) - JsonDocument::BeginOf(node.value());
  const auto lines = static_cast<std::size_t>(std::count(values.begin(), values.end(), '\n'));
  return text.replace(begin, values.size(), "[" + std::string(lines, '\n') + "]");
}

class CaseReader {
 public:
  CaseReader(const Suite& suite, Expected expected) : suite_(suite), expected_(expected) {}

  void Read(const JsonNode& node) {
    node.AllowOnly({"name", "description", "rules", "tags", "function", "event", "eventFile", "eventText",
                    "eventBase64", "contentType", "context", "invocationType", "parameters", "expect", "expectFor",
                    "skip"});
    const std::size_t first = cases_.size();
    if (const auto parameters = node.Find("parameters")) {
      for (const JsonNode& values : parameters->Elements(1)) ReadWith(ParametersOf(values), node);
    } else {
      Keep(CaseOf(node), node["name"]);
    }
    for (std::size_t i = first; i < cases_.size(); ++i) Place(node, cases_[i]);
  }

  std::vector<Case> Take() { return std::move(cases_); }

 private:
  void ReadWith(const std::vector<Parameter>& parameters, const JsonNode& node) {
    const auto text = PutParametersIn(TextWithoutParameters(node), parameters);
    if (!text) node.Refuse(text.status().message());
    const JsonDocument document(suite_.file, *text, node.document().LineOf(node.value()), node.path());
    Case read = CaseOf(document.root());
    read.name += NameOf(parameters);
    read.has_parameters = true;
    Keep(std::move(read), node["name"]);
  }

  // In the file's text, which has one place for the cases of all parameters.
  static void Place(const JsonNode& node, Case& read) {
    read.text = node.region();
    if (const auto expect = node.Find("expect")) read.expect_text = expect->region();
    if (const auto expect_for = node.Find("expectFor")) read.expect_for_text = expect_for->region();
  }

  void Keep(Case read, const JsonNode& name) {
    const auto [known, is_new] = places_.emplace(read.name, read.place);
    if (!is_new) name.Refuse("there is already a case '" + read.name + "', at " + known->second);
    cases_.push_back(std::move(read));
  }

  Case CaseOf(const JsonNode& node) const {
    Case read;
    read.place = node.document().PlaceOf(node.value());
    read.name = node["name"].Line();
    if (const auto description = node.Find("description")) description->Text();
    if (const auto rules = node.Find("rules")) read.rules = RulesOf(*rules);
    if (const auto tags = node.Find("tags")) read.tags = tags->Lines();
    read.function = &FunctionFor(node);
    read.event = EventOf(node);
    read.content_type = LineOrNone(node, "contentType");
    if (const auto context = node.Find("context")) ReadContext(*context, read);
    if (const auto type = node.Find("invocationType")) read.type = InvocationTypeOf(*type);
    ReadSkipped(node, read);
    ReadExpected(node, read);
    return read;
  }

  const SuiteFunction& FunctionFor(const JsonNode& node) const {
    const auto name = node.Find("function");
    if (!name && suite_.functions.size() == 1) return *suite_.functions.front();
    std::vector<std::string_view> names;
    names.reserve(suite_.functions.size());
    for (const auto& function : suite_.functions) names.push_back(function->name);
    if (!name) node.Refuse("wants function, one of " + ListOf(names));
    const std::string wanted = name->Text();
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) name->Refuse("there is no function '" + wanted + "'; " + AdviceOn(wanted, names));
    return *suite_.functions[static_cast<std::size_t>(found - names.begin())];
  }

  std::string EventOf(const JsonNode& node) const {
    std::vector<std::string_view> given;
    for (const std::string_view name : {"event", "eventFile", "eventText", "eventBase64"}) {
      if (node.Find(name)) given.push_back(name);
    }
    if (given.empty()) return "{}";
    if (given.size() > 1) node.Refuse("wants one event, not " + ListOf(given));
    const JsonNode event = node[given.front()];
    if (given.front() == "event") return event.CompactText();
    if (given.front() == "eventFile") return FileBytesOf(event, suite_.folder);
    return given.front() == "eventText" ? event.Text() : Base64BytesOf(event);
  }

  static void CheckLanguage(const std::string& language, const JsonNode& node, const Case& read) {
    const auto& implementations = read.function->implementations;
    if (implementations.contains(language)) return;
    std::vector<std::string_view> languages;
    languages.reserve(implementations.size());
    for (const auto& [name, implementation] : implementations) languages.push_back(name);
    node.Refuse("'" + read.function->name + "' is not in '" + language + "', but in " + ListOf(languages));
  }

  static void ReadSkipped(const JsonNode& node, Case& read) {
    const auto skip = node.Find("skip");
    if (!skip) return;
    if (skip->value().isObject()) {
      for (const auto& [name, reason] : skip->Members()) {
        if (!IsTargetKind(name)) CheckLanguage(name, reason, read);
        read.skipped.emplace(name, reason.Line());
      }
      return;
    }
    if (!skip->value().isString()) skip->RefuseKind("a reason, or an object of reasons by language or target");
    for (const auto& [language, implementation] : read.function->implementations) {
      read.skipped.emplace(language, skip->Line());
    }
  }

  void ReadExpected(const JsonNode& node, Case& read) const {
    std::optional<Expectation> common;
    if (const auto expect = node.Find("expect")) common = ExpectationOf(*expect, suite_.folder);
    for (const auto& [language, expect] : MembersByName(node.Find("expectFor"))) {
      CheckLanguage(language, expect, read);
      read.expected.emplace(language, ExpectationOf(expect, suite_.folder));
    }
    std::vector<std::string_view> missing;
    for (const auto& [language, implementation] : read.function->implementations) {
      if (common) read.expected.emplace(language, *common);
      if (!read.expected.contains(language) && !read.skipped.contains(language)) missing.push_back(language);
    }
    if (!missing.empty() && expected_ == Expected::kAlways) {
      node.Refuse("wants expect, or expectFor with " + ListOf(missing));
    }
  }

  const Suite& suite_;
  Expected expected_;
  std::map<std::string, std::string> places_;  // of the cases, by their names
  std::vector<Case> cases_;
};

}  // namespace

std::vector<Case> CasesOf(const JsonNode& node, const Suite& suite, Expected expected) {
  CaseReader reader(suite, expected);
  for (const JsonNode& element : node.Elements(1)) reader.Read(element);
  return reader.Take();
}

}  // namespace tandem::conformance
