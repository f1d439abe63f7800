#include "workers/worker/threads.h"

#include <pthread.h>

#include <csignal>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tandem::workers {
namespace {

constexpr std::size_t kStackBytes = std::size_t{8} << 20;

void* RunTask(void* task) {
  (*static_cast<const std::function<void()>*>(task))();
  return nullptr;
}

void* RunOwnTask(void* task) {
  const std::unique_ptr<std::function<void()>> own(static_cast<std::function<void()>*>(task));
  (*own)();
  return nullptr;
}

Status CannotStart(int error) {
  return {Code::kInternal, std::string("cannot start a thread: ") + std::strerror(error)};
}

}  // namespace

Status RunOnThreads(int count, const std::function<void()>& task) {
  pthread_attr_t attributes{};
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  std::vector<pthread_t> threads;
  int error = 0;
  for (int i = 0; i < count && error == 0; ++i) {
    pthread_t thread{};
    error = pthread_create(&thread, &attributes, RunTask, const_cast<std::function<void()>*>(&task));
    if (error == 0) threads.push_back(thread);
  }
  pthread_attr_destroy(&attributes);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  if (error == 0) return {};
  return CannotStart(error);
}

Status StartThread(std::function<void()> task, Signals signals) {
  auto own = std::make_unique<std::function<void()>>(std::move(task));
  sigset_t handled_elsewhere{};
  sigfillset(&handled_elsewhere);
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&handled_elsewhere, number);
  pthread_attr_t attributes{};
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (signals == Signals::kOwn) pthread_attr_setsigmask_np(&attributes, &handled_elsewhere);
  pthread_t thread{};
  const int error = pthread_create(&thread, &attributes, RunOwnTask, own.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) return CannotStart(error);
  static_cast<void>(own.release());  // the thread's
  return {};
}

}  // namespace tandem::workers
