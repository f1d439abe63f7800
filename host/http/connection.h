// HttpConnection: one client, its requests and the answers.
#ifndef TANDEM_HOST_HTTP_CONNECTION_H_
#define TANDEM_HOST_HTTP_CONNECTION_H_

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/http/message.h"
#include "host/http/server.h"
#include "host/http/socket_stream.h"

namespace tandem::host {

// Reads requests, one after the other, and answers each before it reads the next: at once, as far as that goes without
// waiting, or by a thread that waits for whatever it takes.
//
// Threads: one at a time; Finish, Close and idle_since from any. Owns: the socket.
class HttpConnection {
 public:
  HttpConnection(workers::FileDescriptor socket, const HttpLimits& limits, HttpApplication& application);

  int descriptor() const { return stream_.descriptor(); }

  // Goes on with what is there, and waits: for an answer that is pending, for the rest of a request, for the client to
  // take the answer. False: the client has left, is refused or too slow, or the connection is closed; else it is idle.
  bool Serve();

  // --- without waiting
  enum class Arrived : std::uint8_t {
    kNothing,
    kPart,     // of a request
    kRequest,  // one that is to be begun
    kOther,    // what Serve goes on with
    kEnd,      // of the connection
  };
  // Receives where `may_receive`, and looks at what there is.
  Arrived Receive(bool may_receive);
  // The request; after kRequest, until the next.
  const HttpRequest& request() const { return request_; }
  enum class Sent : std::uint8_t {
    kAll,   // and the connection is idle, or goes on with what it has received
    kPart,  // the rest is Serve's
    kEnd,
  };
  Sent SendAtOnce(const HttpResponse& response);
  // What the request waits for; Serve goes on with it.
  std::unique_ptr<PendingResponse>& pending() { return pending_; }
  bool has_received() const { return buffer_.size() > 0; }

  // Since when it waits for a request; 0 while it is at one.
  std::int64_t idle_since() const { return idle_since_; }
  // Since when it waits for its client to send the rest of a request, or to take more of an answer; 0: it does not.
  std::int64_t awaits_client_since() const { return awaits_client_since_; }
  // Ends it where it waits for a request, and after the answer where it is at one.
  void Finish();
  // Ends it, whatever it is at.
  void Close();

 private:
  using Clock = SocketStream::Clock;
  using ErrorCode = SocketStream::ErrorCode;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  void StopReading();
  bool ServePending();
  bool ServeUnsent();
  bool ServeRequest();
  // Whether the connection goes on after an answer.
  bool GoOn(bool keeps);
  Arrived ParseAtOnce();
  void DropEmptyLines();
  std::optional<HttpRefusal> ReadHead(Parser& parser, HttpRequest& request);
  static void TakeHead(const Parser& parser, HttpRequest& request);
  std::optional<HttpRefusal> ReadBody(Parser& parser, HttpRequest& request);
  Payload ReadKnownBody(Parser& parser, std::size_t size, ErrorCode& error);
  Payload ReadChunkedBody(Parser& parser, ErrorCode& error);
  enum class Body : std::uint8_t { kAll, kNone };  // what is sent of it, whatever the head says
  bool Write(const HttpResponse& response, bool keeps, Body body);
  enum class Framing : std::uint8_t { kChunks, kNone };  // of a stream; without one the connection's end is its end
  bool WriteStream(const HttpResponse& response, bool keeps, Framing framing);
  bool WriteChunks(const HttpResponse& response);
  // False: the client takes no more.
  bool Send(std::string_view head, std::string_view body = {});
  void Refuse(HttpRefusal refusal, const HttpRequest& request);
  // Reads what a client still sends that has been refused, so that it sees the answer, within bounds.
  void Linger();

  SocketStream stream_;
  const HttpLimits& limits_;
  HttpApplication& application_;
  boost::beast::flat_buffer buffer_;
  std::atomic<std::int64_t> idle_since_;
  std::atomic<std::int64_t> awaits_client_since_{0};
  std::atomic<bool> finishes_{false};
  bool gone_ = false;  // there is nobody to answer
  // Of what is answered at once:
  Clock::time_point began_ = Clock::time_point::max();  // when a part of a request came first; max: none has
  HttpRequest request_;
  bool keeps_ = false;
  std::unique_ptr<PendingResponse> pending_;
  struct Unsent {
    std::string head;
    Payload body;
    std::size_t sent = 0;  // bytes, of both
  };
  std::optional<Unsent> unsent_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_CONNECTION_H_
