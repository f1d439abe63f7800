#include "host/lambda_api.h"

#include <array>
#include <exception>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "host/api/call.h"
#include "host/api/json.h"
#include "host/api/operations.h"
#include "tandem/invocation.h"

namespace tandem::host {
namespace {

constexpr std::size_t kLargestInvoke = 6'291'456;  // J-51
constexpr std::size_t kLargestCode = 69'905'067;
constexpr std::size_t kLargestOther = std::size_t{1} << 20;

// One line of the API's table. In a pattern, {} is any one segment.
struct Route {
  std::string_view method;
  std::string_view pattern;
  std::string_view name;  // in the API's model
  Operation operation;    // null: this server does not have it
};

constexpr std::array kRoutes = {
    Route{"POST", "2015-03-31/functions/{}/invocations", "Invoke", Invoke},
    Route{"POST", "2021-11-15/functions/{}/response-streaming-invocations", "InvokeWithResponseStream",
          InvokeWithResponseStream},
    Route{"POST", "2015-03-31/functions", "CreateFunction", CreateFunction},
    Route{"GET", "2015-03-31/functions", "ListFunctions", ListFunctions},
    Route{"GET", "2015-03-31/functions/{}", "GetFunction", GetFunction},
    Route{"DELETE", "2015-03-31/functions/{}", "DeleteFunction", DeleteFunction},
    Route{"GET", "2015-03-31/functions/{}/configuration", "GetFunctionConfiguration", GetFunctionConfiguration},
    Route{"PUT", "2015-03-31/functions/{}/configuration", "UpdateFunctionConfiguration", UpdateFunctionConfiguration},
    Route{"PUT", "2015-03-31/functions/{}/code", "UpdateFunctionCode", UpdateFunctionCode},
    Route{"POST", "2015-03-31/functions/{}/versions", "PublishVersion", PublishVersion},
    Route{"GET", "2015-03-31/functions/{}/versions", "ListVersionsByFunction", ListVersionsByFunction},
    Route{"POST", "2015-03-31/functions/{}/aliases", "CreateAlias", CreateAlias},
    Route{"GET", "2015-03-31/functions/{}/aliases", "ListAliases", ListAliases},
    Route{"GET", "2015-03-31/functions/{}/aliases/{}", "GetAlias", GetAlias},
    Route{"PUT", "2015-03-31/functions/{}/aliases/{}", "UpdateAlias", UpdateAlias},
    Route{"DELETE", "2015-03-31/functions/{}/aliases/{}", "DeleteAlias", DeleteAlias},
    Route{"PUT", "2017-10-31/functions/{}/concurrency", "PutFunctionConcurrency", PutFunctionConcurrency},
    Route{"GET", "2019-09-30/functions/{}/concurrency", "GetFunctionConcurrency", GetFunctionConcurrency},
    Route{"DELETE", "2017-10-31/functions/{}/concurrency", "DeleteFunctionConcurrency", DeleteFunctionConcurrency},
    Route{"POST", "2017-03-31/tags/{}", "TagResource", TagResource},
    Route{"DELETE", "2017-03-31/tags/{}", "UntagResource", UntagResource},
    Route{"GET", "2017-03-31/tags/{}", "ListTags", ListTags},
    Route{"POST", "2015-03-31/functions/{}/policy", "AddPermission", AddPermission},
    Route{"GET", "2015-03-31/functions/{}/policy", "GetPolicy", GetPolicy},
    Route{"DELETE", "2015-03-31/functions/{}/policy/{}", "RemovePermission", RemovePermission},
    Route{"GET", "2016-08-19/account-settings", "GetAccountSettings", GetAccountSettings},
    // What others ask for and this server does not have.
    Route{"POST", "2014-11-13/functions/{}/invoke-async", "InvokeAsync", nullptr},
    Route{"POST", "2018-10-31/layers/{}/versions", "PublishLayerVersion", nullptr},
    Route{"GET", "2018-10-31/layers/{}/versions", "ListLayerVersions", nullptr},
    Route{"GET", "2018-10-31/layers/{}/versions/{}", "GetLayerVersion", nullptr},
    Route{"DELETE", "2018-10-31/layers/{}/versions/{}", "DeleteLayerVersion", nullptr},
    Route{"GET", "2018-10-31/layers", "ListLayers", nullptr},
    Route{"PUT", "2019-09-25/functions/{}/event-invoke-config", "PutFunctionEventInvokeConfig", nullptr},
    Route{"POST", "2019-09-25/functions/{}/event-invoke-config", "UpdateFunctionEventInvokeConfig", nullptr},
    Route{"GET", "2019-09-25/functions/{}/event-invoke-config", "GetFunctionEventInvokeConfig", nullptr},
    Route{"DELETE", "2019-09-25/functions/{}/event-invoke-config", "DeleteFunctionEventInvokeConfig", nullptr},
    Route{"GET", "2019-09-25/functions/{}/event-invoke-config/list", "ListFunctionEventInvokeConfigs", nullptr},
    Route{"POST", "2021-10-31/functions/{}/url", "CreateFunctionUrlConfig", nullptr},
    Route{"GET", "2021-10-31/functions/{}/url", "GetFunctionUrlConfig", nullptr},
    Route{"PUT", "2021-10-31/functions/{}/url", "UpdateFunctionUrlConfig", nullptr},
    Route{"DELETE", "2021-10-31/functions/{}/url", "DeleteFunctionUrlConfig", nullptr},
    Route{"GET", "2021-10-31/functions/{}/urls", "ListFunctionUrlConfigs", nullptr},
    Route{"POST", "2015-03-31/event-source-mappings", "CreateEventSourceMapping", nullptr},
    Route{"GET", "2015-03-31/event-source-mappings", "ListEventSourceMappings", nullptr},
    Route{"GET", "2015-03-31/event-source-mappings/{}", "GetEventSourceMapping", nullptr},
    Route{"PUT", "2015-03-31/event-source-mappings/{}", "UpdateEventSourceMapping", nullptr},
    Route{"DELETE", "2015-03-31/event-source-mappings/{}", "DeleteEventSourceMapping", nullptr},
    Route{"PUT", "2019-09-30/functions/{}/provisioned-concurrency", "PutProvisionedConcurrencyConfig", nullptr},
    Route{"GET", "2019-09-30/functions/{}/provisioned-concurrency", "GetProvisionedConcurrencyConfig", nullptr},
    Route{"DELETE", "2019-09-30/functions/{}/provisioned-concurrency", "DeleteProvisionedConcurrencyConfig", nullptr},
    Route{"GET", "2020-06-30/functions/{}/code-signing-config", "GetFunctionCodeSigningConfig", nullptr},
    Route{"PUT", "2020-06-30/functions/{}/code-signing-config", "PutFunctionCodeSigningConfig", nullptr},
    Route{"DELETE", "2020-06-30/functions/{}/code-signing-config", "DeleteFunctionCodeSigningConfig", nullptr},
    Route{"GET", "2021-07-20/functions/{}/runtime-management-config", "GetRuntimeManagementConfig", nullptr},
    Route{"PUT", "2021-07-20/functions/{}/runtime-management-config", "PutRuntimeManagementConfig", nullptr},
    Route{"GET", "2024-08-31/functions/{}/recursion-config", "GetFunctionRecursionConfig", nullptr},
    Route{"PUT", "2024-08-31/functions/{}/recursion-config", "PutFunctionRecursionConfig", nullptr},
};

// The next segment of a pattern.
std::string_view TakeSegment(std::string_view& pattern) {
  const std::size_t end = std::min(pattern.find('/'), pattern.size());
  const std::string_view segment = pattern.substr(0, end);
  pattern.remove_prefix(std::min(end + 1, pattern.size()));
  return segment;
}

bool Fits(std::string_view pattern, const std::vector<std::string>& segments, std::vector<std::string>& parameters) {
  parameters.clear();
  for (const std::string& segment : segments) {
    if (pattern.empty()) return false;
    const std::string_view wanted = TakeSegment(pattern);
    if (wanted == "{}") {
      parameters.push_back(segment);
    } else if (wanted != segment) {
      return false;
    }
  }
  return pattern.empty();
}

std::string_view PathOf(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string_view HostName(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

LambdaApi::LambdaApi(const ApiContext& context, bool is_loopback, SignatureVerifier* verifier, Log log)
    : context_(context), is_loopback_(is_loopback), verifier_(verifier), log_(std::move(log)) {}

std::size_t LambdaApi::LargestBody(const HttpRequest& head) {
  const std::string_view path = PathOf(head.target);
  if (head.method == "POST" && path.ends_with("invocations")) return kLargestInvoke;
  const bool has_code = path.ends_with("/functions") || path.ends_with("/code") || path.ends_with("/functions/");
  return has_code ? kLargestCode : kLargestOther;
}

HttpResponse LambdaApi::Handle(const HttpRequest& request) {
  const std::string request_id(RequestId::Random().view());
  HttpResponse response;
  try {
    response = Answer(request, request_id);
  } catch (const std::bad_alloc&) {
    response = ResponseTo(ServiceFailure("out of memory"));
  } catch (const std::exception& error) {
    response = ResponseTo(ServiceFailure(error.what()));
  }
  response.headers.emplace_back("x-amzn-RequestId", request_id);
  if (log_) log_(request, response.status, request_id);
  return response;
}

HttpResponse LambdaApi::Answer(const HttpRequest& request, const std::string& request_id) {
  if (IsForeign(request)) {
    return ResponseTo(
        {403, "AccessDeniedException", "This server answers programs of its machine, not web pages.", {}});
  }
  ApiCall call{request, ParseTarget(request.target), {}, context_.account, request_id};
  if (call.target.segments.empty() || call.target.segments == std::vector<std::string>{"health"}) {
    Json::Value health(Json::objectValue);
    health["status"] = "ok";
    return JsonResponse(200, health);
  }
  if (verifier_ != nullptr) {
    if (const auto refusal = verifier_->Verify(request)) return ResponseTo(*refusal);
  }
  bool is_path = false;
  for (const Route& route : kRoutes) {
    if (!Fits(route.pattern, call.target.segments, call.parameters)) continue;
    is_path = true;
    if (route.method != request.method) continue;
    if (route.operation == nullptr) return ResponseTo(NotSupported(std::string(route.name)));
    call.account.region = SignedRegion(request, context_.account.region);
    auto answer = route.operation(context_, call);
    return answer ? std::move(*answer) : ResponseTo(answer.error());
  }
  const std::string what = request.method + " " + std::string(PathOf(request.target));
  if (is_path) return ResponseTo({405, "MethodNotAllowedException", what + " is no operation of the Lambda API.", {}});
  return ResponseTo({404, "UnknownOperationException", what + " is no operation of the Lambda API.", {}});
}

bool LambdaApi::IsForeign(const HttpRequest& request) const {
  if (!HeaderOf(request.headers, "Origin").empty()) return true;
  const std::string_view site = HeaderOf(request.headers, "Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  if (!is_loopback_) return false;
  const std::string_view host = HostName(HeaderOf(request.headers, "Host"));
  return !host.empty() && host != "localhost" && !host.starts_with("127.") && host != "[::1]" &&
         !host.ends_with(".localhost");
}

HttpResponse LambdaApi::Refuse(HttpRefusal refusal, const HttpRequest& head) {
  switch (refusal) {
    case HttpRefusal::kNotHttp:
      return ResponseTo({400, "BadRequestException", "The request is no HTTP/1.1.", {}});
    case HttpRefusal::kHeadTooLarge:
      return ResponseTo({431, "RequestHeaderFieldsTooLargeException", "The head of the request is too large.", {}});
    case HttpRefusal::kTooSlow:
      return ResponseTo({408, "RequestTimeoutException", "The request did not come in time.", {}});
    case HttpRefusal::kBodyTooLarge:
      break;
  }
  const std::string_view path = PathOf(head.target);
  const std::string operation = path.ends_with("invocations") ? "InvokeFunction"
                                : path.ends_with("/code")     ? "UpdateFunctionCode"
                                                              : "CreateFunction";
  return ResponseTo(RequestTooLarge("Request must be smaller than " + std::to_string(LargestBody(head)) +
                                    " bytes for the " + operation + " operation"));
}

}  // namespace tandem::host
