// A native agent, which the JVM loads while it starts: writes as other threads and their children may do meanwhile.
// Options: "R W", the ends of a pipe; its child writes when W is closed everywhere. After "fail " the JVM does not
// start.

#include <jni.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace {

void Say(int descriptor, const std::string& text) {
  if (write(descriptor, text.data(), text.size()) < 0) _exit(3);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is JVMTI's
extern "C" __attribute__((visibility("default"))) jint JNICALL Agent_OnLoad(JavaVM*, char* options, void*) {
  const bool fails = strncmp(options, "fail", 4) == 0;
  char* rest = options + (fails ? 4 : 0);
  const int started = static_cast<int>(strtol(rest, &rest, 10));
  const int starts = static_cast<int>(strtol(rest, nullptr, 10));
  std::thread([] {
    for (int i = 0; i < 5000; ++i) Say(1 + i % 2, "line " + std::to_string(i) + "\n");
    Say(1, "no newline");
  }).join();
  if (fork() == 0) {
    close(starts);
    char byte = 0;
    if (read(started, &byte, 1) != 0) _exit(3);
    Say(1, ", then the child");
    _exit(0);
  }
  return fails ? 1 : 0;
}
