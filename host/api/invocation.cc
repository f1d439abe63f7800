#include "host/api/invocation.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/json_check.h"
#include "host/api/lookup.h"

namespace tandem::host {
namespace {

constexpr std::size_t kClientContextLimit = 3583;  // C-35
constexpr std::size_t kLongestTenant = 256;        // C-36
constexpr char kEmptyEvent[] = "{}";               // J-47

ApiResult<InvocationType> TypeOf(const ApiCall& call) {
  const std::string_view type = call.Header("X-Amz-Invocation-Type");
  if (type.empty() || type == "RequestResponse") return InvocationType::kRequestResponse;
  if (type == "Event") return InvocationType::kEvent;
  if (type == "DryRun") return InvocationType::kDryRun;
  Constraints constraints;
  constraints.Violated("invocationType", type,
                       "Member must satisfy enum value set: [Event, RequestResponse, DryRun]");  // I-04
  return constraints.error();
}

ApiResult<LogType> LogTypeOf(const ApiCall& call) {
  const std::string_view type = call.Header("X-Amz-Log-Type");
  if (type.empty() || type == "None") return LogType::kNone;
  if (type == "Tail") return LogType::kTail;
  Constraints constraints;
  constraints.Violated("logType", type, "Member must satisfy enum value set: [None, Tail]");
  return constraints.error();
}

ApiResult<std::string> ClientContextOf(const ApiCall& call) {
  const std::string_view text = call.Header("X-Amz-Client-Context");
  if (text.empty()) return std::string();
  const auto context = text.size() > kClientContextLimit ? std::nullopt : DecodeBase64(text);
  const auto parsed = context ? ParseJson(*context) : std::nullopt;
  if (parsed && parsed->isObject()) return *context;
  return InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.");  // C-35
}

// C-36.
ApiResult<std::string> TenantOf(const ApiCall& call) {
  constexpr std::string_view kMarks = "._:/=+-@ ";
  const std::string_view tenant = call.Header("X-Amz-Tenant-Id");
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  };
  Constraints constraints;
  constraints.CheckLength("tenantId", tenant, kLongestTenant);
  if (!std::ranges::all_of(tenant, fits)) {
    constraints.Violated("tenantId", tenant,
                         R"(Member must satisfy regular expression pattern: [a-zA-Z0-9\._:\/=+\-@ ]+)");
  }
  if (!constraints.ok()) return constraints.error();
  return std::string(tenant);
}

// The beginning of a body as a message quotes it: bytes that may be no UTF-8 become U+FFFD.
std::string Quoted(std::string_view body) {
  constexpr std::size_t kLongest = 500;
  std::string text;
  for (const char c : body.substr(0, kLongest)) {
    if (static_cast<unsigned char>(c) < 0x80) {
      text += c;
    } else {
      text += "\xef\xbf\xbd";
    }
  }
  return text;
}

std::string Said(const JsonFault& fault, std::string_view body) {
  if (fault.token.empty() && fault.at < body.size()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(body[fault.at]);
    return std::string("Invalid UTF-8 byte 0x") + kDigits[byte >> 4U] + kDigits[byte & 0x0FU];
  }
  const std::string what = fault.token.empty() ? "Unexpected end-of-input" : "Unrecognized token '" + fault.token + "'";
  return what + ": was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
}

// J-47 to J-50.
ApiResult<Event> EventOf(const ApiCall& call) {
  const std::string_view body = call.request.body.view();
  if (body.empty()) return Event(std::string_view(kEmptyEvent));
  const auto fault = FindJsonFault(body);
  if (!fault) return Event(call.request.body);
  return InvalidRequestContent(
      "Could not parse request body into json: Could not parse payload into json: " + Said(*fault, body) +
      "\n at [Source: (byte[])\"" + Quoted(body) + "\"; line: 1, column: " + std::to_string(fault->at + 1) + "]");
}

ApiError Throttled(Concurrency::Limit limit) {
  return TooManyRequests(limit == Concurrency::Limit::kOfTheFunction
                             ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                             : "ConcurrentInvocationLimitExceeded");
}

// I-13, as one environment has one invocation at a time.
ApiError HeldUp(const std::string& name) {
  ApiError error = Throttled(Concurrency::Limit::kOfTheFunction);
  error.message = "Function " + name + ": " + kHeldUp;
  return error;
}

ApiError NotDeployed(const Status& status) {
  if (status.code() == Code::kInvalidArgument) return {502, "InvalidZipFileException", status.message(), {}};
  if (status.code() == Code::kUnavailable) return {502, "InvalidRuntimeException", status.message(), {}};
  return ServiceFailure(status.message());
}

// For who may run as things are.
ApiResult<std::shared_ptr<Deployment>> Deploy(const ApiContext& context, const StoredFunction& function,
                                              const std::shared_ptr<const FunctionVersion>& version) {
  const auto limit = context.concurrency.Reached(function.name, function.reserved_concurrency);
  if (limit) return Throttled(*limit);
  auto deployment = context.deployments.Get(function.name, version);
  if (!deployment) return NotDeployed(deployment.status());
  return std::move(*deployment);
}

ApiResult<RunningInvocation> Enter(const ApiContext& context, const StoredFunction& function,
                                   std::shared_ptr<Deployment> deployment, InlinePlace::Turn turn) {
  Concurrency::Limit limit{};
  auto slot = context.concurrency.Enter(function.name, function.reserved_concurrency, limit);
  if (!slot) return Throttled(limit);
  return RunningInvocation{std::move(deployment), std::move(turn), std::move(*slot)};
}

}  // namespace

ApiResult<AskedInvocation> ReadInvocation(const ApiContext& context, const ApiCall& call) {
  AskedInvocation asked;
  const auto reference = call.Function();
  if (!reference) return reference.error();
  FunctionReference shown = *reference;
  if (shown.qualifier.empty()) shown.qualifier = "$LATEST";  // I-08
  const auto function = FindFunction(context, call, shown);
  if (!function) return function.error();
  const auto version = FindVersion(call, **function, *reference);
  if (!version) return version.error();
  const auto type = TypeOf(call);
  if (!type) return type.error();
  const auto log_type = LogTypeOf(call);
  if (!log_type) return log_type.error();
  auto client_context = ClientContextOf(call);
  if (!client_context) return client_context.error();
  auto tenant = TenantOf(call);
  if (!tenant) return tenant.error();
  auto event = EventOf(call);
  if (!event) return event.error();
  asked.function = *function;
  asked.version = *version;
  asked.event = std::move(*event);
  asked.options.type = *type;
  asked.options.log_type = *log_type;
  asked.options.request_id = RequestId(call.request_id);
  asked.options.qualifier = reference->qualifier;
  asked.options.client_context = std::move(*client_context);
  asked.options.trace_id = call.Header("X-Amzn-Trace-Id");
  asked.options.tenant_id = std::move(*tenant);
  return asked;
}

ApiResult<RunningInvocation> BeginInvocation(const ApiContext& context, const StoredFunction& function,
                                             const std::shared_ptr<const FunctionVersion>& version) {
  auto deployment = Deploy(context, function, version);
  if (!deployment) return deployment.error();
  auto turn = (*deployment)->WaitForTurn();
  if (!turn) return HeldUp(function.name);
  return Enter(context, function, std::move(*deployment), std::move(*turn));
}

ApiResult<std::optional<RunningInvocation>> BeginDeployedInvocation(
    const ApiContext& context, const StoredFunction& function, const std::shared_ptr<const FunctionVersion>& version) {
  auto deployment = context.deployments.Find(function.name, version);
  if (deployment == nullptr || deployment->function().config().isolation != Isolation::kProcess) {
    return std::optional<RunningInvocation>();
  }
  auto running = Enter(context, function, std::move(deployment), InlinePlace::Turn());
  if (!running) return running.error();
  return std::optional<RunningInvocation>(std::move(*running));
}

ApiResult<RunningInvocation> TryToBeginInvocation(const ApiContext& context, const StoredFunction& function,
                                                  const std::shared_ptr<const FunctionVersion>& version,
                                                  TakenTurn& taken) {
  auto deployment = Deploy(context, function, version);
  if (!deployment) return deployment.error();
  auto turn = (*deployment)->TryTurn(taken.overdue);
  if (!turn) {
    taken.of = std::move(*deployment);
    return HeldUp(function.name);
  }
  return Enter(context, function, std::move(*deployment), std::move(*turn));
}

}  // namespace tandem::host
