#include "workers/runtime_api_request.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <boost/system/error_code.hpp>
#include <limits>
#include <new>
#include <utility>

#include "workers/runtime_api.h"
#include "workers/runtime_api_text.h"

namespace tandem::workers {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::string_view kBase = "/2018-06-01";
constexpr std::string_view kInvocation = "/runtime/invocation/";
constexpr beast::string_view kErrorType = "Lambda-Runtime-Function-Error-Type";
constexpr beast::string_view kErrorBody = "Lambda-Runtime-Function-Error-Body";
constexpr beast::string_view kResponseMode = "Lambda-Runtime-Function-Response-Mode";

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string Text(beast::string_view view) {
  return {view.data(), view.size()};
}

// What a client that was given 127.0.0.1 may write there.
bool IsOwnHost(beast::string_view host) {
  const beast::string_view name = host.substr(0, host.rfind(':'));
  return name == "127.0.0.1" || beast::iequals(name, "localhost");
}

beast::error_code OutOfMemory() {
  return boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
}

// Running out of memory is an error of the request; nothing else is thrown here.
template <typename Work>
void Guarded(beast::error_code& error, const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    error = OutOfMemory();
  }
}

}  // namespace

ApiRoute RouteOf(std::string_view target) {
  using enum ApiRoute::Kind;
  target = target.substr(0, target.find('?'));
  if (!TakePrefix(target, kBase)) return {};
  if (target == "/ping") return {kPing, {}};
  if (target == "/runtime/invocation/next") return {kNext, {}};
  if (target == "/runtime/init/error") return {kInitError, {}};
  if (!TakePrefix(target, kInvocation)) return {};
  const std::size_t slash = target.find('/');
  if (slash == 0 || slash == std::string_view::npos) return {};
  const std::string_view verb = target.substr(slash);
  if (verb != "/response" && verb != "/error") return {};
  return {verb == "/error" ? kError : kResponse, DecodePercent(target.substr(0, slash))};
}

std::string_view MethodOf(ApiRoute::Kind kind) {
  return kind == ApiRoute::Kind::kPing || kind == ApiRoute::Kind::kNext ? "GET" : "POST";
}

ApiRequest::ApiRequest() {
  header_limit(static_cast<std::uint32_t>(RuntimeApi::kLargestHead));
  body_limit(std::numeric_limits<std::uint64_t>::max());  // bounded by who reads
}

void ApiRequest::KeepBody() {
  keeps_body_ = true;
  if (content_length()) body_.reserve(std::min<std::uint64_t>(*content_length(), RuntimeApi::kLargestBody));
}

void ApiRequest::DropBody() {
  keeps_body_ = false;
  std::string().swap(body_);
}

std::string ApiRequest::TakeBody() {
  return std::exchange(body_, std::string());
}

void ApiRequest::on_request_impl(http::verb, View method, View target, int version, ErrorCode& error) {
  Guarded(error, [&] {
    method_ = Text(method);
    target_ = Text(target);
    version_ = version;
  });
}

void ApiRequest::on_response_impl(int, View, int, ErrorCode&) {}

void ApiRequest::on_field_impl(http::field field, View name, View value, ErrorCode& error) {
  Guarded(error, [&] {
    if (in_trailers_) {
      NoteTrailer(name, value);
    } else {
      NoteField(field, name, value);
    }
  });
}

void ApiRequest::NoteField(http::field field, View name, View value) {
  if (field == http::field::content_type) {
    content_type_ = Text(value);
  } else if (field == http::field::expect) {
    expects_continue_ = beast::iequals(value, "100-continue");
  } else if (field == http::field::origin) {
    has_origin_ = true;
  } else if (field == http::field::host) {
    has_own_host_ = IsOwnHost(value);
  } else if (beast::iequals(name, kErrorType)) {
    error_type_ = Text(value);
  } else if (beast::iequals(name, kResponseMode)) {
    response_mode_ = Text(value);
  }
}

void ApiRequest::NoteTrailer(View name, View value) {
  if (beast::iequals(name, kErrorType)) trailed_error_type_ = Text(value);
  if (beast::iequals(name, kErrorBody)) trailed_error_body_ = Text(value);
}

void ApiRequest::on_header_impl(ErrorCode&) {
  in_trailers_ = true;
}

void ApiRequest::on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) {}

std::size_t ApiRequest::on_body_impl(View body, ErrorCode& error) {
  received_ += body.size();
  if (keeps_body_) Guarded(error, [&] { body_.append(body.data(), body.size()); });
  return body.size();
}

void ApiRequest::on_chunk_header_impl(std::uint64_t, View, ErrorCode&) {}

std::size_t ApiRequest::on_chunk_body_impl(std::uint64_t, View body, ErrorCode& error) {
  return on_body_impl(body, error);
}

void ApiRequest::on_finish_impl(ErrorCode&) {}

}  // namespace tandem::workers
