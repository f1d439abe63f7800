// An HTTP client for one request.
#ifndef TANDEM_HOST_HTTP_CLIENT_H_
#define TANDEM_HOST_HTTP_CLIENT_H_

#include <chrono>
#include <string>
#include <string_view>

#include "host/http/message.h"
#include "tandem/status.h"

namespace tandem::host {

// Where a server is.
struct HttpEndpoint {
  std::string host;  // a name or an address, an IPv6 one without its brackets
  std::string port;
  std::string path;  // what targets begin with; empty, or with a slash in front and none at its end

  // As the header Host has it.
  std::string HostHeader() const;
};

// Errors: kInvalidArgument for what is no URL such as http://127.0.0.1:9001, or one of another scheme.
Result<HttpEndpoint> ParseHttpEndpoint(std::string_view url);

struct HttpAnswer {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

// Sends the request on a connection of its own, and reads the answer whole, until the deadline. The headers Host,
// Content-Length and Connection are set. Errors: kUnavailable, where nobody is there or what comes is no answer.
Result<HttpAnswer> Exchange(const HttpEndpoint& endpoint, const HttpRequest& request,
                            std::chrono::steady_clock::time_point deadline);

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_CLIENT_H_
