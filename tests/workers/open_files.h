// Which files a process has open.
#ifndef TANDEM_TESTS_WORKERS_OPEN_FILES_H_
#define TANDEM_TESTS_WORKERS_OPEN_FILES_H_

#include <dirent.h>

#include <cstddef>
#include <memory>
#include <thread>

namespace tandem::test {

// How many files this process has open.
inline std::size_t OpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  std::size_t count = 0;
  while (folder != nullptr && readdir(folder.get()) != nullptr) ++count;
  return count;
}

// Until no more than `count` are open, which may have been counted while one was still being closed: a process's last
// owner may be the thread that has just told of its end. One that leaks keeps the test from ending.
inline void WaitForOpenFiles(std::size_t count) {
  while (OpenFiles() > count) std::this_thread::yield();
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_OPEN_FILES_H_
