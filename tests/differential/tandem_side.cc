// Runs handlers by Tandem for the differential tests: tandem_side LANGUAGE PATH
//
// PATH is the interpreter or JDK. Reads lines of JSON, each an invocation: `code`, `handler`, `runtime`, `isolation`
// where it is not inline, `log_format` and `log_level` where it has them, `payload_hex`, `request_id` and the rest of
// what the Runtime API tells. Writes a line of JSON for each. A function is added with its first invocation, and stays.
// What functions log goes to standard error.
#include <json/json.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "tandem/runtime.h"
#include "tests/lib/outcome_json.h"

namespace tandem::test {
namespace {

class StandardError final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override { std::cerr << record.text; }
};

// The functions of a Runtime, by what a line says about them.
// Threads: one. Lifetime: the Runtime's.
class Side {
 public:
  explicit Side(Runtime& runtime) : runtime_(runtime) {}

  Json::Value Run(const Json::Value& line) {
    const Result<Function*> function = Get(line);
    Json::Value answer;
    if (!function) {
      answer["fault"] = function.status().message();
      return answer;
    }
    InvokeOptions options;
    options.request_id = RequestId(line["request_id"].asString());
    options.client_context = line["client_context"].asString();
    options.cognito_identity = line["cognito_identity"].asString();
    options.trace_id = line["trace_id"].asString();
    options.tenant_id = line["tenant_id"].asString();
    Event event{std::string_view(PayloadOf(line))};
    event.content_type = line["content_type"].asString();
    return Describe(runtime_.Invoke(**function, event, options).outcome, true);
  }

 private:
  Result<Function*> Get(const Json::Value& line) {
    FunctionConfig config;
    config.code = line["code"].asString();
    config.handler = line["handler"].asString();
    config.runtime = line["runtime"].asString();
    config.log_format = line["log_format"].asString();
    config.log_level = line["log_level"].asString();
    config.arn = line["invoked_function_arn"].asString();
    config.memory_size_mb = 512;
    config.timeout = std::chrono::milliseconds(0);
    if (line["isolation"].asString() == "process") config.isolation = Isolation::kProcess;
    const std::string key = config.code + '\n' + config.handler + '\n' + config.runtime + '\n' + config.log_format +
                            '\n' + config.log_level + '\n' + line["isolation"].asString();
    const auto [at, is_new] = functions_.try_emplace(key, nullptr);
    if (is_new) {
      config.name = "f" + std::to_string(functions_.size());
      const Result<Function*> added = runtime_.Add(std::move(config));
      if (!added) {
        functions_.erase(at);
        return added;
      }
      at->second = *added;
    }
    return at->second;
  }

  Runtime& runtime_;
  std::map<std::string, Function*> functions_;
};

int Serve(const std::string& language, const std::string& path) {
  StandardError log;
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.log_sink = &log;
  options.languages[language].path = path;
  const auto runtime = Runtime::Create(std::move(options));
  if (!runtime) {
    std::cerr << runtime.status().message() << '\n';
    return 3;
  }
  Side side(**runtime);
  for (std::string text; std::getline(std::cin, text);) {
    Json::Value line;
    if (!Json::Reader().parse(text, line)) std::abort();
    WriteLine(side.Run(line));
  }
  return 0;
}

}  // namespace
}  // namespace tandem::test

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  int status = 0;
  // HotSpot leaves the initial thread 1 MiB of its stack.
  std::thread([&] { status = tandem::test::Serve(argv[1], argv[2]); }).join();
  return status;
}
