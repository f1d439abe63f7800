// Invocations on threads of their own, and whether they have begun.
#ifndef TANDEM_TESTS_WORKERS_INVOKED_H_
#define TANDEM_TESTS_WORKERS_INVOKED_H_

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>

#include "worker_runtime.h"

namespace tandem::test {

// What stands in a text before the first `end`.
inline std::string Before(const std::string& text, char end) {
  return text.substr(0, text.find(end));
}

// Of "1:1", which process it is and how often it has been called, the process.
inline std::string ProcessOf(const std::string& identity) {
  return Before(identity, ':');
}

// A Runtime that knows how many handlers have said that they begin.
class BeginningRuntime : public WorkerRuntime {
 public:
  using WorkerRuntime::WorkerRuntime;

  void WaitFor(std::size_t begun) const {
    for (;;) {
      std::size_t count = 0;
      for (const KeptRecord& record : log.records()) count += record.text == "begins\n" ? 1 : 0;
      if (count == begun) return;
      std::this_thread::yield();
    }
  }
};

// An invocation on a thread of its own.
class Invoked {
 public:
  Invoked(BeginningRuntime& runtime, Function& function, const std::string& id, std::string event = "{}")
      : runtime_(runtime), function_(function), id_(id), thread_([this, event = std::move(event)] {
          InvokeOptions options;
          options.request_id = RequestId(id_);
          result_ = runtime_.Invoke(function_, event, options);
          done_ = true;
        }) {}
  ~Invoked() {
    if (thread_.joinable()) thread_.join();
  }
  Invoked(const Invoked&) = delete;
  Invoked& operator=(const Invoked&) = delete;

  void Cancel() { runtime_->Cancel(function_, id_); }
  // Where nobody knows when it can be cancelled.
  void CancelUntilItEnds() {
    while (!done_) Cancel();
  }
  bool done() const { return done_; }
  std::string Result() {
    thread_.join();
    return result_.outcome.kind() == Outcome::Kind::kFault ? result_.outcome.fault().message() : Text(result_.outcome);
  }

 private:
  BeginningRuntime& runtime_;
  Function& function_;
  const std::string id_;
  InvokeResult result_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_INVOKED_H_
