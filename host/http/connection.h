// HttpConnection: one client, its requests and the answers.
#ifndef TANDEM_HOST_HTTP_CONNECTION_H_
#define TANDEM_HOST_HTTP_CONNECTION_H_

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <optional>

#include "host/http/message.h"
#include "host/http/server.h"
#include "host/http/socket_stream.h"

namespace tandem::host {

// Reads requests, one after the other, and answers each before it reads the next.
//
// Threads: Serve by the connection's own; the rest from any. Owns: the socket.
class HttpConnection {
 public:
  HttpConnection(workers::FileDescriptor socket, const HttpLimits& limits, HttpApplication& application);

  // Until the client leaves, is refused or too slow, or the connection is closed.
  void Serve();

  // Since when it waits for a request; 0 while it is at one.
  std::int64_t idle_since() const { return idle_since_; }
  // Ends it where it waits for a request, and after the answer where it is at one.
  void Finish();
  // Ends it, whatever it is at.
  void Close();

 private:
  using ErrorCode = SocketStream::ErrorCode;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  void StopReading();
  bool AwaitRequest();
  bool ServeRequest();
  std::optional<HttpRefusal> ReadHead(Parser& parser, HttpRequest& request);
  std::optional<HttpRefusal> ReadBody(Parser& parser, HttpRequest& request);
  Payload ReadKnownBody(Parser& parser, std::size_t size, ErrorCode& error);
  Payload ReadChunkedBody(Parser& parser, ErrorCode& error);
  bool Write(const HttpResponse& response, bool keeps);
  bool WriteStream(const HttpResponse& response, bool keeps);
  bool SendAll(std::string_view bytes);
  void Refuse(HttpRefusal refusal, const HttpRequest& request);
  // Reads what a client still sends that has been refused, so that it sees the answer, within bounds.
  void Linger();

  SocketStream stream_;
  const HttpLimits& limits_;
  HttpApplication& application_;
  boost::beast::flat_buffer buffer_;
  std::atomic<std::int64_t> idle_since_;
  std::atomic<bool> finishes_{false};
  bool gone_ = false;  // there is nobody to answer
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_CONNECTION_H_
