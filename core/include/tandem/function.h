// FunctionConfig: a named, configured unit that can be invoked.
#ifndef TANDEM_FUNCTION_H_
#define TANDEM_FUNCTION_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/export.h"

namespace tandem {

// whether a function may be called so: 1 to 64 of the characters a-z, A-Z, 0-9, - and _.
TANDEM_EXPORT bool IsFunctionName(std::string_view name);

// Where a function's handler lives.
enum class Isolation : std::uint8_t {
  kInline,   // in the host's process
  kProcess,  // in worker processes of its own
};

// What a user says about a function. Inline, environment variables and the working directory are the host process's. A
// function whose runtime is `provided`, a program of its own, is never inline. Runtime::Add refuses, with
// kInvalidArgument and the member in the message, a name, timeout, size, concurrency or isolation out of range, a layer
// that is no folder there by an absolute path, and a variable that no process can have.
struct FunctionConfig {
  std::string name;
  std::string key;      // what it is in its Runtime, so that versions of one name can be there; empty: its name
  std::string handler;  // "example.Hello::myHandler", "hello_python.my_handler"
  std::string code;     // a jar, a zip or a directory
  std::string runtime;  // runtime identifier; empty: the package decides, and the newest usable version serves
  std::string version = "$LATEST";
  std::string arn;  // unqualified; empty: arn:aws:lambda:<region>:012345678912:function:<name> (R-30)
  std::string region = "us-east-1";
  std::string log_group_name;               // empty: /aws/lambda/<name> (C-30)
  std::string log_format;                   // AWS_LAMBDA_LOG_FORMAT; empty: text
  std::string log_level;                    // AWS_LAMBDA_LOG_LEVEL; empty: the language's default
  std::vector<std::string> layers;          // folders of unpacked layers, absolute paths, in the listed order
  std::chrono::milliseconds timeout{3000};  // 0: none
  std::int32_t memory_size_mb = 128;        // MiB
  std::int32_t max_concurrency = 1;         // in one environment; more than 1 where the loader allows it
  Isolation isolation = Isolation::kInline;
  // The environment's. Names are not empty and have no '='; neither they nor values have a NUL. Inline they are
  // ignored: there the host sets its own environment.
  std::map<std::string, std::string> variables;
};

}  // namespace tandem

#endif  // TANDEM_FUNCTION_H_
