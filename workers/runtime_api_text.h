// The texts of the Runtime API: what it replies, how an event is headed, what reports become.
#ifndef TANDEM_WORKERS_RUNTIME_API_TEXT_H_
#define TANDEM_WORKERS_RUNTIME_API_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "tandem/outcome.h"
#include "tandem/payload.h"
#include "workers/runtime_api.h"

namespace tandem::workers {

// A short answer to the runtime.
struct ApiReply {
  int status = 0;
  std::string content_type;  // empty with an empty body
  std::string body;
  std::string allow;  // the method that the path takes, with 405
};

ApiReply PongReply();
ApiReply AcceptedReply();
ApiReply NotFoundReply();
ApiReply MethodReply(std::string_view allowed);
ApiReply RequestIdReply();
ApiReply TransitionReply(std::string_view from, std::string_view to);
ApiReply TooLargeReply();
ApiReply TruncatedReply();
ApiReply ResponseModeReply();
ApiReply InternalReply();
ApiReply BadRequestReply();                                            // what is no HTTP
ApiReply HeadTooLargeReply();
ApiReply ForeignReply();  // what a web page may have sent

// Status line, fields and blank line.
std::string ReplyHead(const ApiReply& reply, bool closes);
// Status line and fields, without the blank line that ends them.
std::string EventHead(const RuntimeApiInvocation& invocation);

// The function error that a report is.
Outcome ReportedOutcome(std::string body, std::string_view reported_type, std::string_view content_type);
// The one that the trailers of a streaming response report: the body is base64.
Outcome TrailedOutcome(std::string_view reported_type, std::string_view encoded_body);
Outcome TooLargeOutcome();      // J-53
Outcome TruncatedOutcome();
Outcome ResponseModeOutcome();

// Bytes that it then owns.
Payload PayloadOf(std::string bytes);
// Nothing when it is none.
std::optional<std::string> DecodeBase64(std::string_view text);
// %XX undone; what is no escape stays.
std::string DecodePercent(std::string_view text);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_RUNTIME_API_TEXT_H_
