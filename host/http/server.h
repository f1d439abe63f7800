// HttpServer: HTTP/1.1 on one port, with a thread for each connection.
#ifndef TANDEM_HOST_HTTP_SERVER_H_
#define TANDEM_HOST_HTTP_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "host/http/message.h"
#include "tandem/status.h"

namespace tandem::host {

// Bounds for clients.
struct HttpLimits {
  std::size_t largest_head = std::size_t{64} << 10;  // bytes
  std::size_t most_connections = 512;                // at a time; a new one takes the place of the one idle for longest
  std::chrono::milliseconds idle{75'000};            // between two requests
  std::chrono::milliseconds head{15'000};            // from a head's first byte to its last
  std::chrono::milliseconds body{30'000};            // of a body, and a second more for each MiB of it
  std::chrono::milliseconds write{30'000};           // in which no byte of an answer is taken
};

// What the server refuses by itself, before a request is whole.
enum class HttpRefusal : std::uint8_t {
  kNotHttp,       // 400
  kHeadTooLarge,  // 431
  kBodyTooLarge,  // 413
  kTooSlow,       // 408
};

// What answers requests.
// Threads: all calls from many at once. Errors: must not throw.
class HttpApplication {
 public:
  virtual ~HttpApplication() = default;
  // Of a body, in bytes, by the request's head.
  virtual std::size_t LargestBody(const HttpRequest& head) = 0;
  virtual HttpResponse Handle(const HttpRequest& request) = 0;
  // What the client is told; `head` is empty where there is none. The connection is closed then.
  virtual HttpResponse Refuse(HttpRefusal refusal, const HttpRequest& head) = 0;
};

// Answers requests, each by the thread of its connection: what the application does there delays nobody else, and no
// answer goes from thread to thread.
//
// Threads: one. Owns: the port, the connections and their threads. Lifetime: the destructor closes everything and waits
// until the application has returned from what it is at.
class HttpServer {
 public:
  // Opens `address`, such as "127.0.0.1:9001" or "[::1]:9001"; port 0 is any that is free. Who connects waits until
  // Start. Errors: kInvalidArgument for an address that is none, that is not this machine's, or that is in use.
  static Result<std::unique_ptr<HttpServer>> Open(const std::string& address, HttpLimits limits = {});
  virtual ~HttpServer() = default;

  // "127.0.0.1:9001".
  virtual const std::string& endpoint() const = 0;
  // Whether only this machine can connect.
  virtual bool is_loopback() const = 0;
  // Serves; `application` must outlive the server. Errors: kInternal where the system has no thread for it.
  virtual Status Start(HttpApplication& application) = 0;
  // Accepts no more, closes idle connections, lets the requests that are there be answered for `patience`, and closes
  // what is left then. False: there was something left, and the application is still at it.
  virtual bool Stop(std::chrono::milliseconds patience) = 0;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_SERVER_H_
