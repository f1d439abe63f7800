#include "host/http/client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <ratio>
#include <utility>

#include "host/http/socket_stream.h"

namespace tandem::host {
namespace {

namespace http = boost::beast::http;
using workers::FileDescriptor;

constexpr unsigned kFirstAnswer = 200;
constexpr std::uint64_t kLargestAnswer = std::uint64_t{64} << 20;  // bytes

Status BadUrl(std::string_view url) {
  return {Code::kInvalidArgument, "'" + std::string(url) + "' is no URL such as http://127.0.0.1:9001"};
}

Status Unreachable(const HttpEndpoint& endpoint, std::string_view why) {
  return {Code::kUnavailable, "no answer from " + endpoint.HostHeader() + ": " + std::string(why)};
}

// The system ends a connect by the socket's time to send.
void BoundConnect(int socket, std::chrono::steady_clock::time_point deadline) {
  constexpr std::chrono::microseconds kLeast{1000};  // 0 is no bound
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
  const std::int64_t most = std::max(left, kLeast).count();
  const timeval time{most / std::micro::den, most % std::micro::den};
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

Result<FileDescriptor> Connect(const HttpEndpoint& endpoint, std::chrono::steady_clock::time_point deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &wanted, &found); failed != 0) {
    return Unreachable(endpoint, gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  int error = ECONNREFUSED;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    FileDescriptor socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (socket) BoundConnect(socket.get(), deadline);
    if (socket && connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
    error = errno == EINPROGRESS ? ETIMEDOUT : errno;
  }
  return Unreachable(endpoint, std::strerror(error));
}

// Whether anything comes behind an answer, before the server closes the connection, as it was asked to, or a moment
// later.
bool SendsMore(SocketStream& stream) {
  constexpr int kMoment = 50;  // ms
  pollfd ready{stream.descriptor(), POLLIN, 0};
  if (poll(&ready, 1, kMoment) <= 0) return false;
  char byte = 0;
  SocketStream::ErrorCode error;
  return stream.ReceiveAtOnce({&byte, 1}, error) > 0;
}

}  // namespace

std::string HttpEndpoint::HostHeader() const {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

Result<HttpEndpoint> ParseHttpEndpoint(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://")) {
    return {Code::kInvalidArgument, "'" + std::string(url) + "': TLS is not spoken here, only http://"};
  }
  if (!url.starts_with(kScheme)) return BadUrl(url);
  std::string_view rest = url.substr(kScheme.size());
  HttpEndpoint endpoint;
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  endpoint.path = rest.substr(slash);
  while (endpoint.path.ends_with('/')) endpoint.path.pop_back();
  rest = rest.substr(0, slash);
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == std::string_view::npos || endpoint.path.find_first_of("?# ") != std::string::npos) return BadUrl(url);
  const std::size_t colon = std::min(rest.find(':', bracket), rest.size());
  endpoint.host = bracket == 0 ? rest.substr(0, colon) : rest.substr(1, bracket - 1);
  endpoint.port = colon == rest.size() ? "80" : std::string(rest.substr(colon + 1));
  const bool is_port = !endpoint.port.empty() && endpoint.port.size() <= 5 &&
                       endpoint.port.find_first_not_of("0123456789") == std::string::npos;
  if (endpoint.host.empty() || !is_port || endpoint.host.find_first_of("@ ") != std::string::npos) return BadUrl(url);
  return endpoint;
}

Result<HttpAnswer> Exchange(const HttpEndpoint& endpoint, const HttpRequest& request,
                            std::chrono::steady_clock::time_point deadline) {
  auto socket = Connect(endpoint, deadline);
  if (!socket) return socket.status();
  SocketStream stream(std::move(*socket));
  stream.set_deadline(deadline);
  http::request<http::span_body<const char>> message;
  message.method_string(request.method);
  message.target(request.target);
  message.set(http::field::host, endpoint.HostHeader());
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.keep_alive(false);
  const std::string_view body = request.body.view();
  message.body() = boost::beast::span<const char>(body.data(), body.size());
  message.content_length(body.size());
  SocketStream::ErrorCode error;
  http::write(stream, message, error);
  // A server that refuses a request may answer before it has read all of it.
  const SocketStream::ErrorCode not_sent = std::exchange(error, {});
  boost::beast::flat_buffer buffer;
  std::optional<http::response_parser<http::string_body>> parser;
  do {  // "100 Continue" and its like go before the answer
    parser.emplace();
    parser->body_limit(kLargestAnswer);
    http::read(stream, buffer, *parser, error);
    if (error) return Unreachable(endpoint, (not_sent ? not_sent : error).message());
  } while (parser->get().result_int() < kFirstAnswer);
  if (buffer.size() > 0 || SendsMore(stream)) return Unreachable(endpoint, "what it sent is more than one answer");
  HttpAnswer answer;
  const auto& head = parser->get();
  answer.status = static_cast<int>(head.result_int());
  for (const auto& field : head) {
    answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  answer.body = std::move(parser->get().body());
  return answer;
}

}  // namespace tandem::host
