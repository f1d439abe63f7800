#include "workers/worker/threads.h"

#include <pthread.h>

#include <cstring>
#include <string>
#include <vector>

namespace tandem::workers {
namespace {

constexpr std::size_t kStackBytes = std::size_t{8} << 20;

void* RunTask(void* task) {
  (*static_cast<const std::function<void()>*>(task))();
  return nullptr;
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
  return {Code::kInternal, std::string("cannot start a thread: ") + std::strerror(error)};
}

}  // namespace tandem::workers
