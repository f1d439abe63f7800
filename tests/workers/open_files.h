// Which files a process has open.
#ifndef TANDEM_TESTS_WORKERS_OPEN_FILES_H_
#define TANDEM_TESTS_WORKERS_OPEN_FILES_H_

#include <dirent.h>

#include <cstddef>
#include <memory>

namespace tandem::test {

// How many files this process has open.
inline std::size_t OpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  std::size_t count = 0;
  while (folder != nullptr && readdir(folder.get()) != nullptr) ++count;
  return count;
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_OPEN_FILES_H_
