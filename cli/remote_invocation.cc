#include "remote_invocation.h"

#include <json/value.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "exit_status.h"
#include "function_environment.h"
#include "host/api/call.h"
#include "host/api/json.h"
#include "host/api/signature.h"
#include "host/http/client.h"
#include "standard_streams.h"
#include "tandem/runtime.h"
#include "text.h"

namespace tandem::cli {
namespace {

// Longer than a function may run.
constexpr std::chrono::minutes kLongestWait{16};
constexpr int kFirstError = 300;
constexpr int kTooManyRequests = 429;
constexpr int kFirstServerError = 500;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string_view NameOf(InvocationType type) {
  switch (type) {
    case InvocationType::kRequestResponse:
      return "RequestResponse";
    case InvocationType::kEvent:
      return "Event";
    case InvocationType::kDryRun:
      break;
  }
  return "DryRun";
}

bool WantsLog(const InvokeRequest& request) {
  return request.type == InvocationType::kRequestResponse &&
         (request.log_type == LogType::kTail || request.verbosity != Verbosity::kHandlerOnly);
}

host::HttpRequest RequestFor(const InvokeRequest& request, const host::HttpEndpoint& endpoint) {
  host::HttpRequest message;
  message.method = "POST";
  message.target =
      endpoint.path + "/2015-03-31/functions/" + host::PercentEncoded(request.config.name, false) + "/invocations";
  if (!request.qualifier.empty()) message.target += "?Qualifier=" + host::PercentEncoded(request.qualifier, false);
  message.headers = {{"Host", endpoint.HostHeader()},
                     {"User-Agent", "tandem/" + std::string(Version())},
                     {"Content-Type", "application/json"},
                     {"X-Amz-Invocation-Type", std::string(NameOf(request.type))}};
  if (WantsLog(request)) message.headers.emplace_back("X-Amz-Log-Type", "Tail");
  if (!request.client_context.empty()) {
    message.headers.emplace_back("X-Amz-Client-Context", Base64(request.client_context));
  }
  message.body = request.event.payload;
  const host::SigningKey key{Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"),
                             Variable("AWS_SESSION_TOKEN")};
  if (!key.id.empty() && !key.secret.empty()) host::Sign(message, key, Region());
  return message;
}

// What the API says of a request that it does not take.
int Refused(const InvokeRequest& request, const host::HttpAnswer& answer) {
  const auto body = host::ParseJson(answer.body);
  std::string message;
  for (const char* const name : {"message", "Message"}) {
    if (body && body->isObject() && (*body)[name].isString()) message = (*body)[name].asString();
  }
  std::string type(host::HeaderOf(answer.headers, "x-amzn-ErrorType"));
  if (type.empty()) type = "status " + std::to_string(answer.status);
  Complain("invoke: --endpoint " + request.endpoint + ": " + type + (message.empty() ? "" : ": " + message));
  const bool is_mine = answer.status < kFirstServerError && answer.status != kTooManyRequests;
  return is_mine ? kExitBadUse : kExitUnavailable;
}

void PrintLog(const InvokeRequest& request, const host::HttpAnswer& answer) {
  const std::string tail(host::HeaderOf(answer.headers, "X-Amz-Log-Result"));
  const auto log = host::DecodeBase64(tail);
  if (request.verbosity != Verbosity::kHandlerOnly && log) {
    static_cast<void>(WriteAll(STDERR_FILENO, *log));
    if (!log->empty() && !log->ends_with('\n')) static_cast<void>(WriteAll(STDERR_FILENO, "\n"));
  }
  if (request.log_type == LogType::kTail && !tail.empty()) {
    static_cast<void>(WriteAll(STDERR_FILENO, "X-Amz-Log-Result: " + tail + "\n"));
  }
}

}  // namespace

int InvokeRemotely(const InvokeRequest& request) {
  const auto endpoint = host::ParseHttpEndpoint(request.endpoint);
  if (!endpoint) {
    Complain("invoke: --endpoint: " + endpoint.status().message());
    return kExitBadUse;
  }
  const host::HttpRequest message = RequestFor(request, *endpoint);
  const auto answer = host::Exchange(*endpoint, message, std::chrono::steady_clock::now() + kLongestWait);
  if (!answer) {
    Complain("invoke: --endpoint " + request.endpoint + ": " + answer.status().message());
    return kExitUnavailable;
  }
  if (answer->status >= kFirstError) return Refused(request, *answer);
  PrintLog(request, *answer);
  const Status written = WriteAll(STDOUT_FILENO, answer->body);
  if (!written.ok()) {
    Complain("cannot write the response to standard output: " + written.message());
    return kExitNoOutput;
  }
  if (isatty(STDOUT_FILENO) == 1 && !answer->body.empty()) static_cast<void>(WriteAll(STDERR_FILENO, "\n"));
  const bool failed = !host::HeaderOf(answer->headers, "X-Amz-Function-Error").empty();
  return failed ? kExitFunctionError : kExitSuccess;
}

}  // namespace tandem::cli
