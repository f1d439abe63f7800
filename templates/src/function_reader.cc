#include "function_reader.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "globals.h"
#include "scalar.h"

namespace tandem::templates {
namespace {

constexpr std::int64_t kMaxTimeoutSeconds = 5400;
constexpr std::int64_t kMinMemoryMb = 128;
constexpr std::int64_t kMaxMemoryMb = 32768;
constexpr std::size_t kMaxNameSize = 64;

std::string NameFromId(const std::string& id) {
  std::string name = id.substr(0, kMaxNameSize);
  for (char& c : name) {
    if (!IsFunctionName({&c, 1})) c = '-';
  }
  return name;
}

std::filesystem::path FolderOf(const std::string& file) {
  std::error_code error;
  return std::filesystem::absolute(file, error).lexically_normal().parent_path();
}

}  // namespace

FunctionReader::FunctionReader(const Stack& stack, Resolver& resolver, const Resource& resource,
                               const TemplateOptions& options)
    : stack_(stack), resolver_(resolver), resource_(resource), options_(options), folder_(FolderOf(stack.path())) {}

const FunctionReader::Property* FunctionReader::Find(std::string_view name) {
  using R = FunctionReader;
  static constexpr std::array<Property, 16> kProperties = {{
      {"Architectures", Subject::kOther, &R::ReadArchitectures},
      {"Code", Subject::kCode, &R::ReadCode},
      {"CodeUri", Subject::kCode, &R::ReadCode},
      {"Description", Subject::kOther, &R::ReadDescription},
      {"Environment", Subject::kVariable, &R::ReadEnvironment},
      {"Events", Subject::kOther, &R::ReadEvents},
      {"FunctionName", Subject::kName, &R::ReadName},
      {"Handler", Subject::kHandler, &R::ReadHandler},
      {"ImageUri", Subject::kCode, &R::ReadImage},
      {"InlineCode", Subject::kCode, &R::ReadInlineCode},
      {"Layers", Subject::kLayers, &R::ReadLayers},
      {"LoggingConfig", Subject::kLogging, &R::ReadLogging},
      {"MemorySize", Subject::kMemorySize, &R::ReadMemorySize},
      {"PackageType", Subject::kCode, &R::ReadPackageType},
      {"Runtime", Subject::kRuntime, &R::ReadRuntime},
      {"Timeout", Subject::kTimeout, &R::ReadTimeout},
  }};
  const auto found = std::find_if(kProperties.begin(), kProperties.end(),
                                  [&](const Property& property) { return property.name == name; });
  return found == kProperties.end() ? nullptr : &*found;
}

FunctionReader::Where FunctionReader::Below(const Where& where, const Entry& entry) {
  return {where.path + (where.path.empty() ? "" : ".") + entry.key, where.in_globals || entry.from_globals, entry.mark};
}

std::string FunctionReader::PlaceAt(const Where& where, Mark mark) const {
  const std::string base = where.in_globals ? "Globals.Function" : "Resources." + resource_.id + ".Properties";
  return stack_.Place(base + (where.path.empty() ? "" : ".") + where.path, mark);
}

std::string FunctionReader::Place(const Where& where) const {
  return PlaceAt(where, where.mark);
}

void FunctionReader::Warn(Subject subject, const Where& where, const std::string& text, const std::string& variable) {
  function_.warnings.push_back({subject, variable, Place(where) + ": " + text});
}

void FunctionReader::Refuse(Subject subject, const Where& where, const std::string& text) {
  function_.problems.push_back({subject, "", Place(where) + ": " + text});
}

void FunctionReader::RefuseValue(Subject subject, const Where& where, const TreeNode& value,
                                 const std::string& wanted) {
  const bool is_text = value.is_scalar() && ReadScalar(value).kind != Scalar::Kind::kNull;
  const std::string found = is_text ? "'" + value.text + "'" : std::string(KindName(value));
  Refuse(subject, where, "this must be " + wanted + ", not " + found);
}

TemplateFunction FunctionReader::Read() {
  function_.logical_id = resource_.id;
  function_.config.name = NameFromId(resource_.id);
  function_.config.region = stack_.region();
  function_.places[Subject::kFunction] = stack_.Place("Resources." + resource_.id, resource_.mark);
  ReadAttributes();
  ReadProperties();
  Complete();
  return std::move(function_);
}

void FunctionReader::ReadAttributes() {
  const auto note = [&](std::vector<Note>& notes, Subject subject, const std::string& attribute, Mark mark,
                        const std::string& text) {
    notes.push_back({subject, "", stack_.Place("Resources." + resource_.id + "." + attribute, mark) + ": " + text});
  };
  for (const Entry& entry : resource_.body->entries) {
    if (entry.key == "Connectors") {
      note(function_.warnings, Subject::kOther, entry.key, entry.mark, "connectors are not made here (ignored)");
    }
    if (entry.key == "Properties" && !entry.value->is_map()) {
      note(function_.problems, Subject::kFunction, entry.key, entry.mark,
           "this must be a map, not " + std::string(KindName(*entry.value)));
    }
    if (entry.key != "Condition") continue;
    try {
      if (resolver_.Holds(entry.value->text, entry.mark)) continue;
      note(function_.problems, Subject::kFunction, entry.key, entry.mark,
           entry.value->text + " does not hold with these parameters, so there is no such function");
    } catch (const Unresolvable& error) {
      note(function_.problems, Subject::kFunction, entry.key, error.mark(), error.what());
    }
  }
}

void FunctionReader::ReadProperties() {
  NodePtr properties = resource_.properties;
  const Entry* globals = resource_.type == kServerlessFunction ? stack_.root().Find("Globals") : nullptr;
  const Entry* shared = globals == nullptr ? nullptr : globals->value->Find("Function");
  if (shared != nullptr) properties = MergeGlobals(shared->value, properties);
  for (const Entry& entry : properties->entries) ReadProperty(entry, Below({}, entry));
}

void FunctionReader::ReadProperty(const Entry& entry, const Where& where) {
  const Property* property = Find(entry.key);
  if (property == nullptr) {
    Warn(Subject::kOther, where, "not supported here (ignored)");
    return;
  }
  const bool in_parts = property->read == &FunctionReader::ReadEnvironment ||
                        property->read == &FunctionReader::ReadLayers || property->read == &FunctionReader::ReadEvents;
  // Then the code's place in S3 does not matter, which may depend on what is not known here.
  const bool is_asset = property->read == &FunctionReader::ReadCode && !AssetPath(resource_, "Code").empty();
  const bool as_written = is_asset || (in_parts && !IsIntrinsic(*entry.value));
  try {
    const NodePtr value = as_written ? entry.value : resolver_.Resolve(entry.value);
    if (value->is_absent()) return;
    function_.places[property->subject] = Place(where);
    FlushRemarks(property->subject, where);
    (this->*property->read)(value, where);
  } catch (const Unresolvable& error) {
    const Where at{where.path, where.in_globals, error.mark()};
    if (property->subject == Subject::kOther) {
      Warn(Subject::kOther, at, std::string(error.what()) + " (ignored)");
    } else {
      names_code_ = names_code_ || property->subject == Subject::kCode;
      Refuse(property->subject, at, error.what());
    }
  }
}

void FunctionReader::Complete() {
  const auto refuse = [&](Subject subject, const std::string& text) {
    function_.problems.push_back({subject, "", function_.places[Subject::kFunction] + ": " + text});
  };
  const auto has_problem = [&](Subject subject) {
    return std::any_of(function_.problems.begin(), function_.problems.end(),
                       [&](const Note& note) { return note.subject == subject; });
  };
  const bool has_other_code = names_code_ && !has_code_;
  if (function_.config.handler.empty() && !has_problem(Subject::kHandler) && !has_other_code) {
    refuse(Subject::kHandler, "there is no Handler");
  }
  if (!names_code_) {
    function_.config.code = folder_.string();
    function_.warnings.push_back(
        {Subject::kCode, "",
         function_.places[Subject::kFunction] + ": there is no CodeUri, so the template's folder is taken"});
  }
  if (has_code_) CheckCode();
}

void FunctionReader::FlushRemarks(Subject subject, const Where& where, const std::string& variable) {
  for (const Remark& remark : resolver_.TakeRemarks()) {
    Warn(subject, {where.path, where.in_globals, remark.mark}, remark.text, variable);
  }
}

bool FunctionReader::TakeText(Subject subject, const NodePtr& value, const Where& where, std::string& text) {
  if (!value->is_scalar() || TextOf(*value).empty()) {
    RefuseValue(subject, where, *value, "a text");
    return false;
  }
  RefuseDynamicReference(*value);
  NoteReading(subject, *value, where);
  text = TextOf(*value);
  return true;
}

bool FunctionReader::TakeNumber(Subject subject, const NodePtr& value, const Where& where, std::int64_t least,
                                std::int64_t most, std::int64_t& number) {
  RefuseDynamicReference(*value);
  const auto read = IntegerOf(*value);
  if (!read || *read < least || *read > most) {
    RefuseValue(subject, where, *value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return false;
  }
  NoteReading(subject, *value, where);
  number = *read;
  return true;
}

void FunctionReader::NoteReading(Subject subject, const TreeNode& value, const Where& where,
                                 const std::string& variable) {
  const Scalar scalar = ReadScalar(value);
  if (scalar.text == value.text || scalar.kind == Scalar::Kind::kNull) return;
  Warn(subject, where, "YAML reads " + value.text + " as " + scalar.text + "; quotes keep it as it is written",
       variable);
}

void FunctionReader::ReadHandler(const NodePtr& value, const Where& where) {
  TakeText(Subject::kHandler, value, where, function_.config.handler);
}

void FunctionReader::ReadRuntime(const NodePtr& value, const Where& where) {
  TakeText(Subject::kRuntime, value, where, function_.config.runtime);
}

void FunctionReader::ReadName(const NodePtr& value, const Where& where) {
  std::string name;
  if (!TakeText(Subject::kName, value, where, name)) return;
  if (IsFunctionName(name)) {
    function_.config.name = name;
  } else {
    RefuseValue(Subject::kName, where, *value, "1 to 64 of the characters a-z, A-Z, 0-9, - and _");
  }
}

void FunctionReader::ReadTimeout(const NodePtr& value, const Where& where) {
  std::int64_t seconds = 0;
  if (!TakeNumber(Subject::kTimeout, value, where, 1, kMaxTimeoutSeconds, seconds)) return;
  function_.config.timeout = std::chrono::seconds(seconds);
}

void FunctionReader::ReadMemorySize(const NodePtr& value, const Where& where) {
  std::int64_t size = 0;
  if (!TakeNumber(Subject::kMemorySize, value, where, kMinMemoryMb, kMaxMemoryMb, size)) return;
  function_.config.memory_size_mb = static_cast<std::int32_t>(size);
}

void FunctionReader::ReadDescription(const NodePtr& value, const Where& /*where*/) {
  if (value->is_scalar()) function_.description = TextOf(*value);
}

void FunctionReader::ReadArchitectures(const NodePtr& value, const Where& where) {
  for (const NodePtr& item : value->items) {
    if (!item->is_scalar()) continue;
    function_.architectures.push_back(TextOf(*item));
    if (item->text == "x86_64") continue;
    Warn(Subject::kOther, where, "no other architecture is emulated here, so " + item->text + " has no effect");
  }
}

void FunctionReader::ReadLogging(const NodePtr& value, const Where& where) {
  FunctionConfig& config = function_.config;
  const std::array<std::pair<std::string_view, std::string*>, 3> places = {{
      {"LogFormat", &config.log_format},
      {"ApplicationLogLevel", &config.log_level},
      {"LogGroup", &config.log_group_name},
  }};
  for (const Entry& entry : value->entries) {
    const auto* const found =
        std::find_if(places.begin(), places.end(), [&](const auto& place) { return place.first == entry.key; });
    if (found == places.end()) {
      Warn(Subject::kOther, Below(where, entry), "not supported here (ignored)");
    } else {
      TakeText(Subject::kLogging, entry.value, Below(where, entry), *found->second);
    }
  }
}

void FunctionReader::ReadEnvironment(const NodePtr& value, const Where& where) {
  for (const Entry& entry : value->entries) {
    const Where below = Below(where, entry);
    if (entry.key != "Variables") {
      Warn(Subject::kOther, below, "not supported here (ignored)");
      continue;
    }
    const NodePtr variables = IsIntrinsic(*entry.value) ? resolver_.Resolve(entry.value) : entry.value;
    FlushRemarks(Subject::kVariable, below);
    if (variables->is_absent()) continue;
    if (!variables->is_map()) RefuseValue(Subject::kVariable, below, *variables, "a map");
    for (const Entry& variable : variables->entries) ReadVariable(variable, Below(below, variable));
  }
  if (!value->is_map()) RefuseValue(Subject::kVariable, where, *value, "a map with Variables");
}

void FunctionReader::ReadVariable(const Entry& entry, const Where& where) {
  const std::string left_out = "; left out, --env " + entry.key + "=VALUE gives it one";
  try {
    const NodePtr value = resolver_.Resolve(entry.value);
    FlushRemarks(Subject::kVariable, where, entry.key);
    if (value->is_absent()) return;
    if (!value->is_scalar()) {
      Warn(Subject::kVariable, where, "this is " + std::string(KindName(*value)) + left_out, entry.key);
      return;
    }
    RefuseDynamicReference(*value);
    NoteReading(Subject::kVariable, *value, where, entry.key);
    if (ReadScalar(*value).kind == Scalar::Kind::kNull) {
      Warn(Subject::kVariable, where, "this has no value, so it is empty", entry.key);
    }
    function_.variables.push_back({entry.key, TextOf(*value), Place(where)});
  } catch (const Unresolvable& error) {
    FlushRemarks(Subject::kVariable, where, entry.key);
    Warn(Subject::kVariable, {where.path, where.in_globals, error.mark()}, error.what() + left_out, entry.key);
  }
}

void FunctionReader::ReadEvents(const NodePtr& value, const Where& where) {
  if (!value->is_map()) Warn(Subject::kOther, where, "event sources are not served here (ignored)");
  for (const Entry& entry : value->entries) {
    Warn(Subject::kOther, Below(where, entry), "event sources are not served here (ignored)");
  }
}

}  // namespace tandem::templates
