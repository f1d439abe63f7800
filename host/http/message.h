// What an HTTP server of ours hands to its handler and takes from it.
#ifndef TANDEM_HOST_HTTP_MESSAGE_H_
#define TANDEM_HOST_HTTP_MESSAGE_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
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

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_MESSAGE_H_
