// tandem-worker: started by the supervisor for one function, whose channel to the host is open as descriptor 3.
#include <sys/socket.h>

#include <csignal>
#include <cstdio>

#include "workers/protocol.h"
#include "workers/worker/worker.h"

int main() {
  using tandem::workers::kWorkerChannel;
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(kWorkerChannel, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    std::fputs("tandem-worker: it is started by Tandem, not by hand\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);  // handlers see an error, as in the languages' own programs
  tandem::workers::ServeAsWorker();
}
