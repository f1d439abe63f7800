// The process of the target `inline`, in which a function is hosted.
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <utility>

#include "conformance/target.h"
#include "runtime_functions.h"
#include "wire.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kHostStackBytes = std::size_t{8} << 20U;
constexpr std::size_t kRequestPart = 65536;
constexpr int kUnusable = 3;

// Lines of a socket.
class LineChannel {
 public:
  explicit LineChannel(int descriptor) : descriptor_(descriptor) {}

  // Null: the other side has closed it.
  std::optional<std::string> Read() {
    std::size_t end = 0;
    while ((end = text_.find('\n')) == std::string::npos) {
      std::array<char, kRequestPart> part{};
      const ssize_t count = recv(descriptor_, part.data(), part.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return std::nullopt;
      text_.append(part.data(), count);
    }
    std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    return line;
  }

  bool Write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      text.remove_prefix(sent);
    }
    return true;
  }

 private:
  const int descriptor_;
  std::string text_;
};

// The function that a first request tells of, and its invocations.
class HostedFunction {
 public:
  HostedFunction(int descriptor, RuntimeOptions options, const EnterEnvironment& enter)
      : channel_(descriptor), options_(std::move(options)), enter_(enter) {}

  // Returns the exit status.
  int Serve() {
    if (!Next()) return 0;
    auto made = RuntimeFunctions::Make(std::move(options_), [](const auto& function, const auto& implementation) {
      return Result<FunctionConfig>(ConfigOf(function, implementation));
    });
    if (!made) return Refuse(made.status());
    functions_ = std::move(*made);
    const auto function = functions_->Get(request_->function, request_->implementation);
    if (!function) return Refuse(function.status());
    if (Status entered = enter_(**function, request_->implementation.variables); !entered.ok()) return Refuse(entered);
    const auto prefers_main = (*function)->PrefersMainThread();
    if (!prefers_main) return Refuse(prefers_main.status());
    if (*prefers_main) return Loop();
    return LoopOnThread();
  }

 private:
  bool Next() {
    const auto line = channel_.Read();
    if (!line) return false;
    auto request = ReadRequestLine(*line);
    if (!request) return false;
    if (request_ == nullptr) {
      request_ = std::move(*request);
    } else {
      request_->given = std::move((*request)->given);
    }
    return true;
  }

  int Refuse(const Status& status) {
    Observation seen;
    seen.problem = status.message();
    channel_.Write(ObservationLine(seen));
    return kUnusable;
  }

  int Loop() {
    do {
      const Observation seen = functions_->Run(request_->function, request_->implementation, request_->given);
      if (!channel_.Write(ObservationLine(seen))) break;
    } while (Next());
    return 0;
  }

  // Whose stack a JVM's guard pages do not shrink.
  int LoopOnThread() {
    pthread_attr_t attributes{};
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kHostStackBytes);
    const auto run = [](void* arg) -> void* {
      static_cast<HostedFunction*>(arg)->Loop();
      return nullptr;
    };
    pthread_t thread{};
    const int error = pthread_create(&thread, &attributes, run, this);
    pthread_attr_destroy(&attributes);
    if (error != 0) return kUnusable;
    pthread_join(thread, nullptr);
    return 0;
  }

  LineChannel channel_;
  RuntimeOptions options_;
  const EnterEnvironment& enter_;
  std::unique_ptr<WireRequest> request_;
  std::unique_ptr<RuntimeFunctions> functions_;
};

}  // namespace

int RunInlineHost(int descriptor, RuntimeOptions options, const EnterEnvironment& enter) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Never freed: VMs and user code may outlive the last invocation.
  auto* const hosted = new HostedFunction(descriptor, std::move(options), enter);
  return hosted->Serve();
}

}  // namespace tandem::conformance
