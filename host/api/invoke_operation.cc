#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/api/begun_invoke.h"
#include "host/api/event_invocation.h"
#include "host/api/event_stream.h"
#include "host/api/invocation.h"
#include "host/api/json.h"
#include "host/api/operations.h"
#include "tandem/runtime.h"

namespace tandem::host {
namespace {

constexpr std::size_t kLargestPart = std::size_t{16} << 20;  // clients refuse messages of more than 24 MiB

constexpr std::size_t kResponseLimit = 6'291'556;  // J-53

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

HttpResponse Empty(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

// I-28: the parts of the response as they come, or all of it in one (I-29), and how it ended.
void Stream(const ApiContext& context, const AskedInvocation& asked, const RunningInvocation& running,
            const HttpBodyWriter& write) {
  const auto send = [&](std::string_view chunk) {
    bool wanted = true;
    for (; wanted && !chunk.empty(); chunk.remove_prefix(std::min(chunk.size(), kLargestPart))) {
      wanted = write(EventMessage("PayloadChunk", "application/octet-stream", chunk.substr(0, kLargestPart)));
    }
    return wanted;
  };
  InvokeOptions options = asked.options;
  options.chunk_receiver = send;
  const InvokeResult result = context.runtime.Invoke(running.deployment->function(), asked.event, options);
  running.turn.EndFork();
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

// What is answered without an invocation that is waited for; nothing: there is one.
std::optional<ApiResult<HttpResponse>> AnswerWithoutInvocation(const ApiContext& context, AskedInvocation& asked) {
  if (asked.options.type == InvocationType::kDryRun) return Empty(204);  // I-03
  if (asked.options.type == InvocationType::kRequestResponse) return std::nullopt;
  if (const auto accepted = AcceptEvent(context, std::move(asked)); !accepted) return accepted.error();
  return Empty(202);  // I-02
}

}  // namespace

ApiResult<HttpResponse> Invoke(const ApiContext& context, const ApiCall& call) {
  auto asked = ReadInvocation(context, call);
  if (!asked) return asked.error();
  if (auto answer = AnswerWithoutInvocation(context, *asked)) return std::move(*answer);
  return BegunInvoke(context, call, std::move(*asked)).Finish();
}

BegunInvoke::BegunInvoke(const ApiContext& context, ApiCall call, AskedInvocation asked)
    : context_(context), call_(std::move(call)), asked_(std::move(asked)) {}

BegunInvoke::Begun BegunInvoke::Begin(const ApiContext& context, ApiCall call) {
  auto asked = ReadInvocation(context, call);
  if (!asked) return ApiResult<HttpResponse>(asked.error());
  if (auto answer = AnswerWithoutInvocation(context, *asked)) return std::move(*answer);
  auto invoke = std::make_unique<BegunInvoke>(context, std::move(call), std::move(*asked));
  if (const auto refusal = invoke->TryBegin()) return ApiResult<HttpResponse>(*refusal);
  return invoke;
}

std::optional<ApiError> BegunInvoke::TryBegin() {
  auto running = BeginDeployedInvocation(context_, *asked_.function, asked_.version);
  if (!running) return running.error();
  if (!running->has_value()) return std::nullopt;
  running_.emplace(std::move(**running));
  begun_ = context_.runtime.TryBegin(running_->deployment->function(), asked_.event, asked_.options);
  return std::nullopt;
}

PendingResponse::Source BegunInvoke::source() const {
  if (begun_ == nullptr) return {};
  return {begun_->environment(), begun_->descriptors()};
}

std::chrono::steady_clock::time_point BegunInvoke::due() const {
  return begun_ == nullptr ? std::chrono::steady_clock::time_point::max() : begun_->due();
}

PendingResponse::Progress BegunInvoke::Look() {
  if (begun_ == nullptr) return PendingResponse::Progress::kNeedsWait;
  switch (begun_->Look()) {
    case BegunInvocation::Progress::kRuns:
      return PendingResponse::Progress::kRuns;
    case BegunInvocation::Progress::kEnded:
      return PendingResponse::Progress::kReady;
    case BegunInvocation::Progress::kNeedsWait:
      break;
  }
  return PendingResponse::Progress::kNeedsWait;
}

ApiResult<HttpResponse> BegunInvoke::Finish() {
  if (!running_) {
    auto running = BeginInvocation(context_, *asked_.function, asked_.version);
    if (!running) return running.error();
    running_.emplace(std::move(*running));
  }
  const InvokeResult result =
      begun_ != nullptr ? begun_->Finish()
                        : context_.runtime.Invoke(running_->deployment->function(), asked_.event, asked_.options);
  begun_.reset();
  running_->turn.EndFork();
  return AnswerOf(call_, result, running_->deployment->of(), asked_.options.log_type == LogType::kTail);
}

ApiResult<HttpResponse> InvokeWithResponseStream(const ApiContext& context, const ApiCall& call) {
  auto asked = ReadInvocation(context, call);
  if (!asked) return asked.error();
  if (asked->options.type == InvocationType::kDryRun) return Empty(204);
  if (asked->options.type == InvocationType::kEvent) {
    return InvalidParameter("InvokeWithResponseStream has the invocation types RequestResponse and DryRun.");
  }
  auto running = BeginInvocation(context, *asked->function, asked->version);
  if (!running) return running.error();
  HttpResponse response = AnswerFrom(call, 200, running->deployment->of());
  response.headers.emplace_back("Content-Type", "application/vnd.amazon.eventstream");
  // A copyable owner of what only moves.
  const auto invocation =
      std::make_shared<std::pair<AskedInvocation, RunningInvocation>>(std::move(*asked), std::move(*running));
  response.stream = [&context, invocation](const HttpBodyWriter& write) {
    Stream(context, invocation->first, invocation->second, write);
  };
  return response;
}

}  // namespace tandem::host
