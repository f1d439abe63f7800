#include "tandem/outcome.h"

#include "json_text.h"

namespace tandem {
namespace {

// The body for loaders that leave it to the host, in the shape of E-17.
Payload ComposeBody(const FunctionError& error) {
  std::string body = "{\"errorMessage\":";
  AppendJsonString(body, error.message);
  if (!error.type.empty()) {
    body += ",\"errorType\":";
    AppendJsonString(body, error.type);
  }
  body += ",\"stackTrace\":[";
  const char* separator = "";
  for (const std::string& frame : error.stack_trace) {
    body += separator;
    AppendJsonString(body, frame);
    separator = ",";
  }
  body += "]}";
  return Payload::Copy(body);
}

}  // namespace

Outcome Outcome::Success(Payload payload, std::string content_type, Disposition disposition) {
  Outcome outcome;
  outcome.payload_ = std::move(payload);
  outcome.content_type_ = std::move(content_type);
  outcome.disposition_ = disposition;
  return outcome;
}

Outcome Outcome::Error(FunctionError error, Payload body) {
  Outcome outcome;
  outcome.kind_ = Kind::kFunctionError;
  outcome.payload_ = body.empty() ? ComposeBody(error) : std::move(body);
  outcome.error_ = std::make_shared<const FunctionError>(std::move(error));
  return outcome;
}

Outcome Outcome::OutOfMemory() noexcept {
  static const Outcome kFault = Fault(Status(Code::kInternal, "out of memory"));
  return kFault;
}

Outcome Outcome::Fault(Status status) {
  Outcome outcome;
  outcome.kind_ = Kind::kFault;
  outcome.fault_ = std::make_shared<const Status>(std::move(status));
  return outcome;
}

}  // namespace tandem
