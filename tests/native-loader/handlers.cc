#include "handlers.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <thread>

#include "faults.h"

namespace tandem::native {
namespace {

std::string Quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

std::string_view View(tandem_string text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// The value of a string member of a flat JSON object: all the JSON that a loader without a language needs.
std::string Member(std::string_view object, const std::string& name) {
  const std::size_t key = object.find(Quoted(name));
  if (key == std::string_view::npos) return {};
  const std::size_t begin = object.find('"', key + name.size() + 2) + 1;
  return std::string(object.substr(begin, object.find('"', begin) - begin));
}

bool LooksBalanced(std::string_view text) {
  int depth = 0;
  for (const char c : text) depth += (c == '{' || c == '[') ? 1 : (c == '}' || c == ']') ? -1 : 0;
  return depth == 0;
}

std::int32_t Echo(const Call& call) {
  if (!LooksBalanced(call.Event())) {
    call.Fail("Native.UnmarshalError", "unbalanced brackets");
  } else {
    call.Succeed(call.Event());
  }
  return TANDEM_OK;
}

std::int32_t Greet(const Call& call) {
  const std::string first = Member(call.Event(), "first_name");
  call.Log("greeting " + first + "\n");
  call.Succeed(R"({"message": "Hello )" + first + " " + Member(call.Event(), "last_name") + R"("})");
  return TANDEM_OK;
}

std::int32_t Count(const Call& call) {
  call.Succeed(std::to_string(++call.counter));
  return TANDEM_OK;
}

std::int32_t Fail(const Call& call) {
  call.Fail("Native.Boom", "boom");
  return TANDEM_OK;
}

std::int32_t DescribeContext(const Call& call) {
  const tandem_invocation& invocation = *call.invocation;
  std::string body = "{\"request_id\": " + Quoted(View(invocation.request_id));
  body += ", \"function_name\": " + Quoted(call.name);
  body += ", \"arn\": " + Quoted(View(invocation.invoked_function_arn));
  body += ", \"version\": " + Quoted(call.version) + ", \"log_group\": " + Quoted(call.log_group);
  body += ", \"log_stream\": " + Quoted(call.log_stream);
  body += R"(, "memory": ")" + std::to_string(call.memory_limit_mb) + '"';
  body += ", \"remaining\": " + std::to_string(call.host->remaining_time_ms(call.sink)) + "}";
  call.Succeed(body);
  return TANDEM_OK;
}

std::int32_t LogTwice(const Call& call) {
  call.Log("logged " + std::string(call.Event()) + "\n");
  call.Log("printed " + std::string(call.Event()) + "\n");
  call.Succeed("null");
  return TANDEM_OK;
}

// The last part of the package's path, twice.
std::int32_t Who(const Call& call) {
  const std::string name = call.code_root.substr(call.code_root.rfind('/') + 1);
  call.Succeed(Quoted(name + "/" + name));
  return TANDEM_OK;
}

// A record of no function.
std::int32_t LogUnattributed(const Call& call) {
  tandem_log_record record{};
  record.struct_size = sizeof(record);
  record.text = Text("unattributed\n");
  call.host->log(call.context, &record);
  call.Succeed("null");
  return TANDEM_OK;
}

// As often as the event says, logs a line, writes one to standard output, and has a child write one.
std::int32_t SpeakInTurns(const Call& call) {
  for (int line = std::stoi(std::string(call.Event())); line > 0; --line) {
    call.Log("logged\n");
    if (dprintf(STDOUT_FILENO, "written\n") < 0 || system("echo by a child") != 0) return TANDEM_FAULT;
  }
  call.Succeed("null");
  return TANDEM_OK;
}

// Forks as often as the event says; every child logs for the function and for none. Answers how many did not end.
std::int32_t ForkAndLog(const Call& call) {
  constexpr unsigned kPatienceSeconds = 10;
  int hung = 0;
  for (int left = std::stoi(std::string(call.Event())); left > 0; --left) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(kPatienceSeconds);
      call.Log("forked\n");
      LogUnattributed(call);
      _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
      ++hung;
      break;
    }
  }
  call.Succeed(std::to_string(hung));
  return TANDEM_OK;
}

// Waits until it is asked to yield.
std::int32_t Wait(const Call& call) {
  while (call.cancelled_id.load() == nullptr) std::this_thread::yield();
  call.cancelled_id.store(nullptr);
  call.Fail("Native.Cancelled", "asked to yield");
  return TANDEM_OK;
}

// Asks the sink itself whether to go on.
std::int32_t PollCancelled(const Call& call) {
  while (call.host->is_cancelled(call.sink) == 0) std::this_thread::yield();
  call.Succeed("\"yielded\"");
  return TANDEM_OK;
}

std::int32_t CodeRoot(const Call& call) {
  call.Succeed(Quoted(call.code_root));
  return TANDEM_OK;
}

std::int32_t Fault(const Call& call) {
  call.host->result_fault(call.sink, TANDEM_FAULT_INTERNAL, Text("the loader broke"));
  return TANDEM_FAULT;
}

std::int32_t Throw(const Call& /*call*/) {
  throw std::runtime_error("escaped");
}

std::int32_t Silent(const Call& /*call*/) {
  return TANDEM_OK;
}

std::int32_t AnswerTwice(const Call& call) {
  call.Succeed("\"first\"");
  call.Fail("Native.Second", "second");
  return TANDEM_OK;
}

std::int32_t Recycle(const Call& call) {
  call.Fail("Native.Recycle", std::to_string(++call.counter), TANDEM_RECYCLE);
  return TANDEM_OK;
}

std::int32_t Exit(const Call& call) {
  call.Fail("", "", TANDEM_EXITED, std::stoi(std::string(call.Event())));
  return TANDEM_OK;
}

std::int32_t Chunks(const Call& call) {
  const std::string_view parts[] = {"one ", "two ", "three"};
  for (const std::string_view part : parts) {
    if (call.host->result_chunk(call.sink, reinterpret_cast<const std::uint8_t*>(part.data()), part.size()) != 0) break;
    ++call.counter;
  }
  call.Succeed(std::to_string(call.counter));
  return TANDEM_OK;
}

// Keeps the payload beyond its own copy and hands it back with its own release function.
std::int32_t HandOver(const Call& call) {
  call.host->payload_retain(call.invocation->payload);
  tandem_result result{};
  result.struct_size = sizeof(result);
  result.data = call.invocation->payload->data;
  result.size = call.invocation->payload->size;
  result.content_type = Text("application/octet-stream");
  struct Held {
    const tandem_host* host;
    const tandem_payload* payload;
  };
  result.release_arg = new Held{call.host, call.invocation->payload};
  result.release = [](void* arg) {
    const auto* held = static_cast<Held*>(arg);
    held->host->payload_release(held->payload);
    delete held;
  };
  call.host->result(call.sink, &result);
  return TANDEM_OK;
}

// Fills a payload of the host's and hands it over.
std::int32_t NewPayload(const Call& call) {
  struct Held {
    const tandem_host* host;
    const tandem_payload* payload;
  };
  tandem_payload* payload = call.host->payload_new(call.context, call.Event().size());
  std::memcpy(const_cast<std::uint8_t*>(payload->data), call.Event().data(), payload->size);
  tandem_result result{};
  result.struct_size = sizeof(result);
  result.data = payload->data;
  result.size = payload->size;
  result.release_arg = new Held{call.host, payload};
  result.release = [](void* arg) {
    const auto* held = static_cast<Held*>(arg);
    held->host->payload_release(held->payload);
    delete held;
  };
  call.host->result(call.sink, &result);
  return TANDEM_OK;
}

// Asks for more memory than there is, in each of the ways in which a host may be asked; the event says which.
std::int32_t Exhaust(const Call& call) {
  tandem_string endless = Text("x");
  endless.size = SIZE_MAX;
  const std::string_view way = call.Event();
  if (way == "result") {
    tandem_result result{};
    result.struct_size = sizeof(result);
    result.data = reinterpret_cast<const std::uint8_t*>(endless.data);
    result.size = endless.size;
    call.host->result(call.sink, &result);
  } else if (way == "error") {
    call.Fail("Native.Boom", View(endless));
  } else if (way == "fault") {
    call.host->result_fault(call.sink, TANDEM_FAULT_INTERNAL, endless);
  } else if (way == "chunk") {
    if (call.host->result_chunk(call.sink, reinterpret_cast<const std::uint8_t*>("x"), 1) == 0) return TANDEM_OK;
    call.Succeed("\"after a lost chunk\"");
  } else {
    if (call.host->payload_new(call.context, SIZE_MAX) != nullptr) return TANDEM_OK;
    call.Succeed("\"nothing is an answer, too\"");
    call.Fail(View(endless), "too late");
  }
  return TANDEM_OK;
}

// Reads the padding behind the payload, as a parser does.
std::int32_t ReadPadding(const Call& call) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < TANDEM_PAYLOAD_PADDING; ++i) {
    sum += call.invocation->payload->data[call.invocation->payload->size + i];
  }
  call.Succeed(std::to_string(sum));
  return TANDEM_OK;
}

// Ends with a line that has no newline yet.
std::int32_t LogOpenLine(const Call& call) {
  call.Log("open");
  call.Succeed("null");
  return TANDEM_OK;
}

std::int32_t LogLevels(const Call& call) {
  for (std::int32_t level = TANDEM_LEVEL_UNSET; level <= TANDEM_LEVEL_FATAL + 1; ++level) {
    tandem_log_record record{};
    record.struct_size = sizeof(record);
    record.function = call.function;
    record.request_id = call.invocation->request_id;
    record.text = Text("level\n");
    record.level = level;
    call.host->log(call.context, &record);
  }
  tandem_log_record homeless{};
  homeless.struct_size = sizeof(homeless);
  homeless.text = Text("homeless\n");
  call.host->log(call.context, &homeless);
  call.Succeed("null");
  return TANDEM_OK;
}

// Gives the hints that the event has between bars, and fails.
std::int32_t GiveHints(const Call& call) {
  std::string_view rest = call.Event();
  while (!rest.empty()) {
    const std::string_view hint = rest.substr(0, rest.find('|'));
    rest.remove_prefix(std::min(rest.size(), hint.size() + 1));
    call.Log(hint, TANDEM_ORIGIN_HINT);
  }
  call.Fail("Native.Error", "with hints");
  return TANDEM_OK;
}

}  // namespace

std::string_view Call::Event() const {
  return {reinterpret_cast<const char*>(invocation->payload->data), invocation->payload->size};
}

void Call::Succeed(std::string_view body, std::string_view content_type, std::int32_t disposition) const {
  tandem_result result{};
  result.struct_size = sizeof(result);
  result.data = reinterpret_cast<const std::uint8_t*>(body.data());
  result.size = body.size();
  if (!content_type.empty()) result.content_type = Text(content_type);
  result.disposition = disposition;
  host->result(sink, &result);
}

void Call::Fail(std::string_view type, std::string_view message, std::int32_t disposition,
                std::int32_t exit_status) const {
  const tandem_string trace[] = {Text("native.handler(handlers.cc)")};
  tandem_error error{};
  error.struct_size = sizeof(error);
  error.type = Text(type);
  error.message = Text(message);
  error.stack_trace = trace;
  error.stack_trace_size = 1;
  error.disposition = disposition;
  error.exit_status = exit_status;
  host->result_error(sink, &error);
}

void Call::Log(std::string_view text, std::int32_t origin) const {
  tandem_log_record record{};
  record.struct_size = sizeof(record);
  record.function = function;
  record.request_id = invocation->request_id;
  record.text = Text(text);
  record.level = TANDEM_LEVEL_INFO;
  record.origin = origin;
  host->log(context, &record);
}

HandlerFunction FindHandler(std::string_view name) {
  static const std::map<std::string_view, HandlerFunction> kHandlers = {
      {"echo", Echo},
      {"greet", Greet},
      {"count", Count},
      {"fail", Fail},
      {"context", DescribeContext},
      {"log", LogTwice},
      {"log_open", LogOpenLine},
      {"who", Who},
      {"wait", Wait},
      {"poll_cancelled", PollCancelled},
      {"code_root", CodeRoot},
      {"fault", Fault},
      {"throw", Throw},
      {"silent", Silent},
      {"answer_twice", AnswerTwice},
      {"recycle", Recycle},
      {"exit", Exit},
      {"chunks", Chunks},
      {"hand_over", HandOver},
      {"new_payload", NewPayload},
      {"exhaust", Exhaust},
      {"read_padding", ReadPadding},
      {"log_levels", LogLevels},
      {"log_unattributed", LogUnattributed},
      {"fork_and_log", ForkAndLog},
      {"speak_in_turns", SpeakInTurns},
      {"hint", GiveHints},
  };
  const auto found = kHandlers.find(name);
  return found == kHandlers.end() ? FindFault(name) : found->second;
}

}  // namespace tandem::native
