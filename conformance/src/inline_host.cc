// The process of the target `inline`, in which a function is hosted.
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <utility>

#include "conformance/target.h"
#include "line_socket.h"
#include "runtime_functions.h"
#include "wire.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kHostStackBytes = std::size_t{8} << 20U;
constexpr int kFarDescriptor = 200;  // from here on, out of the way of what handlers open and close
constexpr int kUnusable = 3;

// The function that a first request tells of, and its invocations.
class HostedFunction {
 public:
  HostedFunction(workers::FileDescriptor channel, RuntimeOptions options, const EnterEnvironment& enter)
      : channel_(std::move(channel)), options_(std::move(options)), enter_(enter) {}

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
    if (const Status entered = enter_(**function, request_->implementation.variables); !entered.ok())
      return Refuse(entered);
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
      request_->number = (*request)->number;
      request_->given = std::move((*request)->given);
    }
    return true;
  }

  int Refuse(const Status& status) {
    Observation seen;
    seen.problem = status.message();
    channel_.Write(ObservationLine(request_->number, seen));
    return kUnusable;
  }

  int Loop() {
    do {
      const Observation seen = functions_->Run(request_->function, request_->implementation, request_->given);
      if (!channel_.Write(ObservationLine(request_->number, seen))) break;
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

  LineSocket channel_;
  RuntimeOptions options_;
  const EnterEnvironment& enter_;
  std::unique_ptr<WireRequest> request_;
  std::unique_ptr<RuntimeFunctions> functions_;
};

}  // namespace

int RunInlineHost(int descriptor, RuntimeOptions options, const EnterEnvironment& enter) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  workers::FileDescriptor channel(fcntl(descriptor, F_DUPFD_CLOEXEC, kFarDescriptor));
  close(descriptor);
  // Never freed: VMs and user code may outlive the last invocation.
  auto* const hosted = new HostedFunction(std::move(channel), std::move(options), enter);
  return hosted->Serve();
}

}  // namespace tandem::conformance
