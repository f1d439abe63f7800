// ApiCall: one request to the Lambda API, taken apart.
#ifndef TANDEM_HOST_API_CALL_H_
#define TANDEM_HOST_API_CALL_H_

#include <json/value.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/api/error.h"
#include "host/api/function_reference.h"
#include "host/http/message.h"

namespace tandem::host {

// A target without its escapes.
struct ApiTarget {
  std::vector<std::string> segments;                       // of the path
  std::vector<std::pair<std::string, std::string>> query;  // in order
};
ApiTarget ParseTarget(std::string_view target);

// The escapes of RFC 3986, of everything but what is unreserved.
std::string PercentEncoded(std::string_view text, bool keeps_slashes);

struct ApiCall {
  const HttpRequest& request;
  ApiTarget target;
  std::vector<std::string> parameters;  // what stands in the place of the route's {}
  Account account;                      // with the region that the client has signed for
  std::string request_id;

  // Empty: there is none.
  std::string Query(std::string_view name) const;
  std::string_view Header(std::string_view name) const { return HeaderOf(request.headers, name); }
  // The function that the first parameter and the query's Qualifier name.
  ApiResult<FunctionReference> Function() const;
  // An object; empty where there is no body. Errors: SerializationException for what is none.
  ApiResult<Json::Value> Body() const;
};

// The region in a request's signature, else `fallback`.
std::string SignedRegion(const HttpRequest& request, const std::string& fallback);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_CALL_H_
