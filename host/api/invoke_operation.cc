#include <memory>
#include <string>
#include <utility>

#include "host/api/constraints.h"
#include "host/api/event_stream.h"
#include "host/api/json.h"
#include "host/api/json_check.h"
#include "host/api/lookup.h"
#include "host/api/operations.h"
#include "tandem/runtime.h"

namespace tandem::host {
namespace {

constexpr std::size_t kResponseLimit = 6'291'556;  // J-53
constexpr std::size_t kEventLimit = 262'144;       // J-52
constexpr std::size_t kClientContextLimit = 3583;  // C-35
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

// J-47 to J-50.
ApiResult<Event> EventOf(const ApiCall& call) {
  const std::string_view body = call.request.body.view();
  if (body.empty()) return Event(std::string_view(kEmptyEvent));
  const auto fault = FindJsonFault(body);
  if (!fault) return Event(call.request.body);
  const std::string what =
      fault->token.empty() ? "Unexpected end-of-input" : "Unrecognized token '" + fault->token + "'";
  return InvalidRequestContent(
      "Could not parse request body into json: Could not parse payload into json: " + what +
      ": was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: "
      "(byte[])\"" +
      Quoted(body) + "\"; line: 1, column: " + std::to_string(fault->at + 1) + "]");
}

// The headers of every answer of a function (I-05).
HttpResponse AnswerFrom(const ApiCall& call, int status, const FunctionVersion& version) {
  HttpResponse response;
  response.status = status;
  response.headers.emplace_back("X-Amz-Executed-Version", version.version);
  const std::string_view trace = call.Header("X-Amzn-Trace-Id");
  if (!trace.empty()) response.headers.emplace_back("X-Amzn-Trace-Id", trace);
  return response;
}

std::string ResponseTooLarge() {
  return R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size ()" +
         std::to_string(kResponseLimit) + R"( bytes)."})";
}

ApiResult<HttpResponse> AnswerOf(const ApiCall& call, const InvokeResult& result, const FunctionVersion& version,
                                 bool shows_tail) {
  const Outcome& outcome = result.outcome;
  if (outcome.kind() == Outcome::Kind::kFault) return ServiceFailure(outcome.fault().message());
  HttpResponse response = AnswerFrom(call, 200, version);
  if (shows_tail) response.headers.emplace_back("X-Amz-Log-Result", Base64(result.log_tail));
  if (outcome.payload().size() > kResponseLimit) {
    response.headers.emplace_back("X-Amz-Function-Error", "Unhandled");
    response.headers.emplace_back("Content-Type", "application/json");
    response.body = Payload::Copy(ResponseTooLarge());
    return response;
  }
  if (!outcome.ok()) response.headers.emplace_back("X-Amz-Function-Error", "Unhandled");  // E-01
  response.headers.emplace_back("Content-Type", outcome.content_type());
  response.body = outcome.payload();
  return response;
}

ApiError Throttled(Concurrency::Limit limit) {
  return TooManyRequests(limit == Concurrency::Limit::kOfTheFunction
                             ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                             : "ConcurrentInvocationLimitExceeded");
}

ApiError NotDeployed(const Status& status) {
  if (status.code() == Code::kInvalidArgument) return {502, "InvalidZipFileException", status.message(), {}};
  return ServiceFailure(status.message());
}

// An invocation, as a request asks for it.
struct Asked {
  std::shared_ptr<const StoredFunction> function;
  std::shared_ptr<const FunctionVersion> version;
  Event event;
  InvokeOptions options;
};

ApiResult<Asked> Read(const ApiContext& context, const ApiCall& call) {
  Asked asked;
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
  asked.options.tenant_id = call.Header("X-Amz-Tenant-Id");
  return asked;
}

HttpResponse Empty(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

// I-02.
ApiResult<HttpResponse> Accept(const ApiContext& context, const ApiCall& call, Asked asked) {
  const std::size_t size = call.request.body.size();
  if (size > kEventLimit) {
    return RequestTooLarge(std::to_string(size) + " byte payload is too large for the Event invocation type (limit " +
                           std::to_string(kEventLimit) + " bytes)");
  }
  asked.options.log_type = LogType::kNone;
  asked.options.client_context.clear();  // C-34
  const bool accepted = context.async.Add([&context, asked = std::move(asked)] {
    auto deployment = context.deployments.Get(asked.function->name, asked.version);
    if (!deployment) return;
    static_cast<void>(context.runtime.Invoke((*deployment)->function(), asked.event, asked.options));
  });
  if (!accepted) return TooManyRequests("ConcurrentInvocationLimitExceeded");
  return Empty(202);
}

// What an invocation holds while it runs.
struct Running {
  Concurrency::Slot slot;
  std::shared_ptr<Deployment> deployment;
};

ApiResult<Running> Begin(const ApiContext& context, const Asked& asked) {
  Concurrency::Limit limit{};
  auto slot = context.concurrency.Enter(asked.function->name, asked.function->reserved_concurrency, limit);
  if (!slot) return Throttled(limit);
  auto deployment = context.deployments.Get(asked.function->name, asked.version);
  if (!deployment) return NotDeployed(deployment.status());
  return Running{std::move(*slot), std::move(*deployment)};
}

// I-28: the parts of the response as they come, or all of it in one (I-29), and how it ended.
void Stream(const ApiContext& context, const Asked& asked, const Deployment& deployment, const HttpBodyWriter& write) {
  const auto send = [&](std::string_view chunk) {
    return chunk.empty() || write(EventMessage("PayloadChunk", "application/octet-stream", chunk));
  };
  InvokeOptions options = asked.options;
  options.chunk_receiver = send;
  const InvokeResult result = context.runtime.Invoke(deployment.function(), asked.event, options);
  const Outcome& outcome = result.outcome;
  Json::Value end(Json::objectValue);
  if (outcome.ok()) {
    send(outcome.payload().view());
  } else if (outcome.kind() == Outcome::Kind::kFault) {
    end["ErrorCode"] = "ServiceException";
    end["ErrorDetails"] = outcome.fault().message();
  } else {
    end["ErrorCode"] = outcome.error().type;
    end["ErrorDetails"] = std::string(outcome.payload().view());
  }
  if (options.log_type == LogType::kTail) end["LogResult"] = Base64(result.log_tail);
  write(EventMessage("InvokeComplete", "application/json", JsonText(end)));
}

}  // namespace

ApiResult<HttpResponse> Invoke(const ApiContext& context, const ApiCall& call) {
  auto asked = Read(context, call);
  if (!asked) return asked.error();
  if (asked->options.type == InvocationType::kDryRun) return Empty(204);  // I-03
  if (asked->options.type == InvocationType::kEvent) return Accept(context, call, std::move(*asked));
  auto running = Begin(context, *asked);
  if (!running) return running.error();
  const InvokeResult result = context.runtime.Invoke(running->deployment->function(), asked->event, asked->options);
  return AnswerOf(call, result, running->deployment->of(), asked->options.log_type == LogType::kTail);
}

ApiResult<HttpResponse> InvokeWithResponseStream(const ApiContext& context, const ApiCall& call) {
  auto asked = Read(context, call);
  if (!asked) return asked.error();
  if (asked->options.type == InvocationType::kDryRun) return Empty(204);
  if (asked->options.type == InvocationType::kEvent) {
    return InvalidParameter("InvokeWithResponseStream has the invocation types RequestResponse and DryRun.");
  }
  auto running = Begin(context, *asked);
  if (!running) return running.error();
  HttpResponse response = AnswerFrom(call, 200, running->deployment->of());
  response.headers.emplace_back("Content-Type", "application/vnd.amazon.eventstream");
  // A copyable owner of what only moves.
  const auto invocation = std::make_shared<std::pair<Asked, Running>>(std::move(*asked), std::move(*running));
  response.stream = [&context, invocation](const HttpBodyWriter& write) {
    Stream(context, invocation->first, *invocation->second.deployment, write);
  };
  return response;
}

}  // namespace tandem::host
