#include "tests/host/store_state.h"

#include <json/writer.h>

#include <sstream>

namespace tandem::test {
namespace {

std::string Text(const Json::Value& value) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["emitUTF8"] = true;
  builder["commentStyle"] = "None";
  return Json::writeString(builder, value);
}

void Describe(const FunctionVersion& version, std::ostream& out) {
  out << "  " << version.version << ' ' << Text(version.settings) << ' ' << version.code_sha256 << ' '
      << version.code_size << ' ' << version.last_modified << ' ' << version.revision_id;
  for (const PackageReference& layer : version.layers) out << " layer " << layer.code_sha256 << ' ' << layer.code_size;
  out << '\n';
}

void Describe(const LayerVersion& version, std::ostream& out) {
  out << "  " << version.number << ' ' << Text(version.settings) << ' ' << version.content.code_sha256 << ' '
      << version.content.code_size << ' ' << version.created_date << ' ' << Text(version.policy) << ' '
      << version.policy_revision_id << '\n';
}

}  // namespace

std::shared_ptr<FunctionVersion> MakeVersion(const std::string& number, const FunctionStore::KeptPackage& package,
                                             const std::string& mark) {
  auto version = std::make_shared<FunctionVersion>();
  version->version = number;
  version->settings["Description"] = mark;
  version->settings["Timeout"] = 3;
  version->code_sha256 = package.code_sha256;
  version->code_size = package.code_size;
  version->last_modified = "2026-01-02T03:04:05.678+0000";
  version->revision_id = "revision-" + mark;
  return version;
}

std::shared_ptr<const FunctionVersion> Published(const FunctionVersion& latest, std::uint64_t number) {
  auto version = std::make_shared<FunctionVersion>(latest);
  version->version = std::to_string(number);
  return version;
}

std::shared_ptr<LayerVersion> MakeLayerVersion(std::uint64_t number, const PackageReference& content,
                                               const std::string& mark) {
  auto version = std::make_shared<LayerVersion>();
  version->number = number;
  version->settings["Description"] = mark;
  version->content = content;
  version->created_date = "2026-01-02T03:04:05.678+0000";
  return version;
}

std::string Describe(const StoredFunction& function) {
  std::ostringstream out;
  out << function.name << " last " << function.last_number << '\n';
  if (function.latest) Describe(*function.latest, out);
  for (const auto& [number, version] : function.versions) {
    out << "  " << number << ':';
    Describe(*version, out);
  }
  for (const auto& [name, alias] : function.aliases) {
    out << "  alias " << name << ' ' << alias.name << ' ' << alias.function_version << ' ' << alias.description << ' '
        << alias.revision_id;
    for (const auto& [version, weight] : alias.weights) out << ' ' << version << '=' << std::hexfloat << weight;
    out << '\n';
  }
  for (const auto& [name, tag] : function.tags) out << "  tag " << name << '=' << tag << '\n';
  if (function.reserved_concurrency) out << "  reserved " << *function.reserved_concurrency << '\n';
  for (const auto& [qualifier, config] : function.event_invoke_configs) {
    out << "  events " << qualifier << ' ' << config.most_retries.value_or(-1) << ' '
        << config.most_age_seconds.value_or(-1) << ' ' << Text(config.destinations) << ' ' << config.last_modified_ms
        << '\n';
  }
  out << "  policy " << Text(function.policy) << ' ' << function.policy_revision_id << '\n';
  return out.str();
}

std::string Describe(const StoredLayer& layer) {
  std::ostringstream out;
  out << "layer " << layer.name << " last " << layer.last_number << '\n';
  for (const auto& [number, version] : layer.versions) {
    out << "  " << number << ':';
    Describe(*version, out);
  }
  return out.str();
}

std::string Describe(const FunctionStore& store) {
  std::string text;
  for (const auto& function : store.List("", SIZE_MAX)) text += Describe(*function);
  for (const auto& layer : store.ListLayers("", SIZE_MAX)) text += Describe(*layer);
  return text;
}

}  // namespace tandem::test
