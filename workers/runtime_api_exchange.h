// RuntimeApiExchange: what the host and one runtime have to say to each other, without HTTP.
#ifndef TANDEM_WORKERS_RUNTIME_API_EXCHANGE_H_
#define TANDEM_WORKERS_RUNTIME_API_EXCHANGE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "workers/file_descriptor.h"
#include "workers/runtime_api.h"
#include "workers/runtime_api_text.h"

namespace tandem::workers {

// An invocation as the runtime gets it.
struct ApiEvent {
  std::string head;  // EventHead's
  Payload payload;
};

// The invocation under way, as the host has it.
struct ApiCall {
  std::uint64_t number = 0;
  std::shared_ptr<const ApiEvent> event;
  const ChunkReceiver* receiver = nullptr;  // null when there is none, or it wants no more
  std::deque<std::string> chunks;
  std::size_t queued = 0;
  std::optional<Outcome> outcome;
};

// The runtime's states and the invocation under way. What the state forbids is refused with a reply.
//
// Threads: any; the host's side waits, the runtime's side never does. Lifetime: outlives all that use it.
class RuntimeApiExchange {
 public:
  using Clock = RuntimeApi::Clock;

  // Of chunks that the receiver has not had; the runtime waits beyond it.
  static constexpr std::size_t kMostQueued = std::size_t{1} << 20;

  // `wake` is called, by the host's threads, when TakeEvent or HasRoom may have another answer than before.
  explicit RuntimeApiExchange(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Lets the host's thread wait by `waiter`, which is given `changed`, an event's descriptor that does not block.
  // Before anybody waits.
  void WaitBy(FileDescriptor changed, RuntimeApi::Waiter waiter);

  // The host's side: as RuntimeApi's functions.
  RuntimeApiResult WaitReady(Clock::time_point deadline);
  RuntimeApiResult Invoke(const RuntimeApiInvocation& invocation, Clock::time_point deadline);
  void Abandon();

  // The runtime's side.
  enum class Report : std::uint8_t { kResponse, kError };
  struct Next {
    std::optional<ApiReply> refusal;
    std::shared_ptr<const ApiEvent> event;  // with neither, the runtime waits until TakeEvent has one
  };
  // An answer to an invocation that has begun to come.
  struct Post {
    std::optional<ApiReply> refusal;
    std::uint64_t number = 0;  // the invocation's
    bool has_receiver = false;
  };
  Next AskNext();
  std::shared_ptr<const ApiEvent> TakeEvent();
  std::optional<ApiReply> BeginInitError();
  void EndInitError(Outcome outcome);
  Post BeginPost(std::string_view request_id, Report report);
  void AddChunk(std::uint64_t number, std::string chunk);
  // Whether more chunks are welcome.
  bool HasRoom();
  // Whether the invocation was still waiting for it.
  bool EndPost(std::uint64_t number, Outcome outcome);

 private:
  enum class State : std::uint8_t { kStarted, kInitError, kReady, kRunning, kResponse, kErrorResponse, kResponseSent };

  static std::string_view NameOf(State state);
  std::optional<ApiReply> RefusalTo(State to) const;
  template <typename Condition>
  bool WaitUntil(std::unique_lock<std::mutex>& lock, Clock::time_point deadline, const Condition& condition);
  void Notify();
  std::shared_ptr<const ApiEvent> TakeEventLocked();
  RuntimeApiResult WaitForAnswer(std::unique_lock<std::mutex>& lock, Clock::time_point deadline);
  void Wake(std::unique_lock<std::mutex>& lock);
  void DeliverChunk(std::unique_lock<std::mutex>& lock);
  void EndCall();

  const std::function<void()> wake_;
  FileDescriptor event_;
  RuntimeApi::Waiter waiter_;
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kStarted;
  bool abandoned_ = false;
  std::optional<Outcome> init_error_;
  std::uint64_t last_number_ = 0;
  std::string request_id_;  // the one that an answer may have; empty: none
  std::optional<ApiCall> call_;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_RUNTIME_API_EXCHANGE_H_
