// tandem-worker: started by the supervisor for one function, whose channel to the host is open as descriptor 3.
#include <sys/socket.h>

#include <csignal>
#include <cstdio>
#include <string_view>

#include "workers/protocol.h"
#include "workers/worker/worker.h"
#include "workers/worker/wrapper.h"

#ifdef __SANITIZE_THREAD__
// It is not to sleep before its end, as a process that does nothing is not waited for (workers/doing.h).
extern "C" __attribute__((visibility("default"), used)) const char* __tsan_default_options() {
  return "atexit_sleep_ms=0";
}
#endif

int main(int count, char** arguments) {
  using tandem::workers::kWorkerChannel;
  const bool wrapped = tandem::workers::IsWrapped(count, arguments);
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(kWorkerChannel, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    std::fputs(
        wrapped
            ? "tandem-worker: AWS_LAMBDA_EXEC_WRAPPER: the wrapper has closed descriptor 3, which the worker needs\n"
            : "tandem-worker: it is started by Tandem, not by hand\n",
        stderr);
    return 2;
  }
  if (count == 2 && std::string_view(arguments[1]) == tandem::workers::kWrapArgument) tandem::workers::BecomeWrapper();
  std::signal(SIGPIPE, SIG_IGN);  // handlers see an error, as in the languages' own programs
  tandem::workers::ServeAsWorker(wrapped ? tandem::workers::StartedBy::kWrapper : tandem::workers::StartedBy::kHost);
}
