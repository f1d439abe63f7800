#include "host/api/event_invocation.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "host/api/lookup.h"

namespace tandem::host {
namespace {

using std::chrono::seconds;

constexpr std::size_t kEventLimit = 262'144;  // J-52
// Between attempts that do not come to run (I-19).
constexpr seconds kFirstBackoff{1};
constexpr seconds kLongestBackoff{300};
// Why no event is run any more.
constexpr char kTheEnd[] = "the server ends";

// One event, from when it was accepted until it has succeeded or is given up. Its attempts follow each other.
class AcceptedEvent final : public AsyncTask, public std::enable_shared_from_this<AcceptedEvent> {
 public:
  AcceptedEvent(const ApiContext& context, AskedInvocation asked)
      : context_(context),
        name_(asked.function->name),
        event_(std::move(asked.event)),
        options_(std::move(asked.options)) {
    options_.log_type = LogType::kNone;
    options_.client_context.clear();  // C-34
  }

  // An attempt. One that was woken for a turn and had no use for it wakes the next.
  void Run() override {
    const Deployment* const had_waited_for = std::exchange(waits_for_, nullptr);
    const Deployment* tried = nullptr;
    try {
      tried = TryToRun();
    } catch (const std::exception& error) {  // out of memory, say
      GiveUp(error.what());
    }
    if (had_waited_for != nullptr && had_waited_for != tried) context_.async.Wake(had_waited_for);
  }
  const std::string& name() const override { return name_; }
  void TellLost(std::size_t count) override {
    const std::string lost =
        count == 1 ? "1 event that waited is lost" : std::to_string(count) + " events that waited are lost";
    context_.warn(name_, lost + ": " + kTheEnd);
  }

 private:
  // What it has had the turn of, or waits for; null: none. After it, another thread may have the event.
  const Deployment* TryToRun();
  // Whether it has succeeded. Errors: ServiceException for a fault.
  ApiResult<bool> Invoke(RunningInvocation running) const;
  void AwaitTurn(const TakenTurn& taken);
  void Failed(int most_retries);
  void NotRun(const StoredFunction& function, const ApiError& error);
  void Again(seconds delay, const std::string& why);
  void GiveUp(const std::string& why) const;
  std::string Named() const;

  const ApiContext& context_;
  const std::string name_;
  const Event event_;
  InvokeOptions options_;
  const std::chrono::steady_clock::time_point accepted_ = std::chrono::steady_clock::now();
  seconds longest_age_{kLongestEventAge};
  int failures_ = 0;
  seconds backoff_ = kFirstBackoff;
  const Deployment* waits_for_ = nullptr;  // whose turn wakes it; it may be there no more
};

// The function's, as it is now.
const EventInvokeConfig& ConfigOf(const StoredFunction& function, const std::string& qualifier) {
  static const EventInvokeConfig kNone;
  const auto found = function.event_invoke_configs.find(qualifier.empty() ? "$LATEST" : qualifier);
  return found == function.event_invoke_configs.end() ? kNone : found->second;
}

const Deployment* AcceptedEvent::TryToRun() {
  const auto function = context_.store.Find(name_);
  const auto version = function == nullptr ? nullptr : VersionMeant(*function, options_.qualifier);
  if (version == nullptr) {
    GiveUp("the function is not there any more");
    return nullptr;
  }
  const EventInvokeConfig& config = ConfigOf(*function, options_.qualifier);
  longest_age_ = seconds(config.most_age_seconds.value_or(kLongestEventAge));
  if (std::chrono::steady_clock::now() - accepted_ > longest_age_) {  // I-18: it has waited for so long
    GiveUp("it is older than " + std::to_string(longest_age_.count()) + " s");
    return nullptr;
  }
  TakenTurn taken;
  auto running = TryToBeginInvocation(context_, *function, version, taken);
  if (taken.of != nullptr) {
    AwaitTurn(taken);
    return taken.of.get();
  }
  if (!running) {
    NotRun(*function, running.error());
    return nullptr;
  }
  const Deployment* const had = running->deployment.get();
  const auto succeeded = Invoke(std::move(*running));
  if (!succeeded) {
    NotRun(*function, succeeded.error());
  } else if (!*succeeded) {
    Failed(config.most_retries.value_or(kMostEventRetries));
  }
  return had;
}

// No thread is held meanwhile, which events for other functions may need.
void AcceptedEvent::AwaitTurn(const TakenTurn& taken) {
  const auto longest = std::chrono::ceil<std::chrono::milliseconds>(taken.overdue - InlinePlace::Clock::now());
  if (longest.count() <= 0) return context_.warn(name_, std::string("an event is lost: ") + kHeldUp);
  AsyncInvocations& async = context_.async;
  const Deployment* const place = taken.of.get();
  taken.of->place().SetOnLeft([&async, place] { async.Wake(place); });
  waits_for_ = place;
  if (!async.AddWaiting(place, longest, shared_from_this())) return GiveUp(kTheEnd);
  if (taken.of->place().IsFree()) async.Wake(place);  // it was left before this one waited
}

ApiResult<bool> AcceptedEvent::Invoke(RunningInvocation running) const {
  const InvokeResult result = context_.runtime.Invoke(running.deployment->function(), event_, options_);
  running.turn.EndFork();
  if (result.outcome.kind() == Outcome::Kind::kFault) return ServiceFailure(result.outcome.fault().message());
  return result.outcome.ok();
}

void AcceptedEvent::Failed(int most_retries) {
  ++failures_;
  if (failures_ > most_retries) return GiveUp("it has failed " + std::to_string(failures_) + " times");
  Again(context_.event_retry * failures_, "it has failed");
}

void AcceptedEvent::NotRun(const StoredFunction& function, const ApiError& error) {
  if (function.reserved_concurrency == 0) return GiveUp("the function's reserved concurrency is 0");
  if (backoff_ == kFirstBackoff) context_.warn(name_, Named() + " waits and is tried again: " + error.message);
  Again(std::exchange(backoff_, std::min(backoff_ * 2, kLongestBackoff)), error.message);
}

void AcceptedEvent::Again(seconds delay, const std::string& why) {
  const auto age = std::chrono::steady_clock::now() - accepted_;
  if (age + delay > longest_age_) {
    return GiveUp("it would be older than " + std::to_string(longest_age_.count()) + " s, and " + why);
  }
  if (!context_.async.AddLater(delay, shared_from_this())) GiveUp(kTheEnd);
}

void AcceptedEvent::GiveUp(const std::string& why) const {
  context_.warn(name_, Named() + " is given up: " + why);
}

std::string AcceptedEvent::Named() const {
  return "the event " + std::string(options_.request_id.view());
}

}  // namespace

ApiResult<bool> AcceptEvent(const ApiContext& context, AskedInvocation asked) {
  if (const std::size_t size = asked.event.payload.size(); size > kEventLimit) {
    return RequestTooLarge(std::to_string(size) + " byte payload is too large for the Event invocation type (limit " +
                           std::to_string(kEventLimit) + " bytes)");
  }
  if (context.async.Add(std::make_shared<AcceptedEvent>(context, std::move(asked)))) return true;
  return TooManyRequests("ConcurrentInvocationLimitExceeded");
}

}  // namespace tandem::host
