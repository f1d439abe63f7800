// WriterProcess: the program store_writer, which a test may kill.
#ifndef TANDEM_TESTS_HOST_WRITER_PROCESS_H_
#define TANDEM_TESTS_HOST_WRITER_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "workers/file_descriptor.h"

namespace tandem::test {

// Lifetime: its process has ended, and is reaped, when it ends.
class WriterProcess {
 public:
  // `before` is a command that executes the program.
  explicit WriterProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& before = {});
  ~WriterProcess() { Kill(); }
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;

  pid_t pid() const { return pid_; }
  // The next line that it prints; "" when there is none any more.
  std::string Line();
  void Kill();
  // Waits until it ends; the signal that it ends by, else 0.
  int Wait();

 private:
  pid_t pid_ = -1;
  workers::FileDescriptor output_;
  std::string read_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_HOST_WRITER_PROCESS_H_
