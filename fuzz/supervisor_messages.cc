// The host's end of a supervisor: messages of any kind, by a supervisor gone mad, while the host starts processes.
//
// Input: messages, each a letter and what it has (see Next): h hello, s started, e ended, r any bytes; F before it: an
// open file comes with it. Those up to the first "|" or "." are said at once, those up to the next one when the host
// has asked for a process, and so on; at "|" the supervisor also answers as it should, at "." it is gone.
#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fuzz/lib.h"
#include "fuzz/messages.h"
#include "tandem/v1/supervisor.pb.h"
#include "workers/channel.h"
#include "workers/protocol.h"
#include "workers/supervisor_session.h"

namespace tandem::fuzz {
namespace {

using workers::Channel;
using workers::ProcessEnd;
using workers::ProcessSpec;
using workers::SupervisorSession;

struct Group {
  std::vector<Said> said;
  bool answers = false;  // else it is gone
};

struct Script {
  std::vector<Group> groups{1};
  std::vector<v1::ProcessEnded> ends;
};

v1::FromSupervisor Started(std::uint64_t id, std::int32_t pid) {
  v1::FromSupervisor message;
  message.mutable_started()->set_id(id);
  message.mutable_started()->set_pid(pid);
  return message;
}

// To what it was asked for, or, before that, to begin with.
v1::FromSupervisor AsItShould(std::uint64_t asked) {
  constexpr std::int32_t kPid = 1 << 30;
  if (asked != 0) return Started(asked, kPid);
  v1::FromSupervisor message;
  message.mutable_hello()->set_protocol(workers::kSupervisorProtocol);
  return message;
}

std::string Next(char kind, Input& input, Script& script) {
  v1::FromSupervisor message;
  if (kind == 'h') {
    message.mutable_hello()->set_protocol(workers::kSupervisorProtocol + input.Byte());
    message.mutable_hello()->set_mounts((input.Byte() & 1) != 0);
  } else if (kind == 's') {
    const std::uint64_t id = input.Byte();
    message = Started(id, input.Number<std::int32_t>());
    message.mutable_started()->set_error(input.Number<std::int32_t>());
    message.mutable_started()->set_forked((input.Byte() & 1) != 0);
    message.mutable_started()->set_attempted(std::string(input.Text()));
  } else if (kind == 'e') {
    v1::ProcessEnded& ended = *message.mutable_ended();
    ended.set_id(input.Byte());
    ended.set_status(input.Number<std::int32_t>());
    ended.set_peak_memory_bytes(input.Number<std::int64_t>());
    ended.set_user_time_us(input.Number<std::int64_t>());
    ended.set_system_time_us(input.Number<std::int64_t>());
    script.ends.push_back(ended);
  } else {
    std::string bytes(input.Text());
    if (message.ParseFromString(bytes) && message.has_ended()) script.ends.push_back(message.ended());
    return bytes;
  }
  return message.SerializeAsString();
}

Script ReadScript(Input& input) {
  Script script;
  bool with_file = false;
  while (!input.empty()) {
    const char kind = static_cast<char>(input.Byte());
    if (kind == '|' || kind == '.') {
      script.groups.back().answers = kind == '|';
      script.groups.emplace_back();
    } else if (kind == 'F') {
      with_file = true;
    } else {
      script.groups.back().said.push_back({Next(kind, input, script), {}, std::exchange(with_file, false)});
    }
  }
  return script;
}

// The supervisor, from its hello to its end, or the host's.
void Supervise(Channel& channel, const Script& script) {
  std::uint64_t asked = 0;
  for (const Group& group : script.groups) {
    for (const Said& said : group.said) {
      if (!Say(channel, said)) return;
    }
    if (!group.answers || !Say(channel, {AsItShould(asked).SerializeAsString(), {}})) return;
    for (asked = 0; asked == 0;) {
      const auto frame = channel.Receive();
      v1::ToSupervisor message;
      if (!frame.ok()) return;
      Require(message.ParseFromString(frame->header), "the host says what is no message");
      if (message.has_start()) asked = message.start().id();
      if (message.has_zygote()) asked = message.zygote().process().id();
    }
  }
}

bool WasSaid(const Script& script, std::size_t id, const ProcessEnd& end) {
  for (const v1::ProcessEnded& said : script.ends) {
    if (said.id() == id && said.status() == end.status && said.peak_memory_bytes() == end.peak_memory_bytes)
      return true;
  }
  return end.status == -SIGKILL;
}

void HostIn(SupervisorSession& session, const Script& script) {
  constexpr std::size_t kProcesses = 3;
  ProcessSpec spec;
  spec.program = "/program";
  spec.working_directory = "/";
  std::vector<std::pair<std::size_t, std::shared_ptr<workers::Process>>> processes;
  for (std::size_t id = 1; id <= kProcesses; ++id) {
    auto started = id == 2 ? session.StartZygote(spec, "first") : session.StartProcess(spec);
    if (started.ok()) {
      Require(id == 2 || (*started)->pid() != 0, "a process that was not started");
      (*started)->Kill();
      processes.emplace_back(id, std::move(*started));
    } else {
      RequireOneLine(started.status().message(), "an error that is no line");
    }
  }
  session.Close();
  for (const auto& [id, process] : processes) {
    const auto end = process->end();
    Require(end.has_value(), "a process has not ended with its supervisor");
    Require(WasSaid(script, id, *end), "a process has an end that nobody said");
  }
}

void Run(Input input) {
  const int lowest = LowestFree();
  {
    const Script script = ReadScript(input);
    auto pair = Channel::Pair();
    Require(pair.ok(), "no channel can be made");
    std::thread supervisor([&script, &pair] {
      Channel own = std::move(pair->second);  // closed when it is gone
      Supervise(own, script);
    });
    {
      auto session = SupervisorSession::Begin(std::move(pair->first), 0, "/supervisor");
      if (session.ok()) {
        HostIn(**session, script);
      } else {
        RequireOneLine(session.status().message(), "an error that is no line");
      }
    }
    supervisor.join();
  }
  RequireNoDescriptorLeft(lowest);
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tandem::fuzz::Run(tandem::fuzz::Input(data, size));
  return 0;
}
