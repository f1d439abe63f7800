// SignalsBlocked: a scope in which no handler of a signal runs on this thread, nor on one that it starts.
#ifndef TANDEM_WORKERS_SIGNALS_BLOCKED_H_
#define TANDEM_WORKERS_SIGNALS_BLOCKED_H_

#include <pthread.h>

#include <csignal>

namespace tandem::workers {

// A thread that is started meanwhile has every signal blocked for all its life.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SIGNALS_BLOCKED_H_
