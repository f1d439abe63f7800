#include "host/server.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "host/api/runtime_check.h"
#include "host/async_invocations.h"
#include "host/concurrency.h"
#include "host/deployments.h"
#include "host/function_store.h"
#include "host/http/server.h"
#include "host/lambda_api.h"
#include "host/logs/function_logs.h"
#include "host/runtime_settings.h"

namespace tandem::host {
namespace {

// Environments for each invocation that may run, so that functions which take turns need not end each other's.
constexpr std::size_t kEnvironmentsFor = 2;
constexpr std::size_t kMostEventsAtOnce = 16;
constexpr std::size_t kMostEventsWaiting = 10'000;

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<std::uint8_t>(c) >> 4U];
    text += kDigits[static_cast<std::uint8_t>(c) & 15U];
  }
  return text;
}

// What handlers call back with. Errors: kInternal, where there are no random numbers.
Result<std::map<std::string, std::string>> VariablesFor(const std::string& endpoint) {
  constexpr std::size_t kKey = 7;
  constexpr std::size_t kSecret = 20;
  constexpr std::size_t kToken = 32;
  std::array<unsigned char, kKey + kSecret + kToken> random{};
  if (RAND_bytes(random.data(), random.size()) != 1) {
    return Status(Code::kInternal, "there are no random numbers for the credentials of functions");
  }
  const std::string_view bytes(reinterpret_cast<const char*>(random.data()), random.size());
  return std::map<std::string, std::string>{{"AWS_ENDPOINT_URL_LAMBDA", "http://" + endpoint},
                                            {"AWS_ACCESS_KEY_ID", "TANDEM" + Hex(bytes.substr(0, kKey))},
                                            {"AWS_SECRET_ACCESS_KEY", Hex(bytes.substr(kKey, kSecret))},
                                            {"AWS_SESSION_TOKEN", Hex(bytes.substr(kKey + kSecret))}};
}

// Those of the operator, and those of the functions, which may call back.
AccessKeys KeysWith(AccessKeys keys, const std::map<std::string, std::string>& variables) {
  keys[variables.at("AWS_ACCESS_KEY_ID")] = variables.at("AWS_SECRET_ACCESS_KEY");
  return keys;
}

// Inline functions have the variables of the server, which so lead them back to it, and not to somewhere else with
// credentials of its user.
void SetForInlineFunctions(const std::map<std::string, std::string>& variables, const std::string& region) {
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) setenv(name, region.c_str(), 1);
}

class LambdaServer final : public Server {
 public:
  // `variables`: of every function.
  LambdaServer(ServerOptions options, std::map<std::string, std::string> variables,
               std::unique_ptr<FunctionStore> store, std::unique_ptr<FunctionLogs> logs,
               std::unique_ptr<HttpServer> http, std::unique_ptr<Runtime> runtime)
      : options_(std::move(options)),
        store_(std::move(store)),
        logs_(std::move(logs)),
        runtime_(std::move(runtime)),
        variables_(std::move(variables)),
        verifier_(KeysWith(options_.keys, variables_)),
        deployments_(*runtime_, *store_,
                     {options_.account, variables_, options_.runtime.package, logs_.get(), options_.inline_use}),
        concurrency_(options_.concurrency),
        context_{options_.account,
                 http->endpoint(),
                 options_.s3_folder,
                 options_.event_retry,
                 options_.runtime.package,
                 [this](const std::string& identifier) {
                   return CheckRuntimeOf(runtime_->registry(), options_.runtime.runtime_match, identifier);
                 },
                 options_.inline_use,
                 [this](const std::string& function, const std::string& warning) {
                   if (options_.say) options_.say("warning: function '" + function + "': " + warning);
                 },
                 *runtime_,
                 *store_,
                 deployments_,
                 concurrency_,
                 async_},
        async_(kMostEventsAtOnce, kMostEventsWaiting),
        api_(context_, http->is_loopback(), options_.keys.empty() ? nullptr : &verifier_, LogTo(options_.access_log)),
        http_(std::move(http)) {}

  const std::string& endpoint() const override { return http_->endpoint(); }
  bool is_loopback() const override { return http_->is_loopback(); }
  ApiResult<bool> Deploy(const LocalFunction& function) override { return DeployLocally(context_, function); }
  Status Start() override { return http_->Start(api_); }
  void Hurry() override {
    http_->Hurry();
    async_.Hurry();
  }
  bool Stop(std::chrono::milliseconds patience) override {
    const auto until = std::chrono::steady_clock::now() + patience;
    const bool answered = http_->Stop(patience);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const bool done = async_.Stop(std::max(left, std::chrono::milliseconds(0)));
    logs_->Flush();  // the process may end without more
    return answered && done;
  }

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
  const std::unique_ptr<FunctionLogs> logs_;
  const std::unique_ptr<Runtime> runtime_;
  const std::map<std::string, std::string> variables_;
  SignatureVerifier verifier_;
  Deployments deployments_;
  Concurrency concurrency_;
  ApiContext context_;
  AsyncInvocations async_;  // whose tasks have what is above
  LambdaApi api_;
  const std::unique_ptr<HttpServer> http_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Open(ServerOptions options) {
  auto store = FunctionStore::Open(options.data_folder);
  if (!store) return store.status();
  auto languages = ReadRuntimeSettings(options.data_folder);
  if (!languages) return languages.status();
  options.runtime.languages = std::move(*languages);
  auto http = HttpServer::Open(options.listen);
  if (!http) return http.status();
  auto variables = VariablesFor((*http)->endpoint());
  if (!variables) return variables.status();
  if (options.inline_use == InlineUse::kAllowed) {  // while there is no other thread that may read them
    SetForInlineFunctions(*variables, options.account.region);
  }
  auto logs = FunctionLogs::Open(options.data_folder + "/logs", options.runtime.log_sink, options.say);
  if (!logs) return logs.status();
  options.runtime.log_sink = logs->get();
  options.runtime.workers.most = kEnvironmentsFor * options.concurrency;
  options.runtime.workers.most_per_function = options.concurrency;
  auto runtime = Runtime::Create(options.runtime);
  if (!runtime) return runtime.status();
  if (const Status status = CheckRuntimeSettings(options.data_folder, (*runtime)->registry()); !status.ok()) {
    return status;
  }
  return std::unique_ptr<Server>(std::make_unique<LambdaServer>(std::move(options), std::move(*variables),
                                                                std::move(*store), std::move(*logs), std::move(*http),
                                                                std::move(*runtime)));
}

}  // namespace tandem::host
