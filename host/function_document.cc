#include "host/function_document.h"

#include <json/reader.h>
#include <json/writer.h>

#include <exception>

namespace tandem::host {
namespace {

constexpr char kDamaged[] = "its document is damaged";

// Errors: kInternal.
Result<Json::Value> Parse(std::string_view text) {
  try {
    Json::CharReaderBuilder builder;
    Json::CharReaderBuilder::strictMode(&builder.settings_);
    const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    Json::Value value;
    if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr)) return {Code::kInternal, kDamaged};
    return value;
  } catch (const std::exception&) {
    return {Code::kInternal, kDamaged};  // nested deeper than the reader goes
  }
}

std::string Written(const Json::Value& value) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["commentStyle"] = "None";
  builder["emitUTF8"] = true;          // bytes that are no UTF-8 stay as they are
  builder["useSpecialFloats"] = true;  // which the reader refuses
  return Json::writeString(builder, value);
}

Result<std::string> Document(const Json::Value& value) {
  std::string text = Written(value);
  const Result<Json::Value> read = Parse(text);
  if (read && Written(*read) == text) return text;
  return {Code::kInvalidArgument, "its settings are nested too deep, or hold what JSON cannot"};
}

Json::Value AliasValue(const Alias& alias) {
  Json::Value value(Json::objectValue);
  value["function_version"] = alias.function_version;
  value["description"] = alias.description;
  value["revision_id"] = alias.revision_id;
  value["weights"] = Json::Value(Json::objectValue);
  for (const auto& [version, weight] : alias.weights) value["weights"][version] = weight;
  return value;
}

Alias AliasOf(const std::string& name, const Json::Value& value) {
  Alias alias;
  alias.name = name;
  alias.function_version = value["function_version"].asString();
  alias.description = value["description"].asString();
  alias.revision_id = value["revision_id"].asString();
  const Json::Value& weights = value["weights"];
  for (const std::string& version : weights.getMemberNames()) alias.weights[version] = weights[version].asDouble();
  return alias;
}

Json::Value EventInvokeConfigValue(const EventInvokeConfig& config) {
  Json::Value value(Json::objectValue);
  if (config.most_retries) value["most_retries"] = *config.most_retries;
  if (config.most_age_seconds) value["most_age_seconds"] = *config.most_age_seconds;
  value["destinations"] = config.destinations;
  value["last_modified_ms"] = static_cast<Json::Int64>(config.last_modified_ms);
  return value;
}

EventInvokeConfig EventInvokeConfigOf(const Json::Value& value) {
  EventInvokeConfig config;
  if (value.isMember("most_retries")) config.most_retries = value["most_retries"].asInt();
  if (value.isMember("most_age_seconds")) config.most_age_seconds = value["most_age_seconds"].asInt();
  config.destinations = value["destinations"];
  config.last_modified_ms = value["last_modified_ms"].asInt64();
  return config;
}

Json::Value PackageValue(const PackageReference& package) {
  Json::Value value(Json::objectValue);
  value["code_sha256"] = package.code_sha256;
  value["code_size"] = static_cast<Json::Int64>(package.code_size);
  return value;
}

PackageReference PackageOf(const Json::Value& value) {
  return {value["code_sha256"].asString(), value["code_size"].asInt64()};
}

// What `read` makes of the document, whose members may have other types than it takes.
template <typename Read>
Status ReadWith(std::string_view document, const Read& read) {
  const Result<Json::Value> value = Parse(document);
  if (!value) return value.status();
  try {
    read(*value);
    return {};
  } catch (const Json::Exception&) {
    return {Code::kInternal, kDamaged};  // a value has not the type that we have written
  }
}

}  // namespace

Result<std::string> FunctionDocument(const StoredFunction& function) {
  Json::Value value(Json::objectValue);
  value["last_number"] = static_cast<Json::UInt64>(function.last_number);
  value["aliases"] = Json::Value(Json::objectValue);
  for (const auto& [name, alias] : function.aliases) value["aliases"][name] = AliasValue(alias);
  value["tags"] = Json::Value(Json::objectValue);
  for (const auto& [name, tag] : function.tags) value["tags"][name] = tag;
  if (function.reserved_concurrency) value["reserved_concurrency"] = *function.reserved_concurrency;
  for (const auto& [qualifier, config] : function.event_invoke_configs) {
    value["event_invoke_configs"][qualifier] = EventInvokeConfigValue(config);
  }
  value["policy"] = function.policy;
  value["policy_revision_id"] = function.policy_revision_id;
  return Document(value);
}

Result<std::string> VersionDocument(const FunctionVersion& version) {
  Json::Value value(Json::objectValue);
  value["settings"] = version.settings;
  value["code_sha256"] = version.code_sha256;
  value["code_size"] = static_cast<Json::Int64>(version.code_size);
  value["last_modified"] = version.last_modified;
  value["revision_id"] = version.revision_id;
  for (const PackageReference& layer : version.layers) value["layers"].append(PackageValue(layer));
  return Document(value);
}

std::string LayerDocument(const StoredLayer& layer) {
  Json::Value value(Json::objectValue);
  value["last_number"] = static_cast<Json::UInt64>(layer.last_number);
  return Written(value);
}

Result<std::string> LayerVersionDocument(const LayerVersion& version) {
  Json::Value value(Json::objectValue);
  value["settings"] = version.settings;
  value["content"] = PackageValue(version.content);
  value["created_date"] = version.created_date;
  value["policy"] = version.policy;
  value["policy_revision_id"] = version.policy_revision_id;
  return Document(value);
}

Status ReadFunctionDocument(std::string_view document, StoredFunction& function) {
  return ReadWith(document, [&](const Json::Value& value) {
    function.last_number = value["last_number"].asUInt64();
    const Json::Value& aliases = value["aliases"];
    for (const std::string& name : aliases.getMemberNames()) function.aliases[name] = AliasOf(name, aliases[name]);
    const Json::Value& tags = value["tags"];
    for (const std::string& name : tags.getMemberNames()) function.tags[name] = tags[name].asString();
    if (value.isMember("reserved_concurrency")) function.reserved_concurrency = value["reserved_concurrency"].asInt();
    const Json::Value& configs = value["event_invoke_configs"];
    for (const std::string& qualifier : configs.getMemberNames()) {
      function.event_invoke_configs[qualifier] = EventInvokeConfigOf(configs[qualifier]);
    }
    function.policy = value["policy"];
    function.policy_revision_id = value["policy_revision_id"].asString();
  });
}

Result<std::shared_ptr<const FunctionVersion>> ReadVersionDocument(std::string_view version,
                                                                   std::string_view document) {
  auto read = std::make_shared<FunctionVersion>();
  read->version = version;
  const Status status = ReadWith(document, [&](const Json::Value& value) {
    read->settings = value["settings"];
    read->code_sha256 = value["code_sha256"].asString();
    read->code_size = value["code_size"].asInt64();
    read->last_modified = value["last_modified"].asString();
    read->revision_id = value["revision_id"].asString();
    for (const Json::Value& layer : value["layers"]) read->layers.push_back(PackageOf(layer));
  });
  if (!status.ok()) return status;
  return std::shared_ptr<const FunctionVersion>(std::move(read));
}

Status ReadLayerDocument(std::string_view document, StoredLayer& layer) {
  return ReadWith(document, [&](const Json::Value& value) { layer.last_number = value["last_number"].asUInt64(); });
}

Result<std::shared_ptr<const LayerVersion>> ReadLayerVersionDocument(std::uint64_t number, std::string_view document) {
  auto read = std::make_shared<LayerVersion>();
  read->number = number;
  const Status status = ReadWith(document, [&](const Json::Value& value) {
    read->settings = value["settings"];
    read->content = PackageOf(value["content"]);
    read->created_date = value["created_date"].asString();
    read->policy = value["policy"];
    read->policy_revision_id = value["policy_revision_id"].asString();
  });
  if (!status.ok()) return status;
  return std::shared_ptr<const LayerVersion>(std::move(read));
}

}  // namespace tandem::host
