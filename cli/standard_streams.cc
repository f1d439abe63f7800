#include "standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <system_error>

#include "exit_status.h"
#include "text.h"

namespace tandem::cli {
namespace {

// Beyond what handlers expect to be handed out, or where the limit of open files is below that, what there is.
constexpr std::array kFirstPrivateDescriptors = {64, 16, 3};
constexpr std::size_t kImpatientChunk = 4096;  // what a pipe takes at once when it is writable (PIPE_BUF)

bool stdin_was_closed = false;
bool stdout_was_closed = false;
int response_descriptor = -1;
pid_t first_process = 0;

std::string ErrnoText(int error) {
  return std::generic_category().message(error);
}

bool WaitWritable(int descriptor, std::chrono::milliseconds patience) {
  pollfd writable{descriptor, POLLOUT, 0};
  int ready = 0;
  do {
    ready = poll(&writable, 1, static_cast<int>(patience.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

void PrepareStandardStreams() {
  first_process = getpid();
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    if (descriptor == STDIN_FILENO) stdin_was_closed = true;
    if (descriptor == STDOUT_FILENO) stdout_was_closed = true;
    // The lowest free number is this one, as those below are open.
    if (open("/dev/null", O_RDWR) != descriptor) EndProcess(kExitNoOutput);
  }
  // A broken pipe or a file's size limit is an error to report, here and in handlers' own writes.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool StandardInputWasClosed() {
  return stdin_was_closed;
}

Status WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      WaitWritable(descriptor, std::chrono::milliseconds(-1));
    } else if (errno != EINTR) {
      return {Code::kUnavailable, ErrnoText(errno)};
    }
  }
  return {};
}

bool WriteImpatiently(int descriptor, std::string_view bytes, std::chrono::milliseconds patience) {
  while (!bytes.empty() && WaitWritable(descriptor, patience)) {
    const ssize_t written = write(descriptor, bytes.data(), std::min(bytes.size(), kImpatientChunk));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return bytes.empty();
}

int Print(std::string_view text) {
  const Status status = stdout_was_closed ? Status(Code::kUnavailable, "it is closed") : WriteAll(STDOUT_FILENO, text);
  if (status.ok()) return kExitSuccess;
  Complain("cannot write to standard output: " + status.message());
  return kExitNoOutput;
}

void Complain(std::string_view message) {
  // Nobody is left to tell when standard error fails as well.
  static_cast<void>(WriteAll(STDERR_FILENO, "tandem: " + OneLine(message) + "\n").ok());
}

int ComplainInternal(const std::exception& error) {
  Complain(std::string("internal error: ") + error.what());
  return kExitUnavailable;
}

Result<ResponseChannel> ResponseChannel::Take() {
  if (stdout_was_closed) return {Code::kUnavailable, "it is closed"};
  int descriptor = -1;
  for (const int first : kFirstPrivateDescriptors) {
    if (descriptor < 0) descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, first);
  }
  if (descriptor < 0) {
    return {Code::kInternal,
            "no file can be opened (" + ErrnoText(errno) + "): raise the limit, which ulimit -n shows"};
  }
  if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return {Code::kUnavailable, ErrnoText(errno)};
  // Line by line, as C's standard output is a log from here on.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  response_descriptor = descriptor;
  pthread_atfork(nullptr, nullptr, [] { close(response_descriptor); });
  return ResponseChannel(descriptor, isatty(descriptor) == 1);
}

bool IsFirstProcess() {
  return getpid() == first_process;
}

void EndProcess(int status) {
  // Not fflush(): a thread of the handler may hold the stream for ever.
  if (ftrylockfile(stdout) == 0) fflush_unlocked(stdout);
  EndProcessNow(status);
}

void EndProcessNow(int status) {
  for (;;) syscall(SYS_exit_group, status);  // _exit is ours, see exit_catcher.cc
}

}  // namespace tandem::cli
