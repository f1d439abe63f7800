// A host that the tests kill: workers_host SUPERVISOR KEEPING CHILD TAG [forked].
//
// It starts a process with a family, whose members write a byte each to standard output, and waits. With `forked`, a
// fork of it, which has all that it has open, stays too.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "workers/supervisor.h"

int main(int argc, char** argv) {
  using tandem::workers::Supervisor;
  if (argc < 5) return 2;
  const auto keeping = static_cast<Supervisor::Keeping>(std::strtol(argv[2], nullptr, 10));
  auto supervisor = Supervisor::Start(argv[1], keeping);
  if (!supervisor) return 3;
  const auto process = (*supervisor)
                           ->StartProcess({.program = argv[3],
                                           .arguments = {"child", "family", argv[4]},
                                           .environment = {},
                                           .working_directory = "/",
                                           .files = {0, 1, 2}});
  if (!process) return 4;
  if (argc > 5 && fork() == 0 && write(STDOUT_FILENO, "r", 1) != 1) return 5;
  for (;;) pause();
}
