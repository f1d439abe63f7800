#include "host/server.h"

#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "host/async_invocations.h"
#include "host/concurrency.h"
#include "host/deployments.h"
#include "host/function_store.h"
#include "host/http/server.h"
#include "host/lambda_api.h"

namespace tandem::host {
namespace {

// Environments for each invocation that may run, so that functions which take turns need not end each other's.
constexpr std::size_t kEnvironmentsFor = 2;
constexpr std::size_t kMostEventsAtOnce = 16;
constexpr std::size_t kMostEventsWaiting = 10'000;

// Whether an identifier is one that exists, on this machine or elsewhere.
bool KnowsRuntime(const Runtime& runtime, const std::string& identifier) {
  const auto selection = runtime.registry().Select(identifier, RuntimeMatch::kNearestNewer, nullptr);
  return selection.ok() || selection.status().code() != Code::kInvalidArgument;
}

std::string RandomHex(std::size_t bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string raw(bytes, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes));
  std::string text;
  for (const char c : raw) {
    text += kDigits[static_cast<std::uint8_t>(c) >> 4U];
    text += kDigits[static_cast<std::uint8_t>(c) & 15U];
  }
  return text;
}

// What handlers call back with.
std::map<std::string, std::string> VariablesFor(const std::string& endpoint) {
  return {{"AWS_ENDPOINT_URL_LAMBDA", "http://" + endpoint},
          {"AWS_ACCESS_KEY_ID", "TANDEM" + RandomHex(7)},
          {"AWS_SECRET_ACCESS_KEY", RandomHex(20)},
          {"AWS_SESSION_TOKEN", RandomHex(32)}};
}

// Those of the operator, and those of the functions, which may call back.
AccessKeys KeysWith(AccessKeys keys, const std::map<std::string, std::string>& variables) {
  keys[variables.at("AWS_ACCESS_KEY_ID")] = variables.at("AWS_SECRET_ACCESS_KEY");
  return keys;
}

class LambdaServer final : public Server {
 public:
  LambdaServer(ServerOptions options, std::unique_ptr<FunctionStore> store, std::unique_ptr<HttpServer> http,
               std::unique_ptr<Runtime> runtime)
      : options_(std::move(options)),
        store_(std::move(store)),
        runtime_(std::move(runtime)),
        variables_(VariablesFor(http->endpoint())),
        verifier_(KeysWith(options_.keys, variables_)),
        deployments_(*runtime_, *store_, {options_.account, variables_, options_.runtime.log_sink}),
        concurrency_(options_.concurrency),
        async_(kMostEventsAtOnce, kMostEventsWaiting),
        context_{options_.account,
                 http->endpoint(),
                 [this](const std::string& identifier) { return KnowsRuntime(*runtime_, identifier); },
                 *runtime_,
                 *store_,
                 deployments_,
                 concurrency_,
                 async_},
        api_(context_, http->is_loopback(), options_.keys.empty() ? nullptr : &verifier_, LogTo(options_.access_log)),
        http_(std::move(http)) {}

  const std::string& endpoint() const override { return http_->endpoint(); }
  bool is_loopback() const override { return http_->is_loopback(); }
  Status Start() override { return http_->Start(api_); }
  bool Stop(std::chrono::milliseconds patience) override { return http_->Stop(patience); }

 private:
  static LambdaApi::Log LogTo(const std::function<void(const std::string&)>& log) {
    if (!log) return {};
    return [log](const HttpRequest& request, int status, const std::string& request_id) {
      log(request.method + " " + request.target + " " + std::to_string(status) + " " + request_id + " " +
          std::string(HeaderOf(request.headers, "User-Agent")));
    };
  }

  const ServerOptions options_;
  const std::unique_ptr<FunctionStore> store_;
  const std::unique_ptr<Runtime> runtime_;
  const std::map<std::string, std::string> variables_;  // of every function
  SignatureVerifier verifier_;
  Deployments deployments_;
  Concurrency concurrency_;
  AsyncInvocations async_;
  ApiContext context_;
  LambdaApi api_;
  const std::unique_ptr<HttpServer> http_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Open(ServerOptions options) {
  auto store = FunctionStore::Open(options.data_folder);
  if (!store) return store.status();
  auto http = HttpServer::Open(options.listen);
  if (!http) return http.status();
  options.runtime.workers.most = kEnvironmentsFor * options.concurrency;
  options.runtime.workers.most_per_function = options.concurrency;
  auto runtime = Runtime::Create(options.runtime);
  if (!runtime) return runtime.status();
  return std::unique_ptr<Server>(
      std::make_unique<LambdaServer>(std::move(options), std::move(*store), std::move(*http), std::move(*runtime)));
}

}  // namespace tandem::host
