// A target that is a server: anything that answers the Lambda API.
#include <strings.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "conformance/target.h"
#include "host/api/call.h"
#include "host/api/json.h"
#include "host/api/signature.h"
#include "host/http/client.h"
#include "json_match.h"

namespace tandem::conformance {
namespace {

constexpr int kFirstRefusal = 300;

std::string EnvironmentVariable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string SigningRegion() {
  for (const char* const name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (std::string region = EnvironmentVariable(name); !region.empty()) return region;
  }
  return "us-east-1";
}

std::string_view NameOfType(InvocationType type) {
  switch (type) {
    case InvocationType::kRequestResponse:
      return "RequestResponse";
    case InvocationType::kEvent:
      return "Event";
    case InvocationType::kDryRun:
      break;
  }
  return "DryRun";
}

// I-01 to I-03.
int StatusOf(InvocationType type) {
  switch (type) {
    case InvocationType::kRequestResponse:
      return 200;
    case InvocationType::kEvent:
      return 202;
    case InvocationType::kDryRun:
      break;
  }
  return 204;
}

bool Has(const host::HttpAnswer& answer, const char* header) {
  return std::any_of(answer.headers.begin(), answer.headers.end(),
                     [header](const auto& each) { return strcasecmp(each.first.c_str(), header) == 0; });
}

// A member of an error's body that is a text.
std::string MemberOf(const std::string& body, const char* name) {
  const auto value = ValueOf(body);
  return value && value->isObject() && (*value)[name].isString() ? (*value)[name].asString() : "";
}

std::string Refusal(const host::HttpAnswer& answer) {
  std::string type(host::HeaderOf(answer.headers, "x-amzn-ErrorType"));
  if (type.empty()) type = "status " + std::to_string(answer.status);
  std::string message = MemberOf(answer.body, "message");
  if (message.empty()) message = MemberOf(answer.body, "Message");
  return message.empty() ? type : type + ": " + message;
}

class EndpointTarget final : public Target {
 public:
  EndpointTarget(std::string url, host::HttpEndpoint endpoint) : url_(std::move(url)), endpoint_(std::move(endpoint)) {}

  std::string_view kind() const override { return "endpoint"; }
  std::string_view name() const override { return url_; }
  std::string ReasonAgainst(const Implementation& /*implementation*/, const Case& given) override {
    if (given.streams()) return "an endpoint is not asked for streaming responses";
    if (!given.request_id.empty()) return "an endpoint makes its own request ids";
    return given.cognito_identity.empty() ? "" : "an endpoint knows no identity";
  }

  Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given) override {
    Observation seen;
    seen.evidence.place = url_;
    const host::HttpRequest request = RequestFor(implementation, given);
    const auto started = std::chrono::steady_clock::now();
    const auto answer = host::Exchange(endpoint_, request, started + function.timeout + kGrace);
    seen.duration = std::chrono::steady_clock::now() - started;
    if (!answer) {
      seen.problem = answer.status().message();
    } else if (answer->status >= kFirstRefusal) {
      seen.problem = Refusal(*answer);
    } else if (answer->status != StatusOf(given.type)) {
      seen.problem = "status " + std::to_string(answer->status) + " instead of " + std::to_string(StatusOf(given.type));
    } else {
      Fill(*answer, seen);
    }
    return seen;
  }

  void EndFunctions() override {}  // they are the server's

 private:
  host::HttpRequest RequestFor(const Implementation& implementation, const Case& given) const {
    host::HttpRequest request;
    request.method = "POST";
    request.target = endpoint_.path + "/2015-03-31/functions/" +
                     host::PercentEncoded(implementation.endpoint_name, false) + "/invocations";
    if (!given.qualifier.empty()) request.target += "?Qualifier=" + host::PercentEncoded(given.qualifier, false);
    request.headers = {
        {"Host", endpoint_.HostHeader()},
        {"User-Agent", "tandem/" + std::string(Version())},
        {"Content-Type", given.content_type.empty() ? "application/json" : given.content_type},
        {"X-Amz-Invocation-Type", std::string(NameOfType(given.type))},
    };
    if (given.type == InvocationType::kRequestResponse) request.headers.emplace_back("X-Amz-Log-Type", "Tail");
    if (!given.client_context.empty()) {
      request.headers.emplace_back("X-Amz-Client-Context", host::Base64(given.client_context));
    }
    if (!given.trace_id.empty()) request.headers.emplace_back("X-Amzn-Trace-Id", given.trace_id);
    if (!given.tenant_id.empty()) request.headers.emplace_back("X-Amz-Tenant-Id", given.tenant_id);
    request.body = Payload::Copy(given.event);
    const host::SigningKey key{EnvironmentVariable("AWS_ACCESS_KEY_ID"), EnvironmentVariable("AWS_SECRET_ACCESS_KEY"),
                               EnvironmentVariable("AWS_SESSION_TOKEN")};
    if (!key.id.empty() && !key.secret.empty()) host::Sign(request, key, SigningRegion());
    return request;
  }

  static void Fill(const host::HttpAnswer& answer, Observation& seen) {
    seen.payload = answer.body;
    seen.failed = Has(answer, "X-Amz-Function-Error");
    const auto log = host::DecodeBase64(host::HeaderOf(answer.headers, "X-Amz-Log-Result"));
    seen.has_log = Has(answer, "X-Amz-Log-Result") && log;
    seen.log = log.value_or("");
    seen.evidence.runtime = host::HeaderOf(answer.headers, "Server");
    if (!seen.failed) return;
    seen.error_type = MemberOf(answer.body, "errorType");
    seen.error_message = MemberOf(answer.body, "errorMessage");
  }

  const std::string url_;
  const host::HttpEndpoint endpoint_;
};

}  // namespace

Result<std::unique_ptr<Target>> MakeEndpointTarget(const std::string& url) {
  auto endpoint = host::ParseHttpEndpoint(url);
  if (!endpoint) return Status(endpoint.status().code(), "--endpoint: " + endpoint.status().message());
  return std::unique_ptr<Target>(std::make_unique<EndpointTarget>(url, std::move(*endpoint)));
}

}  // namespace tandem::conformance
