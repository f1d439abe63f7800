// The worker's end of its host: messages of any kind, by a host gone mad, to a worker of the native loader's.
//
// Input: messages, each a letter and what it has (see Next): o open a function, i an invocation, c a cancel, C the same
// where it belongs, t taken, s stand by, r any bytes; F before it: an open file more comes with it. They are all there
// when the worker begins, and then the host is gone.
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fuzz/lib.h"
#include "fuzz/messages.h"
#include "tandem/v1/worker.pb.h"
#include "workers/claims.h"
#include "workers/protocol.h"
#include "workers/worker/worker.h"

namespace tandem::fuzz {
namespace {

using workers::Channel;

// Those that end by themselves, and their processes do not.
constexpr std::array<const char*, 12> kHandlers = {
    "native.echo",   "native.fail",         "native.count",   "native.chunks", "native.fault", "native.throw",
    "native.silent", "native.answer_twice", "native.recycle", "init.fail",     "init.sticky",  "no.such"};

struct Asked {
  int times = 0;
  std::vector<std::string> payloads;
};
using Calls = std::map<std::pair<std::uint64_t, std::uint32_t>, Asked>;

struct Script {
  std::vector<Said> said;
  std::vector<std::string> cancels;
  std::string handler;  // of the first function
  Calls calls;
};

void PutOpen(Input& input, v1::OpenFunction& open, Script& script) {
  constexpr int kMostAtATime = 16;
  open.mutable_runtime()->set_language("native");
  open.mutable_runtime()->set_identifier("native");
  open.mutable_runtime()->set_module(TANDEM_TEST_LOADERS "/native.so");
  open.set_handler(kHandlers[input.Byte() % kHandlers.size()]);
  open.set_max_concurrency(input.Byte() % (kMostAtATime + 1));
  open.set_name("function");
  open.set_version("$LATEST");
  open.set_memory_size_mb(128);
  open.set_code_root("/");
  if (script.handler.empty()) script.handler = open.handler();
}

void PutInvocation(Input& input, v1::RunInvocation& run) {
  run.set_call(input.Byte());
  run.set_place(input.Byte());
  const std::uint8_t flags = input.Byte();
  if ((flags & 4) != 0) run.set_claim(input.Byte());
  v1::Invocation& invocation = *run.mutable_invocation();
  if ((flags & 1) != 0) {
    invocation.ParseFromString(std::string(input.Text()));
    return;
  }
  invocation.set_type(static_cast<v1::InvocationType>(1));
  invocation.set_log_type(static_cast<v1::LogType>(1));
  invocation.set_streaming((flags & 2) != 0);
  invocation.mutable_context()->set_request_id("id-" + std::to_string(run.call()));
  invocation.mutable_context()->set_function_name("function");
  invocation.mutable_context()->set_function_version("$LATEST");
  invocation.mutable_event()->mutable_payload();
}

// False: nothing of it is to be said, as it would change this process or start what the input names.
bool Next(char kind, Input& input, Script& script, Said& said) {
  v1::ToWorker message;
  if (kind == 'o') {
    PutOpen(input, *message.mutable_open(), script);
  } else if (kind == 'i') {
    PutInvocation(input, *message.mutable_invocation());
    said.payload = input.Text();
  } else if (kind == 'c' || kind == 'C') {
    message.mutable_cancel()->set_call(input.Byte());
    message.mutable_cancel()->set_place(input.Byte());
  } else if (kind == 't') {
    message.mutable_take()->add_environment("A=b");
  } else if (kind == 's') {
    message.mutable_stand_by();
  } else {
    said.header = input.Text();
    said.payload = input.Text();
    const bool is_message = message.ParseFromString(said.header);
    if (is_message && !message.has_invocation() && !message.has_cancel() && !message.has_take()) {
      return message.message_case() == v1::ToWorker::MESSAGE_NOT_SET;
    }
  }
  if (message.has_invocation()) {
    Asked& asked = script.calls[{message.invocation().call(), message.invocation().place()}];
    ++asked.times;
    asked.payloads.push_back(said.payload);
  }
  if (said.header.empty()) said.header = message.SerializeAsString();
  if (kind == 'C') script.cancels.push_back(said.header);
  return kind != 'C';
}

Script ReadScript(Input& input) {
  Script script;
  bool with_file = false;
  while (!input.empty() && script.said.size() + script.cancels.size() < 48) {
    const char kind = static_cast<char>(input.Byte());
    Said said;
    if (kind == 'F') {
      with_file = true;
    } else if (Next(kind, input, script, said)) {
      said.with_file = std::exchange(with_file, false);
      script.said.push_back(std::move(said));
    }
  }
  return script;
}

void TakeDone(const v1::InvocationDone& done, std::string_view payload, const Script& script, Calls& left) {
  Asked& asked = left[{done.call(), done.place()}];
  Require(asked.times-- > 0, "an answer that nobody asked for");
  if (!done.outcome().has_success() || script.handler != "native.echo") return;
  const auto found = std::find(asked.payloads.begin(), asked.payloads.end(), payload);
  Require(found != asked.payloads.end() || payload.empty(), "another answer than that to what was asked", payload);
}

// What the worker says, until its end.
void Hear(Channel& channel, const Script& script) {
  Calls left = script.calls;
  bool said_hello = false;
  bool is_open = false;
  for (;;) {
    const auto frame = channel.Receive();
    if (!frame.ok()) {
      Require(frame.status().code() == Code::kUnavailable, "the worker says what is no frame",
              frame.status().message());
      return;
    }
    v1::FromWorker message;
    Require(message.ParseFromString(frame->header) && frame->files.empty(), "the worker says what is no message");
    Require(message.has_hello() != said_hello, "no hello, or two");
    said_hello = true;
    Require(!message.has_opened() || !is_open, "it opens twice");
    is_open = is_open || message.has_opened();
    Require(is_open || message.has_hello() || message.has_log(), "an answer before it is open");
    if (message.has_done()) TakeDone(message.done(), frame->payload.view(), script, left);
    if (message.has_chunk()) {
      Require(script.calls.contains({message.chunk().call(), message.chunk().place()}), "a chunk for nobody");
    }
  }
}

// As the kernel counts them: a folder has a link for each that it has in it.
std::ptrdiff_t Threads() {
  struct stat status {};
  Require(stat("/proc/self/task", &status) == 0, "no threads can be counted");
  return static_cast<std::ptrdiff_t>(status.st_nlink);
}

void RequireThreads(std::ptrdiff_t count) {
  for (int look = 0; look < 5000 && Threads() > count; ++look) usleep(1000);
  Require(Threads() <= count, "a thread is left");
}

void Run(Input input) {
  const Script script = ReadScript(input);
  const int lowest = LowestFree();
  const std::ptrdiff_t threads = Threads();
  {
    auto ends = Channel::Pair();
    auto control = Channel::Pair();
    auto claims = workers::Claims::Make();
    Require(ends.ok() && control.ok() && claims.ok(), "no channel can be made");
    for (std::uint32_t slot = 0; slot < workers::Claims::kSlots; ++slot) claims->first.Offer(slot, slot + 1);
    for (const Said& said : script.said) {
      std::vector<int> files;
      if (said.header.size() > 2 && said.header.front() == '\x0a') {
        files = {control->second.fd(), claims->second.get()};
      }
      if (said.with_file) files.push_back(STDERR_FILENO);
      Require(ends->first.Send(said.header, Payload::Copy(said.payload), files).ok(), "the worker takes nothing");
    }
    for (const std::string& cancel : script.cancels) {
      Require(control->first.Send(cancel).ok(), "the worker takes no cancel");
    }
    shutdown(ends->first.fd(), SHUT_WR);
    shutdown(control->first.fd(), SHUT_WR);
    std::thread host([&] { Hear(ends->first, script); });
    {
      Channel own = std::move(ends->second);
      workers::Worker worker(own, workers::StartedBy::kHost);
      const auto lived = worker.Live();
      if (!lived.ok()) RequireOneLine(lived.status().message(), "an error that is no line");
      RequireThreads(threads + 1);
    }
    host.join();
  }
  RequireThreads(threads);
  RequireNoDescriptorLeft(lowest);
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kWarm = [] {  // the loader is there from now on
    const std::string first("o\0\1", 3);
    tandem::fuzz::Script script;
    tandem::fuzz::Input input(reinterpret_cast<const std::uint8_t*>(first.data()), first.size());
    auto ends = tandem::workers::Channel::Pair();
    auto control = tandem::workers::Channel::Pair();
    auto claims = tandem::workers::Claims::Make();
    input.Byte();
    tandem::v1::ToWorker open;
    tandem::fuzz::PutOpen(input, *open.mutable_open(), script);
    const std::vector<int> files = {control->second.fd(), claims->second.get()};
    tandem::fuzz::Require(ends->first.Send(open.SerializeAsString(), {}, files).ok(), "no worker");
    shutdown(ends->first.fd(), SHUT_WR);
    shutdown(control->first.fd(), SHUT_WR);
    const std::ptrdiff_t threads = tandem::fuzz::Threads();
    tandem::workers::Worker worker(ends->second, tandem::workers::StartedBy::kHost);
    static_cast<void>(worker.Live());
    tandem::fuzz::RequireThreads(threads);
    return true;
  }();
  static_cast<void>(kWarm);
  tandem::fuzz::Run(tandem::fuzz::Input(data, size));
  return 0;
}
