#include "host/http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <limits>
#include <string>
#include <utility>

namespace tandem::host {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kReadSize = std::size_t{32} << 10;
constexpr std::size_t kLargestAtOnce = std::size_t{64} << 10;  // of a body, in bytes
constexpr std::size_t kChunkSize = std::size_t{64} << 10;
constexpr std::size_t kMebibyte = std::size_t{1} << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Of what a refused client still sends.
constexpr std::size_t kMostDropped = std::size_t{128} << 20;
constexpr std::chrono::seconds kLongestDropping{5};

std::int64_t Now() {
  return SocketStream::Clock::now().time_since_epoch().count();
}

// For as long as a connection waits for its client.
class Awaiting {
 public:
  explicit Awaiting(std::atomic<std::int64_t>& since) : since_(since) { since_ = Now(); }
  ~Awaiting() { since_ = 0; }
  Awaiting(const Awaiting&) = delete;
  Awaiting& operator=(const Awaiting&) = delete;

 private:
  std::atomic<std::int64_t>& since_;
};

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

// A value's line breaks would begin another header.
void AppendHeader(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  const std::size_t begin = head.size();
  head.append(value);
  std::replace_if(
      head.begin() + static_cast<std::ptrdiff_t>(begin), head.end(), [](char c) { return c == '\r' || c == '\n'; },
      ' ');
  head.append("\r\n");
}

// RFC 9112, 3.2.2: the authority of an absolute target is the Host, whatever that says.
void SplitAbsoluteTarget(HttpRequest& request) {
  if (request.target.starts_with('/')) return;
  std::size_t begin = 0;
  for (const std::string scheme : {"http://", "https://"}) {
    if (boost::beast::iequals(request.target.substr(0, scheme.size()), scheme)) begin = scheme.size();
  }
  if (begin == 0) return;
  const std::size_t end = std::min(request.target.find_first_of("/?", begin), request.target.size());
  const auto is_host = [](const auto& header) { return boost::beast::iequals(header.first, "Host"); };
  request.headers.erase(std::remove_if(request.headers.begin(), request.headers.end(), is_host), request.headers.end());
  request.headers.emplace_back("Host", request.target.substr(begin, end - begin));
  request.target.erase(0, end);
  if (!request.target.starts_with('/')) request.target.insert(0, 1, '/');
}

bool IsCurrent(unsigned version) {
  return version >= 11;
}

std::string HeadOf(const HttpResponse& response, bool keeps, bool is_chunked = true) {
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(View(http::obsolete_reason(static_cast<http::status>(response.status)))).append("\r\n");
  for (const auto& [name, value] : response.headers) AppendHeader(head, name, value);
  AppendHeader(head, "Date", Date());
  if (!keeps) AppendHeader(head, "Connection", "close");
  if (response.stream) {
    if (is_chunked) AppendHeader(head, "Transfer-Encoding", "chunked");
  } else if (response.status != 204) {
    AppendHeader(head, "Content-Length", std::to_string(response.body.size()));
  }
  return head.append("\r\n");
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

bool HttpConnection::Serve() {
  bool goes_on = pending_ != nullptr ? ServePending() : !unsent_ || ServeUnsent();
  while (goes_on && buffer_.size() > 0) goes_on = ServeRequest();
  if (!goes_on) static_cast<void>(shutdown(stream_.descriptor(), SHUT_RDWR));
  return goes_on;
}

bool HttpConnection::ServePending() {
  const HttpResponse response = pending_->Finish();
  pending_.reset();
  return Write(response, keeps_, Body::kAll) && GoOn(keeps_);
}

bool HttpConnection::ServeUnsent() {
  const Unsent unsent = std::move(*unsent_);
  unsent_.reset();
  std::string_view head = unsent.head;
  std::string_view body = unsent.body.view();
  const std::size_t of_head = std::min(unsent.sent, head.size());
  head.remove_prefix(of_head);
  body.remove_prefix(unsent.sent - of_head);
  return Send(head, body) && GoOn(keeps_);
}

bool HttpConnection::GoOn(bool keeps) {
  if (!keeps) return false;
  idle_since_ = Now();
  if (finishes_) StopReading();  // it was asked to finish when the answer had been begun
  return true;
}

HttpConnection::Arrived HttpConnection::Receive(bool may_receive) {
  if (may_receive) {
    if (buffer_.size() == 0 && buffer_.capacity() > 2 * kReadSize) buffer_.shrink_to_fit();
    if (buffer_.size() >= limits_.largest_head) return Arrived::kOther;
    const auto room = buffer_.prepare(kReadSize);
    ErrorCode error;
    buffer_.commit(stream_.ReceiveAtOnce({room.data(), room.size()}, error));
    if (error && error != asio::error::would_block) return buffer_.size() == 0 ? Arrived::kEnd : Arrived::kOther;
  }
  DropEmptyLines();
  if (buffer_.size() == 0) return Arrived::kNothing;
  idle_since_ = 0;
  if (began_ == Clock::time_point::max()) {
    began_ = Clock::now();
    awaits_client_since_ = began_.time_since_epoch().count();
  }
  const Arrived arrived = ParseAtOnce();
  if (arrived == Arrived::kRequest) {
    began_ = Clock::time_point::max();
    awaits_client_since_ = 0;
  }
  return arrived;
}

// RFC 9112, 2.2: some clients end a body with one that is not of its length.
void HttpConnection::DropEmptyLines() {
  const auto* const begin = static_cast<const char*>(buffer_.data().data());
  const auto* const end = begin + buffer_.size();
  const auto is_of_line_end = [](char c) { return c == '\r' || c == '\n'; };
  buffer_.consume(static_cast<std::size_t>(std::find_if_not(begin, end, is_of_line_end) - begin));
}

// What is small and whole. Everything else, and everything that is wrong, is for Serve, which reads it from the buffer.
HttpConnection::Arrived HttpConnection::ParseAtOnce() {
  Parser parser;
  parser.eager(false);
  parser.header_limit(static_cast<std::uint32_t>(limits_.largest_head));
  ErrorCode error;
  const std::size_t head_size = parser.put(buffer_.data(), error);
  if (error == http::error::need_more) return Arrived::kPart;
  if (error || !parser.is_header_done() || parser.chunked() || !IsCurrent(parser.get().version()))
    return Arrived::kOther;
  TakeHead(parser, request_);
  const std::size_t body_size = parser.content_length() ? *parser.content_length() : 0;
  const bool is_odd = parser.get().count(http::field::host) != 1 || parser.get().count(http::field::expect) > 0;
  if (is_odd || !application_.IsBegun(request_) || body_size > kLargestAtOnce) return Arrived::kOther;
  if (buffer_.size() < head_size + body_size) return Arrived::kPart;
  const auto* const body = static_cast<const char*>(buffer_.data().data()) + head_size;
  request_.body = Payload::Copy(std::string_view(body, body_size));
  keeps_ = parser.get().keep_alive() && !finishes_;
  buffer_.consume(head_size + body_size);
  return Arrived::kRequest;
}

HttpConnection::Sent HttpConnection::SendAtOnce(const HttpResponse& response) {
  keeps_ = keeps_ && !finishes_;
  std::string head = HeadOf(response, keeps_);
  const std::string_view body = response.body.view();
  const std::array parts = {iovec{head.data(), head.size()}, iovec{const_cast<char*>(body.data()), body.size()}};
  ErrorCode error;
  const std::size_t sent = stream_.SendAtOnce(parts, error);
  if (error && error != asio::error::would_block) return Sent::kEnd;
  if (sent == head.size() + body.size()) return GoOn(keeps_) ? Sent::kAll : Sent::kEnd;
  unsent_ = Unsent{std::move(head), response.body, sent};
  return Sent::kPart;
}

// Whether there may be another one.
bool HttpConnection::ServeRequest() {
  DropEmptyLines();
  if (buffer_.size() == 0) return true;
  Parser parser;
  HttpRequest request;
  if (awaits_client_since_ == 0) awaits_client_since_ = Now();
  auto refusal = ReadHead(parser, request);
  if (!refusal && !gone_) refusal = ReadBody(parser, request);
  awaits_client_since_ = 0;
  if (gone_) return false;
  if (refusal) {
    Refuse(*refusal, request);
    return false;
  }
  const HttpResponse response = application_.Handle(request);
  const bool is_current = IsCurrent(parser.get().version());  // others are not told that a connection stays
  const bool keeps = is_current && parser.get().keep_alive() && !finishes_;
  const Body body = request.method == "HEAD" ? Body::kNone : Body::kAll;
  const Framing framing = is_current ? Framing::kChunks : Framing::kNone;
  return (response.stream ? WriteStream(response, keeps, framing) : Write(response, keeps, body)) && GoOn(keeps);
}

std::optional<HttpRefusal> HttpConnection::ReadHead(Parser& parser, HttpRequest& request) {
  parser.header_limit(static_cast<std::uint32_t>(limits_.largest_head));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // ReadBody looks at it
  const Clock::time_point began = std::exchange(began_, Clock::time_point::max());
  stream_.set_deadline(std::min(began, Clock::now()) + limits_.head);
  ErrorCode error;
  http::read_header(stream_, buffer_, parser, error);
  if (error == boost::beast::error::timeout) return HttpRefusal::kTooSlow;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return HttpRefusal::kHeadTooLarge;
  if (error) {
    gone_ = IsEnd(error);
    return HttpRefusal::kNotHttp;
  }
  TakeHead(parser, request);
  const auto& head = parser.get();
  if (!IsCurrent(head.version())) return {};
  if (head.count(http::field::host) != 1) return HttpRefusal::kNoHost;
  const auto expectation = head.find(http::field::expect);
  if (expectation == head.end() || boost::beast::iequals(expectation->value(), "100-continue")) return {};
  return HttpRefusal::kUnknownExpectation;
}

void HttpConnection::TakeHead(const Parser& parser, HttpRequest& request) {
  const auto& head = parser.get();
  request.method = View(head.method_string());
  request.target = View(head.target());
  request.headers.clear();
  for (const auto& field : head) request.headers.emplace_back(View(field.name_string()), View(field.value()));
  SplitAbsoluteTarget(request);
}

std::optional<HttpRefusal> HttpConnection::ReadBody(Parser& parser, HttpRequest& request) {
  const auto announced = parser.content_length();
  const std::size_t largest = application_.LargestBody(request);
  if (announced && *announced > largest) return HttpRefusal::kBodyTooLarge;
  if (parser.is_done()) return {};
  if (IsCurrent(parser.get().version()) && parser.get().count(http::field::expect) > 0 && !Send(kContinue)) {
    gone_ = true;
    return {};
  }
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

bool HttpConnection::Write(const HttpResponse& response, bool keeps, Body body) {
  return Send(HeadOf(response, keeps), body == Body::kAll ? response.body.view() : std::string_view());
}

bool HttpConnection::WriteStream(const HttpResponse& response, bool keeps, Framing framing) {
  if (!Send(HeadOf(response, keeps, framing == Framing::kChunks))) return false;
  if (framing == Framing::kChunks) return WriteChunks(response);
  bool written = true;
  response.stream([&](std::string_view part) { return written = written && Send(part); });
  return written;
}

bool HttpConnection::WriteChunks(const HttpResponse& response) {
  bool written = true;
  response.stream([&](std::string_view part) {
    if (part.empty()) return written;  // an empty chunk is the last one
    stream_.set_deadline(Clock::now() + limits_.write);
    const Awaiting awaiting(awaits_client_since_);
    const auto chunk = http::make_chunk(asio::const_buffer(part.data(), part.size()));
    ErrorCode failed;
    written = written && asio::write(stream_, chunk, failed) > 0 && !failed;
    return written;
  });
  if (!written) return false;
  stream_.set_deadline(Clock::now() + limits_.write);
  ErrorCode error;
  asio::write(stream_, http::make_chunk_last(), error);
  return !error;
}

bool HttpConnection::Send(std::string_view head, std::string_view body) {
  ErrorCode error;
  while (head.size() + body.size() > 0 && !error) {
    stream_.set_deadline(Clock::now() + limits_.write);
    const std::array buffers = {asio::const_buffer(head.data(), head.size()),
                                asio::const_buffer(body.data(), body.size())};
    const Awaiting awaiting(awaits_client_since_);
    const std::size_t written = stream_.write_some(buffers, error);
    const std::size_t of_head = std::min(written, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(written - of_head);
  }
  return !error;
}

void HttpConnection::Refuse(HttpRefusal refusal, const HttpRequest& request) {
  if (Write(application_.Refuse(refusal, request), false, Body::kAll)) Linger();
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
