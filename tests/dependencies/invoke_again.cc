// Invokes handlers of packages in one process, in the order of its arguments:
//
//     invoke_again java=HOME|python=INTERPRETER PACKAGE HANDLER EVENT [PACKAGE HANDLER EVENT]...
//
// Prints a line for each: ok, error or fault, a blank, and the response or the message. Functions are added once each.
// The functions' log goes to standard error. INVOKE_AGAIN_ISOLATION=process gives each function a worker;
// AWS_LAMBDA_LOG_FORMAT and AWS_LAMBDA_LOG_LEVEL are the functions'.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tandem/runtime.h"

namespace tandem::test {
namespace {

class StandardError final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override {
    if (record.origin == LogOrigin::kFunction) std::cerr << record.text;
  }
};

std::string Show(const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::kFault) return "fault " + outcome.fault().message();
  return (outcome.ok() ? "ok " : "error ") + std::string(outcome.payload().view());
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The functions of a Runtime by package and handler.
class Functions {
 public:
  Functions(Runtime& runtime, std::string language) : runtime_(runtime), language_(std::move(language)) {}

  Result<Function*> Get(const std::string& package, const std::string& handler) {
    const auto [at, is_new] = names_.try_emplace({package, handler}, "f" + std::to_string(names_.size()));
    if (!is_new) return runtime_.Find(at->second);
    FunctionConfig config;
    config.name = at->second;
    config.code = package;
    config.handler = handler;
    config.runtime = language_;
    config.timeout = std::chrono::milliseconds(0);
    config.log_format = Variable("AWS_LAMBDA_LOG_FORMAT");
    config.log_level = Variable("AWS_LAMBDA_LOG_LEVEL");
    if (Variable("INVOKE_AGAIN_ISOLATION") == "process") config.isolation = Isolation::kProcess;
    return runtime_.Add(std::move(config));
  }

 private:
  Runtime& runtime_;
  std::string language_;
  std::map<std::pair<std::string, std::string>, std::string> names_;
};

int Run(const std::vector<std::string>& words) {
  StandardError log;
  const size_t equals = words[0].find('=');
  const std::string language = words[0].substr(0, equals);
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.log_sink = &log;
  options.languages[language].path = words[0].substr(equals + 1);
  const auto runtime = Runtime::Create(std::move(options));
  if (!runtime) {
    std::cerr << runtime.status().message() << '\n';
    return 3;
  }
  Functions functions(**runtime, language);
  for (size_t at = 1; at < words.size(); at += 3) {
    const Result<Function*> function = functions.Get(words[at], words[at + 1]);
    if (!function) {
      std::cerr << function.status().message() << '\n';
      return 2;
    }
    std::cout << Show((*runtime)->Invoke(**function, Event(words[at + 2])).outcome) << '\n' << std::flush;
  }
  return 0;
}

}  // namespace
}  // namespace tandem::test

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 4 || words.size() % 3 != 1 || words[0].find('=') == std::string::npos) {
    std::cerr << "Usage: invoke_again LANGUAGE=PATH PACKAGE HANDLER EVENT [PACKAGE HANDLER EVENT]...\n";
    return 2;
  }
  return tandem::test::Run(words);
}
