#include "wire.h"

#include <json/value.h>

#include <optional>
#include <utility>

#include "host/api/json.h"

namespace tandem::conformance {
namespace {

Json::Value Encoded(std::string_view bytes) {
  return host::Base64(bytes);
}

std::string Decoded(const Json::Value& text) {
  return host::DecodeBase64(text.asString()).value_or("");
}

std::unique_ptr<WireRequest> RequestOf(const Json::Value& line) {
  auto request = std::make_unique<WireRequest>();
  request->number = line["number"].asUInt64();
  request->function.timeout = std::chrono::milliseconds(line["timeout_ms"].asInt64());
  request->function.memory_size_mb = line["memory_size_mb"].asInt();
  request->function.log_format = line["log_format"].asString();
  request->function.log_level = line["log_level"].asString();
  Implementation& implementation = request->implementation;
  implementation.language = line["language"].asString();
  implementation.handler = Decoded(line["handler"]);
  implementation.code = Decoded(line["code"]);
  implementation.runtime = line["runtime"].asString();
  implementation.endpoint_name = line["name"].asString();
  for (const std::string& name : line["variables"].getMemberNames()) {
    implementation.variables[name] = Decoded(line["variables"][name]);
  }
  Case& given = request->given;
  given.event = Decoded(line["event"]);
  given.content_type = Decoded(line["content_type"]);
  given.type = static_cast<InvocationType>(line["type"].asInt());
  given.request_id = Decoded(line["request_id"]);
  given.client_context = Decoded(line["client_context"]);
  given.cognito_identity = Decoded(line["cognito_identity"]);
  given.trace_id = Decoded(line["trace_id"]);
  given.tenant_id = Decoded(line["tenant_id"]);
  given.qualifier = Decoded(line["qualifier"]);
  if (line["streams"].asBool()) given.expected[implementation.language].chunks.emplace();
  return request;
}

Observation ObservationFrom(const Json::Value& line) {
  Observation seen;
  seen.problem = Decoded(line["problem"]);
  seen.failed = line["failed"].asBool();
  seen.payload = Decoded(line["payload"]);
  seen.error_type = Decoded(line["error_type"]);
  seen.error_message = Decoded(line["error_message"]);
  seen.log = Decoded(line["log"]);
  for (const Json::Value& chunk : line["chunks"]) seen.chunks.push_back(Decoded(chunk));
  seen.duration = std::chrono::nanoseconds(line["duration_ns"].asInt64());
  seen.evidence = {Decoded(line["place"]), Decoded(line["runtime"])};
  return seen;
}

Status NotALine(std::string_view text) {
  return {Code::kInvalidArgument, "not a line of an inline host: " + std::string(text.substr(0, 80))};
}

// A value made of a line; whoever wrote it, nothing is thrown.
template <typename Value, typename Make>
Result<Value> FromLine(std::string_view text, const Make& make) {
  const auto line = host::ParseJson(text);
  try {
    if (line && line->isObject()) return make(*line);
  } catch (const Json::Exception&) {  // NOLINT(bugprone-empty-catch): a member of another type
  }
  return NotALine(text);
}

}  // namespace

std::string RequestLine(std::uint64_t number, const SuiteFunction& function, const Implementation& implementation,
                        const Case& given) {
  Json::Value line;
  line["number"] = Json::UInt64{number};
  line["timeout_ms"] = static_cast<Json::Int64>(function.timeout.count());
  line["memory_size_mb"] = function.memory_size_mb;
  line["log_format"] = function.log_format;
  line["log_level"] = function.log_level;
  line["language"] = implementation.language;
  line["handler"] = Encoded(implementation.handler);
  line["code"] = Encoded(implementation.code);
  line["runtime"] = implementation.runtime;
  line["name"] = implementation.endpoint_name;
  line["variables"] = Json::objectValue;
  for (const auto& [name, value] : implementation.variables) line["variables"][name] = Encoded(value);
  line["event"] = Encoded(given.event);
  line["content_type"] = Encoded(given.content_type);
  line["type"] = static_cast<int>(given.type);
  line["request_id"] = Encoded(given.request_id);
  line["client_context"] = Encoded(given.client_context);
  line["cognito_identity"] = Encoded(given.cognito_identity);
  line["trace_id"] = Encoded(given.trace_id);
  line["tenant_id"] = Encoded(given.tenant_id);
  line["qualifier"] = Encoded(given.qualifier);
  line["streams"] = given.streams();
  return host::JsonText(line) + '\n';
}

std::string ObservationLine(std::uint64_t number, const Observation& seen) {
  Json::Value line;
  line["number"] = Json::UInt64{number};
  line["problem"] = Encoded(seen.problem);
  line["failed"] = seen.failed;
  line["payload"] = Encoded(seen.payload);
  line["error_type"] = Encoded(seen.error_type);
  line["error_message"] = Encoded(seen.error_message);
  line["log"] = Encoded(seen.log);
  line["chunks"] = Json::arrayValue;
  for (const std::string& chunk : seen.chunks) line["chunks"].append(Encoded(chunk));
  line["duration_ns"] = static_cast<Json::Int64>(seen.duration.count());
  line["place"] = Encoded(seen.evidence.place);
  line["runtime"] = Encoded(seen.evidence.runtime);
  return host::JsonText(line) + '\n';
}

Result<std::unique_ptr<WireRequest>> ReadRequestLine(std::string_view line) {
  return FromLine<std::unique_ptr<WireRequest>>(line, RequestOf);
}

Result<Observation> ReadObservationLine(std::uint64_t number, std::string_view line) {
  return FromLine<Observation>(line, [&](const Json::Value& read) -> Result<Observation> {
    if (read["number"].asUInt64() != number) return NotALine(line);
    return ObservationFrom(read);
  });
}

}  // namespace tandem::conformance
