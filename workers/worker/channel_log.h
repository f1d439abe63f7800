// ChannelLog: a function's log, on its way to the host.
#ifndef TANDEM_WORKERS_WORKER_CHANNEL_LOG_H_
#define TANDEM_WORKERS_WORKER_CHANNEL_LOG_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "tandem/log.h"
#include "workers/channel.h"
#include "workers/file_descriptor.h"

namespace tandem::workers {

// Each record has its place among what is written to standard output and error (workers/marked_output.h).
//
// Threads: any, also that of a child which user code has forked.
class ChannelLog final : public LogSink {
 public:
  explicit ChannelLog(Channel& channel) : channel_(channel) {}

  // Marks from now on, while nothing is logged, the pipe with that inode, if it is standard output or error.
  void MarkOutput(std::string key, ino_t pipe);
  void Write(const LogRecord& record) noexcept override;
  // The number of a new mark in the pipe; 0: it has none.
  std::uint64_t Mark();
  // Whether something is in the pipe that the host has not read yet.
  bool OutputWaits() const;

 private:
  bool OutputIsPipe(int file) const;

  Channel& channel_;
  std::string key_;
  ino_t pipe_ = 0;
  FileDescriptor output_;  // where user code gives standard output another meaning
  std::atomic<std::uint32_t> marks_{0};
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_WORKER_CHANNEL_LOG_H_
