// LambdaApi: what a server answers to the clients of the Lambda API.
#ifndef TANDEM_HOST_LAMBDA_API_H_
#define TANDEM_HOST_LAMBDA_API_H_

#include <functional>
#include <optional>
#include <string>

#include "host/api/context.h"
#include "host/api/operations.h"
#include "host/api/signature.h"
#include "host/http/server.h"

namespace tandem::host {

// Finds the operation that a request asks for, and makes its answer.
//
// Only programs may drive it: a request that a web page has made, known by its Origin or Sec-Fetch-Site, is refused,
// and on a loopback address one whose Host is not this machine, as a page has that points a name of its own here.
//
// Threads: as HttpApplication. Lifetime: `context` must outlive it.
class LambdaApi final : public HttpApplication {
 public:
  // Told, with the request's method, target and User-Agent, the status and the request id.
  using Log = std::function<void(const HttpRequest& request, int status, const std::string& request_id)>;

  // `verifier`: of the signatures of all requests; null: they are not looked at.
  LambdaApi(const ApiContext& context, bool is_loopback, SignatureVerifier* verifier, Log log);

  std::size_t LargestBody(const HttpRequest& head) override;
  HttpResponse Handle(const HttpRequest& request) override;
  bool IsBegun(const HttpRequest& head) override;
  BegunResponse Begin(const HttpRequest& request) override;
  HttpResponse Refuse(HttpRefusal refusal, const HttpRequest& head) override;

 private:
  class Pending;

  // What the request is answered with when no operation answers it; nothing: `operation` does.
  std::optional<HttpResponse> Refuse(ApiCall& call, Operation& operation) const;
  // With what every response has.
  HttpResponse Complete(HttpResponse response, const HttpRequest& request, const std::string& request_id) const;
  HttpResponse AnswerTo(HttpRefusal refusal, const HttpRequest& head);
  bool IsForeign(const HttpRequest& request) const;

  const ApiContext& context_;
  const bool is_loopback_;
  SignatureVerifier* const verifier_;
  const Log log_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_LAMBDA_API_H_
