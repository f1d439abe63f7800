// HttpServer: HTTP/1.1 on one port.
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
  // At a time. A new one takes the place of the one idle for longest, else of the one that has waited for its client
  // for longest, and that longer than `grace`, in the middle of a request or of an answer.
  std::size_t most_connections = 512;
  std::chrono::milliseconds grace{1'000};
  std::chrono::milliseconds idle{75'000};   // between two requests
  std::chrono::milliseconds head{15'000};   // from a head's first byte to its last
  std::chrono::milliseconds body{30'000};   // of a body, and a second more for each MiB of it
  std::chrono::milliseconds write{30'000};  // in which no byte of an answer is taken
};

// What the server refuses by itself, before a request is whole.
enum class HttpRefusal : std::uint8_t {
  kNotHttp,             // 400
  kNoHost,              // 400
  kHeadTooLarge,        // 431
  kBodyTooLarge,        // 413
  kTooSlow,             // 408
  kUnknownExpectation,  // 417
};

// What answers requests.
// Threads: all calls from many at once. Errors: must not throw.
class HttpApplication {
 public:
  virtual ~HttpApplication() = default;
  // Of a body, in bytes, by the request's head.
  virtual std::size_t LargestBody(const HttpRequest& head) = 0;
  virtual HttpResponse Handle(const HttpRequest& request) = 0;
  // Whether a request, whose head this is, is to be begun: by a thread that must not wait, since many wait for it.
  virtual bool IsBegun(const HttpRequest& /*head*/) { return false; }
  // The same as Handle, but that it does not wait. `request` outlives what is returned.
  virtual BegunResponse Begin(const HttpRequest& request) { return Handle(request); }
  // What the client is told; `head` is empty where there is none. The connection is closed then.
  virtual HttpResponse Refuse(HttpRefusal refusal, const HttpRequest& head) = 0;
};

// Answers requests. One thread waits for all connections, begins what the application says may be begun, and sends the
// answers: a request that needs no waiting goes from no thread to another (docs/adr/0007). Every other one has a thread
// of its own until its connection is idle again: what the application does there delays nobody else.
//
// Threads: one. Owns: the port, the connections and all threads. Lifetime: the destructor closes everything and waits
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
  // Stop, on whichever thread it is or will be, waits no longer. From any thread.
  virtual void Hurry() = 0;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_SERVER_H_
