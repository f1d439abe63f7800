// The target `inline`: functions in processes that host them, as an embedding program does.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include "bounded_text.h"
#include "child_process.h"
#include "conformance/target.h"
#include "line_socket.h"
#include "wire.h"
#include "workers/file_descriptor.h"

namespace tandem::conformance {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A VM's start counts for the first invocation.
constexpr std::chrono::seconds kStart{20};
constexpr std::chrono::seconds kGraceToEnd{2};

int MillisecondsTo(SteadyClock::time_point when) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - SteadyClock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

// One that a function cannot guess.
std::uint64_t SomeNumber() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

// The process that hosts one function.
class InlineHost {
 public:
  InlineHost(ChildProcess process, LineSocket channel) : process_(std::move(process)), channel_(std::move(channel)) {}

  // The line that answers; the reason why there is none is in `problem`, and the host is of no use any more.
  std::optional<std::string> Ask(std::string_view line, SteadyClock::time_point deadline, std::string& problem) {
    while (true) {
      if (auto answer = channel_.TakeLine()) {
        if (!channel_.HasInput()) return answer;
        problem = "more than one answer";
        return std::nullopt;
      }
      const short send = line.empty() ? 0 : POLLOUT;
      std::array<pollfd, 3> ready{{{channel_.get(), static_cast<short>(POLLIN | send), 0},
                                   {process_.output(), POLLIN, 0},
                                   {process_.ending(), POLLIN, 0}}};
      const int count = poll(ready.data(), ready.size(), MillisecondsTo(deadline));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0 || SteadyClock::now() >= deadline) {
        problem = "no answer, and it goes on: the host has been ended";
        process_.End();
        return std::nullopt;
      }
      const auto [channel, output, ending] = ready;
      if (output.revents != 0) output_.Append(process_.TakeOutput());
      if ((channel.revents & send) != 0) channel_.Send(line);
      const bool has_input = (channel.revents & ~POLLOUT) != 0;
      if (has_input ? !channel_.Receive() : ending.revents != 0) {
        problem = "no answer: the host has " + process_.WaitEnd(kGraceToEnd);
        return std::nullopt;
      }
    }
  }

  // Whether it has said something that it was not asked for, or has ended.
  bool IsOutOfStep() const { return channel_.HasInput(); }

  std::string TakeOutput() {
    output_.Append(process_.TakeOutput());
    return output_.Take();
  }

  pid_t pid() const { return process_.pid(); }

 private:
  ChildProcess process_;
  LineSocket channel_;
  BoundedText output_;
};

class InlineTarget final : public Target {
 public:
  InlineTarget(std::string program, std::vector<std::string> arguments) : command_(std::move(arguments)) {
    command_.insert(command_.begin(), std::move(program));
    command_.push_back(std::to_string(kPassedDescriptor));
  }

  std::string_view kind() const override { return "inline"; }
  std::string ReasonAgainst(const Implementation& /*implementation*/, const Case& /*given*/) override { return ""; }

  Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given) override {
    Observation seen;
    const auto known = hosts_.find(&implementation);
    if (known != hosts_.end() && known->second.IsOutOfStep()) hosts_.erase(known);
    const bool is_new = !hosts_.contains(&implementation);
    InlineHost* const host = Get(implementation, seen.problem);
    if (host == nullptr) return seen;
    const std::string place = "pid " + std::to_string(host->pid());
    const auto began = SteadyClock::now();
    const auto most = function.timeout + kGrace + (is_new ? kStart : std::chrono::seconds(0));
    const std::uint64_t number = SomeNumber();
    const auto line = host->Ask(RequestLine(number, function, implementation, given), began + most, seen.problem);
    const std::string output = host->TakeOutput();
    if (line) {
      auto read = ReadObservationLine(number, *line);
      if (read) seen = std::move(*read);
      if (!read) seen.problem = read.status().message();
    } else {
      seen.duration = SteadyClock::now() - began;
    }
    seen.log += output;
    seen.evidence.place = place;
    if (!seen.problem.empty()) hosts_.erase(&implementation);
    return seen;
  }

  void End(const Implementation& implementation) override { hosts_.erase(&implementation); }
  void EndFunctions() override { hosts_.clear(); }

 private:
  InlineHost* Get(const Implementation& implementation, std::string& problem) {
    const auto found = hosts_.find(&implementation);
    if (found != hosts_.end()) return &found->second;
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      problem = "cannot make a socket pair";
      return nullptr;
    }
    LineSocket ours{workers::FileDescriptor(ends[0])};  // NOLINT(misc-const-correctness): it is moved
    const workers::FileDescriptor theirs(ends[1]);
    auto process = ChildProcess::Start({command_, PlainEnvironment(), theirs.get()});
    if (!process) {
      problem = process.status().message();
      return nullptr;
    }
    return &hosts_.try_emplace(&implementation, std::move(*process), std::move(ours)).first->second;
  }

  std::vector<std::string> command_;
  std::map<const Implementation*, InlineHost> hosts_;
};

}  // namespace

std::unique_ptr<Target> MakeInlineTarget(std::string program, std::vector<std::string> arguments) {
  return std::make_unique<InlineTarget>(std::move(program), std::move(arguments));
}

}  // namespace tandem::conformance
