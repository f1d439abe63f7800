// Embeds Tandem with a folder of loaders: embed LOADERS PACKAGE HANDLER EVENT prints the response, and logs to
// standard error.

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tandem/runtime.h"

namespace {

class StandardError : public tandem::LogSink {
 public:
  void Write(const tandem::LogRecord& record) noexcept override { std::cerr << record.text; }
};

int Run(const std::vector<std::string>& words) {
  StandardError log;
  tandem::RuntimeOptions options;
  options.loader_dirs = {words[0]};
  options.log_sink = &log;
  const tandem::Result<std::unique_ptr<tandem::Runtime>> runtime = tandem::Runtime::Create(std::move(options));
  if (!runtime) {
    std::cerr << runtime.status().message() << '\n';
    return 3;
  }
  tandem::FunctionConfig config;
  config.name = "embedded";
  config.code = words[1];
  config.handler = words[2];
  const tandem::Result<tandem::Function*> function = (*runtime)->Add(config);
  if (!function) {
    std::cerr << function.status().message() << '\n';
    return 2;
  }
  const tandem::InvokeResult result = (*runtime)->Invoke(**function, tandem::Event(words[3]));
  if (result.outcome.kind() == tandem::Outcome::Kind::kFault) {
    std::cerr << result.outcome.fault().message() << '\n';
    return 3;
  }
  std::cout << result.outcome.payload().view() << '\n';
  return result.outcome.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 4) {
    std::cerr << "Usage: embed LOADERS PACKAGE HANDLER EVENT\n";
    return 2;
  }
  return Run(words);
}
