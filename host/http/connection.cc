#include "host/http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>
#include <limits>
#include <string>
#include <utility>

namespace tandem::host {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using Clock = SocketStream::Clock;

constexpr std::size_t kReadSize = std::size_t{32} << 10;
constexpr std::size_t kChunkSize = std::size_t{64} << 10;
constexpr std::size_t kMebibyte = std::size_t{1} << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Of what a refused client still sends.
constexpr std::size_t kMostDropped = std::size_t{128} << 20;
constexpr std::chrono::seconds kLongestDropping{5};

std::int64_t Now() {
  return Clock::now().time_since_epoch().count();
}

// RFC 9110, 6.6.1.
std::string_view Date() {
  thread_local std::time_t of = 0;
  thread_local std::array<char, 32> text{};
  const std::time_t now = std::time(nullptr);
  if (now != of) {
    of = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  }
  return text.data();
}

bool IsEnd(const SocketStream::ErrorCode& error) {
  return error == asio::error::eof || error == http::error::end_of_stream || error == http::error::partial_message ||
         error.category() == boost::system::system_category();
}

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

template <bool kIsRequest, typename Body>
void SetHeaders(http::message<kIsRequest, Body>& message, const HttpHeaders& headers, bool keeps) {
  for (const auto& [name, value] : headers) message.insert(name, value);
  message.set(http::field::date, std::string(Date()));
  message.keep_alive(keeps);
}

}  // namespace

HttpConnection::HttpConnection(workers::FileDescriptor socket, const HttpLimits& limits, HttpApplication& application)
    : stream_(std::move(socket)),
      limits_(limits),
      application_(application),
      buffer_(limits.largest_head + kReadSize),
      idle_since_(Now()) {}

void HttpConnection::Finish() {
  finishes_ = true;
  if (idle_since_ != 0) StopReading();
}

// What has come is still read: a request that nobody is at yet may be among it.
void HttpConnection::StopReading() {
  static_cast<void>(shutdown(stream_.descriptor(), SHUT_RD));
}

void HttpConnection::Close() {
  finishes_ = true;
  static_cast<void>(shutdown(stream_.descriptor(), SHUT_RDWR));
}

void HttpConnection::Serve() {
  while (AwaitRequest() && ServeRequest()) {
  }
  static_cast<void>(shutdown(stream_.descriptor(), SHUT_RDWR));
}

bool HttpConnection::AwaitRequest() {
  if (buffer_.size() == 0) {
    if (buffer_.capacity() > 2 * kReadSize) buffer_.shrink_to_fit();
    stream_.set_deadline(Clock::now() + limits_.idle);
    ErrorCode error;
    buffer_.commit(stream_.read_some(buffer_.prepare(kReadSize), error));
    if (error) return false;
  }
  idle_since_ = 0;
  return true;
}

// Whether there may be another one.
bool HttpConnection::ServeRequest() {
  Parser parser;
  HttpRequest request;
  auto refusal = ReadHead(parser, request);
  if (!refusal && !gone_) refusal = ReadBody(parser, request);
  if (gone_) return false;
  if (refusal) {
    Refuse(*refusal, request);
    return false;
  }
  const HttpResponse response = application_.Handle(request);
  const bool keeps = parser.get().keep_alive() && !finishes_;
  if (!(response.stream ? WriteStream(response, keeps) : Write(response, keeps)) || !keeps) return false;
  idle_since_ = Now();
  if (finishes_) StopReading();  // it was asked to finish when the answer had been begun
  return true;
}

std::optional<HttpRefusal> HttpConnection::ReadHead(Parser& parser, HttpRequest& request) {
  parser.header_limit(static_cast<std::uint32_t>(limits_.largest_head));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // ReadBody looks at it
  stream_.set_deadline(Clock::now() + limits_.head);
  ErrorCode error;
  http::read_header(stream_, buffer_, parser, error);
  if (error == boost::beast::error::timeout) return HttpRefusal::kTooSlow;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return HttpRefusal::kHeadTooLarge;
  if (error) {
    gone_ = IsEnd(error);
    return HttpRefusal::kNotHttp;
  }
  const auto& head = parser.get();
  request.method = View(head.method_string());
  request.target = View(head.target());
  for (const auto& field : head) request.headers.emplace_back(View(field.name_string()), View(field.value()));
  return {};
}

std::optional<HttpRefusal> HttpConnection::ReadBody(Parser& parser, HttpRequest& request) {
  const auto announced = parser.content_length();
  const std::size_t largest = application_.LargestBody(request);
  if (announced && *announced > largest) return HttpRefusal::kBodyTooLarge;
  if (parser.is_done()) return {};
  if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue") && !SendAll(kContinue)) return {};
  parser.body_limit(largest);
  const std::size_t expected = announced ? static_cast<std::size_t>(*announced) : largest;
  stream_.set_deadline(Clock::now() + limits_.body + std::chrono::seconds(expected / kMebibyte));
  ErrorCode error;
  request.body = announced ? ReadKnownBody(parser, expected, error) : ReadChunkedBody(parser, error);
  if (!error) return {};
  if (error == boost::beast::error::timeout) return HttpRefusal::kTooSlow;
  if (error == http::error::body_limit) return HttpRefusal::kBodyTooLarge;
  gone_ = IsEnd(error);
  return HttpRefusal::kNotHttp;
}

// Into the memory that the handler's language reads it from.
Payload HttpConnection::ReadKnownBody(Parser& parser, std::size_t size, ErrorCode& error) {
  auto payload = Payload::Fill(size, [&](std::uint8_t* data) -> Status {
    auto& body = parser.get().body();
    body.data = data;
    body.size = size;
    while (!parser.is_done() && !error) http::read_some(stream_, buffer_, parser, error);
    return {};
  });
  return std::move(*payload);
}

Payload HttpConnection::ReadChunkedBody(Parser& parser, ErrorCode& error) {
  std::string whole;
  std::string part(kChunkSize, '\0');
  while (!parser.is_done() && !error) {
    auto& body = parser.get().body();
    body.data = part.data();
    body.size = part.size();
    http::read_some(stream_, buffer_, parser, error);
    if (error == http::error::need_buffer) error = {};
    whole.append(part.data(), part.size() - body.size);
  }
  return Payload::Copy(whole);
}

bool HttpConnection::Write(const HttpResponse& response, bool keeps) {
  const std::string_view body = response.body.view();
  http::response<http::span_body<const char>> message;
  message.result(static_cast<unsigned>(response.status));
  SetHeaders(message, response.headers, keeps);
  message.body() = boost::beast::span<const char>(body.data(), body.size());
  if (response.status != 204) message.content_length(body.size());
  http::response_serializer<http::span_body<const char>> serializer(message);
  ErrorCode error;
  while (!serializer.is_done() && !error) {
    stream_.set_deadline(Clock::now() + limits_.write);
    http::write_some(stream_, serializer, error);
    if (error == http::error::end_of_stream) error = {};  // how Beast says that the connection is to be closed
  }
  return !error;
}

bool HttpConnection::WriteStream(const HttpResponse& response, bool keeps) {
  http::response<http::empty_body> message;
  message.result(static_cast<unsigned>(response.status));
  SetHeaders(message, response.headers, keeps);
  message.chunked(true);
  http::response_serializer<http::empty_body> serializer(message);
  ErrorCode error;
  stream_.set_deadline(Clock::now() + limits_.write);
  http::write_header(stream_, serializer, error);
  if (error) return false;
  bool written = true;
  response.stream([&](std::string_view part) {
    if (part.empty()) return written;  // an empty chunk is the last one
    stream_.set_deadline(Clock::now() + limits_.write);
    const auto chunk = http::make_chunk(asio::const_buffer(part.data(), part.size()));
    ErrorCode failed;
    written = written && asio::write(stream_, chunk, failed) > 0 && !failed;
    return written;
  });
  if (!written) return false;
  stream_.set_deadline(Clock::now() + limits_.write);
  asio::write(stream_, http::make_chunk_last(), error);
  return !error;
}

bool HttpConnection::SendAll(std::string_view bytes) {
  stream_.set_deadline(Clock::now() + limits_.write);
  ErrorCode error;
  asio::write(stream_, asio::const_buffer(bytes.data(), bytes.size()), error);
  gone_ = static_cast<bool>(error);
  return !gone_;
}

void HttpConnection::Refuse(HttpRefusal refusal, const HttpRequest& request) {
  if (Write(application_.Refuse(refusal, request), false)) Linger();
}

void HttpConnection::Linger() {
  static_cast<void>(shutdown(stream_.descriptor(), SHUT_WR));
  stream_.set_deadline(Clock::now() + kLongestDropping);
  const Clock::time_point end = Clock::now() + kLongestDropping;
  ErrorCode error;
  buffer_.clear();
  for (std::size_t dropped = 0; dropped < kMostDropped && Clock::now() < end && !error;) {
    dropped += stream_.read_some(buffer_.prepare(kReadSize), error);
  }
}

}  // namespace tandem::host
