// Hosts one runtime for tests in Python: runtime_api_host PROGRAM [ARGUMENT]...
//
// Starts the program with AWS_LAMBDA_RUNTIME_API set and everything else as it is, and writes a line of JSON when it is
// ready. Then reads lines of JSON, each an invocation, and writes a line for each: what became of it, and whether the
// runtime asked for more. Ends, and ends the program, with its input.
#include <json/json.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "workers/runtime_api.h"

namespace {

using tandem::Outcome;
using tandem::Payload;
using tandem::workers::RuntimeApi;
using tandem::workers::RuntimeApiInvocation;
using tandem::workers::RuntimeApiResult;

const char* NameOf(RuntimeApiResult::Kind kind) {
  switch (kind) {
    case RuntimeApiResult::Kind::kReady:
      return "ready";
    case RuntimeApiResult::Kind::kAnswered:
      return "answered";
    case RuntimeApiResult::Kind::kInitError:
      return "init error";
    case RuntimeApiResult::Kind::kTimedOut:
      return "timed out";
    case RuntimeApiResult::Kind::kAbandoned:
      break;
  }
  return "abandoned";
}

Json::Value Describe(const RuntimeApiResult& result) {
  Json::Value line;
  line["kind"] = NameOf(result.kind);
  const Outcome& outcome = result.outcome;
  line["body"] = std::string(outcome.payload().view());
  line["content_type"] = std::string(outcome.content_type());
  if (outcome.kind() == Outcome::Kind::kFault) line["fault"] = outcome.fault().message();
  if (outcome.kind() != Outcome::Kind::kFunctionError) return line;
  Json::Value& error = line["error"];
  error["type"] = outcome.error().type;
  error["message"] = outcome.error().message;
  error["reported_type"] = outcome.error().reported_type;
  error["stack_trace"] = Json::arrayValue;
  for (const std::string& frame : outcome.error().stack_trace) error["stack_trace"].append(frame);
  return line;
}

void Write(const Json::Value& line) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  std::cout << Json::writeString(builder, line) << '\n';
}

RuntimeApiInvocation InvocationOf(const Json::Value& line, Json::Value& chunks) {
  RuntimeApiInvocation invocation;
  invocation.request_id = line["request_id"].asString();
  invocation.payload = Payload::Copy(line["payload"].asString());
  invocation.deadline_ms = line["deadline_ms"].asInt64();
  invocation.invoked_function_arn = line["invoked_function_arn"].asString();
  invocation.trace_id = line["trace_id"].asString();
  invocation.client_context = line["client_context"].asString();
  invocation.cognito_identity = line["cognito_identity"].asString();
  invocation.tenant_id = line["tenant_id"].asString();
  if (line["streams"].asBool()) {
    invocation.chunk_receiver = [&chunks](std::string_view chunk) {
      chunks.append(std::string(chunk));
      return true;
    };
  }
  return invocation;
}

void Serve(RuntimeApi& api) {
  constexpr auto kNoDeadline = RuntimeApi::Clock::time_point::max();
  Write(Describe(api.WaitReady(kNoDeadline)));
  for (std::string text; std::getline(std::cin, text);) {
    Json::Value line;
    if (!Json::Reader().parse(text, line)) std::abort();
    Json::Value chunks(Json::arrayValue);
    const auto deadline = line.isMember("timeout_ms")
                              ? RuntimeApi::Clock::now() + std::chrono::milliseconds(line["timeout_ms"].asInt64())
                              : kNoDeadline;
    Json::Value answer = Describe(api.Invoke(InvocationOf(line, chunks), deadline));
    answer["chunks"] = chunks;
    Write(answer);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  RuntimeApi api;
  const tandem::Status status = api.Start();
  if (!status.ok()) {
    std::cerr << status.message() << '\n';
    return 1;
  }
  setenv("AWS_LAMBDA_RUNTIME_API", api.endpoint().c_str(), 1);
  // The program's output is not ours.
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t pid = 0;
  if (posix_spawnp(&pid, argv[1], &actions, nullptr, argv + 1, environ) != 0) return 1;
  posix_spawn_file_actions_destroy(&actions);
  std::thread watcher([&] {
    siginfo_t ignored{};
    waitid(P_PID, static_cast<id_t>(pid), &ignored, WEXITED | WNOWAIT);  // its id stays its own until the end
    api.Abandon();
  });
  Serve(api);
  kill(pid, SIGKILL);
  watcher.join();
  waitpid(pid, nullptr, 0);
  return 0;
}
