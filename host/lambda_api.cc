#include "host/lambda_api.h"

#include <arpa/inet.h>
#include <json/value.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "host/api/begun_invoke.h"
#include "host/api/call.h"
#include "host/api/json.h"
#include "host/api/operations.h"
#include "tandem/invocation.h"

namespace tandem::host {
namespace {

constexpr std::size_t kLargestInvoke = 6'291'456;  // J-51
constexpr std::size_t kLargestCode = 69'905'067;
constexpr std::size_t kLargestOther = std::size_t{1} << 20;

// One line of the API's table. In a pattern, {} is any one segment; the first line that fits counts.
struct Route {
  std::string_view method;
  std::string_view pattern;  // of one with a query, all of it is in the request's
  std::string_view name;     // in the API's model
  Operation operation;       // null: this server does not have it
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
    Route{"PUT", "2019-09-25/functions/{}/event-invoke-config", "PutFunctionEventInvokeConfig",
          PutFunctionEventInvokeConfig},
    Route{"POST", "2019-09-25/functions/{}/event-invoke-config", "UpdateFunctionEventInvokeConfig",
          UpdateFunctionEventInvokeConfig},
    Route{"GET", "2019-09-25/functions/{}/event-invoke-config", "GetFunctionEventInvokeConfig",
          GetFunctionEventInvokeConfig},
    Route{"DELETE", "2019-09-25/functions/{}/event-invoke-config", "DeleteFunctionEventInvokeConfig",
          DeleteFunctionEventInvokeConfig},
    Route{"GET", "2019-09-25/functions/{}/event-invoke-config/list", "ListFunctionEventInvokeConfigs",
          ListFunctionEventInvokeConfigs},
    Route{"POST", "2017-03-31/tags/{}", "TagResource", TagResource},
    Route{"DELETE", "2017-03-31/tags/{}", "UntagResource", UntagResource},
    Route{"GET", "2017-03-31/tags/{}", "ListTags", ListTags},
    Route{"POST", "2015-03-31/functions/{}/policy", "AddPermission", AddPermission},
    Route{"GET", "2015-03-31/functions/{}/policy", "GetPolicy", GetPolicy},
    Route{"DELETE", "2015-03-31/functions/{}/policy/{}", "RemovePermission", RemovePermission},
    Route{"GET", "2016-08-19/account-settings", "GetAccountSettings", GetAccountSettings},
    Route{"POST", "2018-10-31/layers/{}/versions", "PublishLayerVersion", PublishLayerVersion},
    Route{"GET", "2018-10-31/layers?find=LayerVersion", "GetLayerVersionByArn", GetLayerVersionByArn},
    Route{"GET", "2018-10-31/layers", "ListLayers", ListLayers},
    Route{"GET", "2018-10-31/layers/{}/versions", "ListLayerVersions", ListLayerVersions},
    Route{"GET", "2018-10-31/layers/{}/versions/{}", "GetLayerVersion", GetLayerVersion},
    Route{"DELETE", "2018-10-31/layers/{}/versions/{}", "DeleteLayerVersion", DeleteLayerVersion},
    Route{"POST", "2018-10-31/layers/{}/versions/{}/policy", "AddLayerVersionPermission", AddLayerVersionPermission},
    Route{"GET", "2018-10-31/layers/{}/versions/{}/policy", "GetLayerVersionPolicy", GetLayerVersionPolicy},
    Route{"DELETE", "2018-10-31/layers/{}/versions/{}/policy/{}", "RemoveLayerVersionPermission",
          RemoveLayerVersionPermission},
    // What others ask for and this server does not have.
    Route{"POST", "2014-11-13/functions/{}/invoke-async", "InvokeAsync", nullptr},
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
    Route{"GET", "2019-09-30/functions/{}/provisioned-concurrency?List=ALL", "ListProvisionedConcurrencyConfigs",
          nullptr},
    Route{"GET", "2019-09-30/functions/{}/provisioned-concurrency", "GetProvisionedConcurrencyConfig", nullptr},
    Route{"DELETE", "2019-09-30/functions/{}/provisioned-concurrency", "DeleteProvisionedConcurrencyConfig", nullptr},
    Route{"GET", "2020-06-30/functions/{}/code-signing-config", "GetFunctionCodeSigningConfig", nullptr},
    Route{"PUT", "2020-06-30/functions/{}/code-signing-config", "PutFunctionCodeSigningConfig", nullptr},
    Route{"DELETE", "2020-06-30/functions/{}/code-signing-config", "DeleteFunctionCodeSigningConfig", nullptr},
    Route{"GET", "2021-07-20/functions/{}/runtime-management-config", "GetRuntimeManagementConfig", nullptr},
    Route{"PUT", "2021-07-20/functions/{}/runtime-management-config", "PutRuntimeManagementConfig", nullptr},
    Route{"GET", "2024-08-31/functions/{}/recursion-config", "GetFunctionRecursionConfig", nullptr},
    Route{"PUT", "2024-08-31/functions/{}/recursion-config", "PutFunctionRecursionConfig", nullptr},
    Route{"POST", "2020-04-22/code-signing-configs", "CreateCodeSigningConfig", nullptr},
    Route{"GET", "2020-04-22/code-signing-configs", "ListCodeSigningConfigs", nullptr},
    Route{"DELETE", "2020-04-22/code-signing-configs/{}", "DeleteCodeSigningConfig", nullptr},
    Route{"GET", "2020-04-22/code-signing-configs/{}", "GetCodeSigningConfig", nullptr},
    Route{"PUT", "2020-04-22/code-signing-configs/{}", "UpdateCodeSigningConfig", nullptr},
    Route{"GET", "2020-04-22/code-signing-configs/{}/functions", "ListFunctionsByCodeSigningConfig", nullptr},
    Route{"POST", "2025-11-30/capacity-providers", "CreateCapacityProvider", nullptr},
    Route{"GET", "2025-11-30/capacity-providers", "ListCapacityProviders", nullptr},
    Route{"DELETE", "2025-11-30/capacity-providers/{}", "DeleteCapacityProvider", nullptr},
    Route{"GET", "2025-11-30/capacity-providers/{}", "GetCapacityProvider", nullptr},
    Route{"PUT", "2025-11-30/capacity-providers/{}", "UpdateCapacityProvider", nullptr},
    Route{"GET", "2025-11-30/capacity-providers/{}/function-versions", "ListFunctionVersionsByCapacityProvider",
          nullptr},
    Route{"GET", "2025-11-30/functions/{}/function-scaling-config", "GetFunctionScalingConfig", nullptr},
    Route{"PUT", "2025-11-30/functions/{}/function-scaling-config", "PutFunctionScalingConfig", nullptr},
    Route{"POST", "2025-12-01/durable-execution-callbacks/{}/fail", "SendDurableExecutionCallbackFailure", nullptr},
    Route{"POST", "2025-12-01/durable-execution-callbacks/{}/heartbeat", "SendDurableExecutionCallbackHeartbeat",
          nullptr},
    Route{"POST", "2025-12-01/durable-execution-callbacks/{}/succeed", "SendDurableExecutionCallbackSuccess", nullptr},
    Route{"DELETE", "2025-12-01/durable-executions/{}", "DeleteDurableExecution", nullptr},
    Route{"GET", "2025-12-01/durable-executions/{}", "GetDurableExecution", nullptr},
    Route{"POST", "2025-12-01/durable-executions/{}/checkpoint", "CheckpointDurableExecution", nullptr},
    Route{"GET", "2025-12-01/durable-executions/{}/history", "GetDurableExecutionHistory", nullptr},
    Route{"POST", "2025-12-01/durable-executions/{}/pause", "PauseDurableExecution", nullptr},
    Route{"POST", "2025-12-01/durable-executions/{}/resume", "ResumeDurableExecution", nullptr},
    Route{"GET", "2025-12-01/durable-executions/{}/state", "GetDurableExecutionState", nullptr},
    Route{"POST", "2025-12-01/durable-executions/{}/stop", "StopDurableExecution", nullptr},
    Route{"GET", "2025-12-01/functions/{}/durable-executions", "ListDurableExecutionsByFunction", nullptr},
    Route{"DELETE", "2026-07-09/resource-policy/{}", "DeleteResourcePolicy", nullptr},
    Route{"GET", "2026-07-09/resource-policy/{}", "GetResourcePolicy", nullptr},
    Route{"PUT", "2026-07-09/resource-policy/{}", "PutResourcePolicy", nullptr},
};

// The next segment of a pattern.
std::string_view TakeSegment(std::string_view& pattern) {
  const std::size_t end = std::min(pattern.find('/'), pattern.size());
  const std::string_view segment = pattern.substr(0, end);
  pattern.remove_prefix(std::min(end + 1, pattern.size()));
  return segment;
}

bool Fits(std::string_view route, const ApiTarget& target, std::vector<std::string>& parameters) {
  parameters.clear();
  std::string_view pattern = route.substr(0, route.find('?'));
  if (pattern.size() < route.size()) {
    const std::string_view query = route.substr(pattern.size() + 1);
    const auto is_asked = [&](const auto& of_it) { return of_it.first + "=" + of_it.second == query; };
    if (std::none_of(target.query.begin(), target.query.end(), is_asked)) return false;
  }
  for (const std::string& segment : target.segments) {
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

// Whether a layer's package may come with it.
bool IsOfLayer(std::string_view path) {
  return path.starts_with("/2018-10-31/layers/") && path.ends_with("/versions");
}

// Not by how it begins: 127.example.org is a name, too, which its owner may have lead anywhere.
bool IsLoopbackV4(std::string_view host) {
  in_addr address{};
  return inet_pton(AF_INET, std::string(host).c_str(), &address) == 1 && ntohl(address.s_addr) >> 24U == IN_LOOPBACKNET;
}

std::string_view HostName(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

HttpResponse ResponseOf(ApiResult<HttpResponse> answer) {
  return answer ? std::move(*answer) : ResponseTo(answer.error());
}

// What `respond` returns, or what its exception means.
template <typename Respond>
HttpResponse Guarded(const Respond& respond) {
  try {
    return respond();
  } catch (const std::bad_alloc&) {
    return ResponseTo(ServiceFailure("out of memory"));
  } catch (const Json::Exception&) {
    return ResponseTo(WrongJsonType("a member"));
  } catch (const std::exception& error) {
    return ResponseTo(ServiceFailure(error.what()));
  }
}

}  // namespace

LambdaApi::LambdaApi(const ApiContext& context, bool is_loopback, SignatureVerifier* verifier, Log log)
    : context_(context), is_loopback_(is_loopback), verifier_(verifier), log_(std::move(log)) {}

std::size_t LambdaApi::LargestBody(const HttpRequest& head) {
  const std::string_view path = PathOf(head.target);
  if (head.method == "POST" && path.ends_with("invocations")) return kLargestInvoke;
  const bool has_code = path.ends_with("/functions") || path.ends_with("/code") || path.ends_with("/functions/");
  return has_code || IsOfLayer(path) ? kLargestCode : kLargestOther;
}

HttpResponse LambdaApi::Handle(const HttpRequest& request) {
  const std::string request_id(RequestId::Random().view());
  HttpResponse response = Guarded([&] {
    ApiCall call{request, ParseTarget(request.target), {}, context_.account, request_id};
    Operation operation = nullptr;
    if (auto refusal = Refuse(call, operation)) return std::move(*refusal);
    return ResponseOf(operation(context_, call));
  });
  return Complete(std::move(response), request, request_id);
}

bool LambdaApi::IsBegun(const HttpRequest& head) {
  const std::string_view path = PathOf(head.target);
  if (head.method == "POST") return path.starts_with("/2015-03-31/functions/") && path.ends_with("/invocations");
  return head.method == "GET" && (path == "/" || path == "/health");
}

// An Invoke on its way to a complete response.
class LambdaApi::Pending final : public PendingResponse {
 public:
  Pending(const LambdaApi& api, std::unique_ptr<BegunInvoke> invoke) : api_(api), invoke_(std::move(invoke)) {}

  Source source() const override { return invoke_->source(); }
  std::chrono::steady_clock::time_point due() const override { return invoke_->due(); }
  Progress Look() override { return invoke_->Look(); }
  HttpResponse Finish() override {
    HttpResponse response = Guarded([&] { return ResponseOf(invoke_->Finish()); });
    return api_.Complete(std::move(response), invoke_->call().request, invoke_->call().request_id);
  }

 private:
  const LambdaApi& api_;
  const std::unique_ptr<BegunInvoke> invoke_;
};

BegunResponse LambdaApi::Begin(const HttpRequest& request) {
  const std::string request_id(RequestId::Random().view());
  std::unique_ptr<BegunInvoke> begun;
  HttpResponse response = Guarded([&] {
    ApiCall call{request, ParseTarget(request.target), {}, context_.account, request_id};
    Operation operation = nullptr;
    if (auto refusal = Refuse(call, operation)) return std::move(*refusal);
    if (operation != Invoke) return ResponseOf(operation(context_, call));
    auto invoke = BegunInvoke::Begin(context_, std::move(call));
    if (auto* const answer = std::get_if<ApiResult<HttpResponse>>(&invoke)) return ResponseOf(std::move(*answer));
    begun = std::move(std::get<std::unique_ptr<BegunInvoke>>(invoke));
    return HttpResponse();
  });
  if (begun != nullptr) return std::make_unique<Pending>(*this, std::move(begun));
  return Complete(std::move(response), request, request_id);
}

HttpResponse LambdaApi::Complete(HttpResponse response, const HttpRequest& request,
                                 const std::string& request_id) const {
  response.headers.emplace_back("x-amzn-RequestId", request_id);
  if (log_) log_(request, response.status, request_id);
  return response;
}

std::optional<HttpResponse> LambdaApi::Refuse(ApiCall& call, Operation& operation) const {
  const HttpRequest& request = call.request;
  if (IsForeign(request)) {
    return ResponseTo(
        {403, "AccessDeniedException", "This server answers programs of its machine, not web pages.", {}});
  }
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
    if (!Fits(route.pattern, call.target, call.parameters)) continue;
    is_path = true;
    if (route.method != request.method) continue;
    if (route.operation == nullptr) return ResponseTo(NotSupported(std::string(route.name)));
    call.account.region = SignedRegion(request, context_.account.region);
    operation = route.operation;
    return std::nullopt;
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
  return !host.empty() && host != "localhost" && !IsLoopbackV4(host) && host != "[::1]" &&
         !host.ends_with(".localhost");
}

HttpResponse LambdaApi::Refuse(HttpRefusal refusal, const HttpRequest& head) {
  HttpResponse response = AnswerTo(refusal, head);
  response.headers.emplace_back("x-amzn-RequestId", RequestId::Random().view());
  return response;
}

HttpResponse LambdaApi::AnswerTo(HttpRefusal refusal, const HttpRequest& head) {
  switch (refusal) {
    case HttpRefusal::kNotHttp:
      return ResponseTo({400, "BadRequestException", "The request is no HTTP/1.1.", {}});
    case HttpRefusal::kNoHost:
      return ResponseTo({400, "BadRequestException", "A request of HTTP/1.1 has one Host header.", {}});
    case HttpRefusal::kUnknownExpectation:
      return ResponseTo({417, "ExpectationFailedException", "Expect: nothing but 100-continue is known here.", {}});
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
                                : IsOfLayer(path)             ? "PublishLayerVersion"
                                                              : "CreateFunction";
  return ResponseTo(RequestTooLarge("Request must be smaller than " + std::to_string(LargestBody(head)) +
                                    " bytes for the " + operation + " operation"));
}

}  // namespace tandem::host
