// Hosts one runtime for tests in Python: runtime_api_host PROGRAM [ARGUMENT]...
//
// Starts the program with AWS_LAMBDA_RUNTIME_API set and everything else as it is, and writes a line of JSON when it is
// ready. Then reads lines of JSON, each an invocation, and writes a line for each: what became of it, and whether the
// runtime asked for more. Ends, and ends the program, with its input. A payload may be text or, as `payload_hex`,
// bytes. Where the program has ended, `ended` says how, as the service words it (E-40 to E-42).
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

#include "tests/lib/outcome_json.h"
#include "workers/runtime_api.h"

namespace {

using tandem::Payload;
using tandem::test::WriteLine;
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

Json::Value Describe(const RuntimeApiResult& result, bool in_hex) {
  Json::Value line = tandem::test::Describe(result.outcome, in_hex);
  line["kind"] = NameOf(result.kind);
  return line;
}

RuntimeApiInvocation InvocationOf(const Json::Value& line, Json::Value& chunks) {
  RuntimeApiInvocation invocation;
  invocation.request_id = line["request_id"].asString();
  invocation.payload = Payload::Copy(tandem::test::PayloadOf(line));
  invocation.content_type = line["content_type"].asString();
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

// How the program has ended, empty while it runs.
// Threads: written before the API is abandoned, read by whoever has learned that.
std::string ended;

std::string HowItEnded(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return "exit status " + std::to_string(info.si_status);
  return "signal: " + std::to_string(info.si_status);
}

void Serve(RuntimeApi& api) {
  constexpr auto kNoDeadline = RuntimeApi::Clock::time_point::max();
  WriteLine(Describe(api.WaitReady(kNoDeadline), false));
  for (std::string text; std::getline(std::cin, text);) {
    Json::Value line;
    if (!Json::Reader().parse(text, line)) std::abort();
    Json::Value chunks(Json::arrayValue);
    const auto deadline = line.isMember("timeout_ms")
                              ? RuntimeApi::Clock::now() + std::chrono::milliseconds(line["timeout_ms"].asInt64())
                              : kNoDeadline;
    const RuntimeApiResult result = api.Invoke(InvocationOf(line, chunks), deadline);
    Json::Value answer = Describe(result, line.isMember("payload_hex"));
    answer["chunks"] = chunks;
    if (result.kind == RuntimeApiResult::Kind::kAbandoned) answer["ended"] = ended;
    WriteLine(answer);
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
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);  // its id stays its own until the end
    ended = HowItEnded(info);
    api.Abandon();
  });
  Serve(api);
  kill(pid, SIGKILL);
  watcher.join();
  waitpid(pid, nullptr, 0);
  return 0;
}
