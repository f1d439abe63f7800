#include "deployed_template.h"

#include <chrono>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "function_environment.h"
#include "host/zip_folder.h"
#include "template_choice.h"

namespace tandem::cli {
namespace {

using templates::Note;
using templates::TemplateFunction;

constexpr std::chrono::milliseconds kUntilNextLook{500};
constexpr char kRole[] = "arn:aws:iam::012345678912:role/template";

// The members of a CreateFunction request.
Json::Value SettingsOf(const TemplateFunction& function) {
  const FunctionConfig& config = function.config;
  Json::Value settings(Json::objectValue);
  settings["FunctionName"] = config.name;
  settings["Role"] = kRole;
  settings["Handler"] = config.handler;
  settings["Runtime"] = config.runtime;
  settings["Description"] = function.description;
  settings["Timeout"] = static_cast<Json::Int64>(std::chrono::ceil<std::chrono::seconds>(config.timeout).count());
  settings["MemorySize"] = config.memory_size_mb;
  for (const std::string& architecture : function.architectures) settings["Architectures"].append(architecture);
  for (const templates::Variable& variable : function.variables) {
    settings["Environment"]["Variables"][variable.name] = variable.value;
  }
  if (!config.log_format.empty()) settings["LoggingConfig"]["LogFormat"] = config.log_format;
  if (!config.log_level.empty()) settings["LoggingConfig"]["ApplicationLogLevel"] = config.log_level;
  if (!config.log_group_name.empty()) settings["LoggingConfig"]["LogGroup"] = config.log_group_name;
  return settings;
}

// Why it cannot be deployed; empty: it can.
std::string ReasonAgainst(const TemplateFunction& function) {
  if (!function.problems.empty()) return function.problems.front().text;
  for (const templates::Variable& variable : function.variables) {
    const std::string reason = ReasonAgainstVariable(variable.name);
    if (!reason.empty()) return variable.place + ": " + reason;
  }
  if (function.config.runtime.empty()) {
    return function.PlaceOf(templates::Subject::kFunction) + ": a function of a server needs a Runtime";
  }
  return {};
}

std::string StateOf(const TemplateFunction& function) {
  std::string state = SettingsOf(function).toStyledString();
  state.append(ReasonAgainst(function)).append("\n");
  state += host::StateOfFiles(function.config.code);
  for (const std::string& layer : function.config.layers) state += host::StateOfFiles(layer);
  return state;
}

}  // namespace

DeployedTemplate::~DeployedTemplate() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status DeployedTemplate::Load() {
  State state = host::StateOfFiles(*options_.Find("template"));
  auto loaded = OpenTemplate(options_);
  if (!loaded) return loaded.status();
  std::set<std::string_view> said;
  for (const Note& note : loaded->warnings) said.insert(note.text);
  for (const TemplateFunction& function : loaded->functions) {
    for (const Note& note : function.warnings) said.insert(note.text);
  }
  for (const std::string_view text : said) say_("warning: " + std::string(text));
  template_ = std::move(*loaded);
  template_state_ = std::move(state);
  return {};
}

Status DeployedTemplate::Deploy() {
  if (Status status = Load(); !status.ok()) return status;
  DeployChanged();
  return {};
}

void DeployedTemplate::DeployChanged() {
  for (const TemplateFunction& function : template_.functions) {
    const State state = StateOf(function);
    State& before = deployed_[function.logical_id];
    if (before == state) continue;
    before = state;
    DeployOne(function);
  }
}

void DeployedTemplate::DeployOne(const TemplateFunction& function) {
  const std::string reason = ReasonAgainst(function);
  if (!reason.empty()) return say_("not deployed: " + reason);
  const auto deployed =
      server_.Deploy({function.config.name, SettingsOf(function), function.config.code, function.config.layers});
  if (!deployed) {
    return say_("not deployed: " + function.PlaceOf(templates::Subject::kFunction) + ": " + deployed.error().message);
  }
  say_(std::string(*deployed ? "deployed " : "as deployed before: ") + function.config.name);
}

DeployedTemplate::State DeployedTemplate::StateOfAll() const {
  State state = host::StateOfFiles(*options_.Find("template"));
  for (const TemplateFunction& function : template_.functions) state += StateOf(function);
  return state;
}

DeployedTemplate::State DeployedTemplate::DeployedState() const {
  State state = template_state_;
  for (const TemplateFunction& function : template_.functions) state += deployed_.at(function.logical_id);
  return state;
}

Status DeployedTemplate::Watch() {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return {Code::kInternal, std::string("no thread to look for changes: ") + error.what()};
  }
  return {};
}

void DeployedTemplate::Run() {
  State taken = DeployedState();
  State last = taken;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kUntilNextLook, [this] { return ends_; })) {
    lock.unlock();
    const State now = StateOfAll();
    if (now != taken && now == last) {  // and nobody is writing it
      const Status status = Load();
      if (status.ok()) {
        DeployChanged();
        taken = DeployedState();
      } else {
        say_("not deployed: " + status.message());
        taken = now;
      }
    }
    last = now;
    lock.lock();
  }
}

}  // namespace tandem::cli
