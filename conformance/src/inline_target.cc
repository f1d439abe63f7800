// The target `inline`: functions in processes that host them, as an embedding program does.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <utility>

#include "child_process.h"
#include "conformance/target.h"
#include "wire.h"
#include "workers/file_descriptor.h"

namespace tandem::conformance {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A VM's start counts for the first invocation.
constexpr std::chrono::seconds kStart{20};
constexpr std::chrono::seconds kGraceToEnd{2};
constexpr std::size_t kAnswerPart = 65536;

int MillisecondsTo(SteadyClock::time_point when) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - SteadyClock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

// The process that hosts one function.
class InlineHost {
 public:
  InlineHost(ChildProcess process, workers::FileDescriptor channel)
      : process_(std::move(process)), channel_(std::move(channel)) {}

  // The line that answers; the reason why there is none is in `problem`, and the host is of no use any more.
  std::optional<std::string> Ask(const std::string& line, SteadyClock::time_point deadline, std::string& problem) {
    if (!Send(line)) {
      problem = "the host has " + End();
      return std::nullopt;
    }
    while (true) {
      if (const std::size_t end = answer_.find('\n'); end != std::string::npos) return TakeAnswer(end, problem);
      std::array<pollfd, 2> ready{{{channel_.get(), POLLIN, 0}, {process_.output(), POLLIN, 0}}};
      if (poll(ready.data(), ready.size(), MillisecondsTo(deadline)) == 0) {
        problem = "no answer, and it goes on: the host has been ended";
        process_.End();
        return std::nullopt;
      }
      output_ += process_.TakeOutput();
      if (ready[0].revents != 0 && !Receive()) {
        problem = "no answer: the host has " + End();
        return std::nullopt;
      }
    }
  }

  std::string TakeOutput() {
    output_ += process_.TakeOutput();
    return std::exchange(output_, {});
  }

  pid_t pid() const { return process_.pid(); }

 private:
  bool Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(channel_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      text.remove_prefix(sent);
    }
    return true;
  }

  bool Receive() {
    std::array<char, kAnswerPart> part{};
    const ssize_t count = recv(channel_.get(), part.data(), part.size(), 0);
    if (count < 0 && errno == EINTR) return true;
    if (count > 0) answer_.append(part.data(), count);
    return count > 0;
  }

  std::optional<std::string> TakeAnswer(std::size_t end, std::string& problem) {
    std::string line = answer_.substr(0, end);
    const bool is_alone = end + 1 == answer_.size();
    answer_.clear();
    if (is_alone) return line;
    problem = "more than one answer";
    return std::nullopt;
  }

  std::string End() { return process_.WaitEnd(kGraceToEnd); }

  ChildProcess process_;
  workers::FileDescriptor channel_;
  std::string answer_;
  std::string output_;
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
    const bool is_new = hosts_.find(&implementation) == hosts_.end();
    InlineHost* const host = Get(implementation, seen.problem);
    if (host == nullptr) return seen;
    const std::string place = "pid " + std::to_string(host->pid());
    const auto began = SteadyClock::now();
    const auto most = function.timeout + kGrace + (is_new ? kStart : std::chrono::seconds(0));
    const auto line = host->Ask(RequestLine(function, implementation, given), began + most, seen.problem);
    const std::string output = host->TakeOutput();
    if (line) {
      auto read = ReadObservationLine(*line);
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
    workers::FileDescriptor ours(ends[0]);
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
