#include "workers/runtime_api_text.h"

#include <json/json.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace tandem::workers {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kErrorWithCause = "application/vnd.aws.lambda.error.cause+json";

ApiReply Json(int status, std::string body) {
  return {status, std::string(kJson), std::move(body) + "\n", {}};
}

// The texts have nothing that JSON would escape.
ApiReply ErrorReply(int status, std::string_view message, std::string_view type) {
  return Json(status, R"({"errorMessage":")" + std::string(message) + R"(","errorType":")" + std::string(type) + "\"}");
}

ApiReply PlainReply(int status, std::string_view text) {
  return {status, "text/plain", std::string(text), {}};
}

std::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Request Entity Too Large";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Internal Server Error";
  }
}

// A value goes on one line: what would end it becomes a blank, and blanks around it go.
void AppendField(std::string& head, std::string_view name, std::string_view value) {
  constexpr std::string_view kBlanks(" \t\r\n\0", 5);
  const std::size_t first = value.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return;
  value = value.substr(first, value.find_last_not_of(kBlanks) - first + 1);
  head += name;
  head += ": ";
  for (const char byte : value) head += byte == '\r' || byte == '\n' || byte == '\0' ? ' ' : byte;
  head += "\r\n";
}

// Nothing when `text` is no JSON object.
std::optional<Json::Value> ParseObject(const std::string& text) {
  try {
    const Json::CharReaderBuilder builder;
    const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    Json::Value value;
    if (!reader->parse(text.data(), text.data() + text.size(), &value, nullptr) || !value.isObject()) return {};
    return value;
  } catch (const Json::Exception&) {  // nested too deeply
    return {};
  }
}

std::string TextOf(const Json::Value& object, const char* name) {
  const Json::Value& value = object[name];
  return value.isString() ? value.asString() : std::string();
}

FunctionError PartsOf(const std::optional<Json::Value>& report, std::string_view reported_type) {
  FunctionError parts;
  parts.reported_type = reported_type;
  if (report) {
    parts.type = TextOf(*report, "errorType");
    parts.message = TextOf(*report, "errorMessage");
    const Json::Value& trace = (*report)["stackTrace"];
    if (trace.isArray()) {
      for (const Json::Value& frame : trace) {
        if (frame.isString()) parts.stack_trace.push_back(frame.asString());
      }
    }
  }
  if (parts.type.empty()) parts.type = reported_type.empty() ? "Runtime.Unknown" : reported_type;
  return parts;
}

// R-17: a report without its cause, of the members that invokers know.
std::string WithoutCause(const std::optional<Json::Value>& report) {
  if (!report) return "\"Invalid error body\"";
  Json::Value kept(Json::objectValue);
  for (const char* name : {"errorMessage", "errorType", "stackTrace"}) {
    if (report->isMember(name)) kept[name] = (*report)[name];
  }
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  builder["emitUTF8"] = true;
  return Json::writeString(builder, kept);
}

// The platform's own errors; their texts need no escapes either.
Outcome PlatformError(std::string_view type, std::string_view message) {
  FunctionError parts;
  parts.type = type;
  parts.message = message;
  parts.reported_type = type;
  return Outcome::Error(std::move(parts), Payload::Copy(R"({"errorType":")" + std::string(type) +
                                                        R"(","errorMessage":")" + std::string(message) + "\"}"));
}

int HexDigit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

ApiReply PongReply() {
  return PlainReply(200, "pong");
}

ApiReply AcceptedReply() {
  return Json(202, R"({"status":"OK"})");
}

ApiReply NotFoundReply() {
  return {404, {}, {}, {}};
}

ApiReply MethodReply(std::string_view allowed) {
  return {405, {}, {}, std::string(allowed)};
}

ApiReply RequestIdReply() {
  return ErrorReply(400, "Invalid request ID", "InvalidRequestID");
}

ApiReply TransitionReply(std::string_view from, std::string_view to) {
  return ErrorReply(403,
                    "State transition from " + std::string(from) + " to " + std::string(to) +
                        " failed for runtime. Error: State transition is not allowed",
                    "InvalidStateTransition");
}

ApiReply TooLargeReply() {
  return ErrorReply(413,
                    "Exceeded maximum allowed payload size (" + std::to_string(RuntimeApi::kLargestBody) + " bytes).",
                    "RequestEntityTooLarge");
}

ApiReply TruncatedReply() {
  return ErrorReply(400, "HTTP request detected as truncated", "TruncatedHTTPRequest");
}

ApiReply ResponseModeReply() {
  return ErrorReply(400, "Invalid function response mode", "InvalidFunctionResponseMode");
}

ApiReply InternalReply() {
  return ErrorReply(500, "Internal Server Error", "InternalServerError");
}

ApiReply BadRequestReply() {
  return PlainReply(400, "400 Bad Request");
}

ApiReply HeadTooLargeReply() {
  return PlainReply(431, "431 Request Header Fields Too Large");
}

ApiReply ForeignReply() {
  return PlainReply(403, "403 Forbidden");
}

std::string ReplyHead(const ApiReply& reply, bool closes) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  head += Reason(reply.status);
  head += "\r\n";
  AppendField(head, "Content-Type", reply.content_type);
  AppendField(head, "Allow", reply.allow);
  AppendField(head, "Content-Length", std::to_string(reply.body.size()));
  if (closes) AppendField(head, "Connection", "close");
  return head + "\r\n";
}

std::string EventHead(const RuntimeApiInvocation& invocation) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  AppendField(head, "Content-Type", invocation.content_type.empty() ? kJson : invocation.content_type);
  AppendField(head, "Lambda-Runtime-Aws-Request-Id", invocation.request_id);
  if (invocation.deadline_ms != 0) {
    AppendField(head, "Lambda-Runtime-Deadline-Ms", std::to_string(invocation.deadline_ms));
  }
  AppendField(head, "Lambda-Runtime-Invoked-Function-Arn", invocation.invoked_function_arn);
  AppendField(head, "Lambda-Runtime-Trace-Id", invocation.trace_id);
  AppendField(head, "Lambda-Runtime-Client-Context", invocation.client_context);
  AppendField(head, "Lambda-Runtime-Cognito-Identity", invocation.cognito_identity);
  AppendField(head, "Lambda-Runtime-Aws-Tenant-Id", invocation.tenant_id);
  AppendField(head, "Content-Length", std::to_string(invocation.payload.size()));
  return head;
}

Outcome ReportedOutcome(std::string body, std::string_view reported_type, std::string_view content_type) {
  const std::optional<Json::Value> report = ParseObject(body);
  FunctionError parts = PartsOf(report, reported_type);
  if (content_type == kErrorWithCause) body = WithoutCause(report);
  return Outcome::Error(std::move(parts), PayloadOf(std::move(body)));
}

Outcome TrailedOutcome(std::string_view reported_type, std::string_view encoded_body) {
  return ReportedOutcome(DecodeBase64(encoded_body).value_or(std::string()), reported_type, {});
}

Outcome TooLargeOutcome() {
  return PlatformError("Function.ResponseSizeTooLarge",
                       "Response payload size exceeded maximum allowed payload size (" +
                           std::to_string(RuntimeApi::kLargestBody) + " bytes).");
}

Outcome TruncatedOutcome() {
  return PlatformError("Runtime.TruncatedResponse", "The runtime's answer is shorter than it announced");
}

Outcome ResponseModeOutcome() {
  return PlatformError("Runtime.InvalidResponseModeHeader", "Invalid function response mode");
}

Payload PayloadOf(std::string bytes) {
  if (bytes.empty()) return {};
  auto owner = std::make_unique<std::string>(std::move(bytes));
  const auto* data = reinterpret_cast<const std::uint8_t*>(owner->data());
  const std::size_t size = owner->size();
  return Payload::Adopt(
      data, size, [](void* held) { delete static_cast<std::string*>(held); }, owner.release());
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  const std::size_t missing = (4 - text.size() % 4) % 4;
  if (missing == 3) return {};
  std::string digits(text);
  std::replace(digits.begin(), digits.end(), '-', '+');
  std::replace(digits.begin(), digits.end(), '_', '/');
  digits.append(missing, '=');
  std::string bytes(digits.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(digits.data()), static_cast<int>(digits.size()));
  if (size < 0) return {};
  bytes.resize(static_cast<std::size_t>(size) - missing);
  return bytes;
}

std::string DecodePercent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : HexDigit(text[i + 2]);
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return decoded;
}

}  // namespace tandem::workers
