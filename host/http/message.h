// What an HTTP server of ours hands to its handler and takes from it.
#ifndef TANDEM_HOST_HTTP_MESSAGE_H_
#define TANDEM_HOST_HTTP_MESSAGE_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/payload.h"

namespace tandem::host {

// A header's name, in the case that it was written in, and its value.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// The first value of a header, whatever the case of its name; empty: there is none.
std::string_view HeaderOf(const HttpHeaders& headers, std::string_view name);

// A request, read whole.
struct HttpRequest {
  std::string method;
  std::string target;  // as it came: the path with its escapes, and the query
  HttpHeaders headers;
  Payload body;
};

// Takes the parts of a body in order; false: the client takes no more.
using HttpBodyWriter = std::function<bool(std::string_view part)>;

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // but for those that say how long it is and whether the connection stays
  Payload body;
  // Set: the body comes from here, in chunks, after the head has been sent; `body` is not looked at.
  std::function<void(const HttpBodyWriter&)> stream;
};

// An answer that somebody works at, while no thread waits for it.
// Threads: one at a time.
class PendingResponse {
 public:
  PendingResponse() = default;
  PendingResponse(const PendingResponse&) = delete;
  PendingResponse& operator=(const PendingResponse&) = delete;
  virtual ~PendingResponse() = default;

  // What becomes readable when there may be something to look at; -1: nothing. What is of one number is the same each
  // time; 0: there is nothing.
  struct Source {
    std::uint64_t number = 0;
    std::array<int, 3> descriptors{-1, -1, -1};
  };
  virtual Source source() const = 0;
  // When to look, whatever has become readable; the past: at once, as nothing will.
  virtual std::chrono::steady_clock::time_point due() const = 0;

  enum class Progress : std::uint8_t {
    kRuns,
    kReady,      // Finish does not wait
    kNeedsWait,  // only Finish goes on
  };
  // Never waits.
  virtual Progress Look() = 0;
  // Once; waits until it is there.
  virtual HttpResponse Finish() = 0;
};

using BegunResponse = std::variant<HttpResponse, std::unique_ptr<PendingResponse>>;

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_MESSAGE_H_
