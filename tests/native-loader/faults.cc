#include "faults.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/workers/raw_frame.h"

namespace tandem::native {
namespace {

bool forked = false;

int Number(const Call& call) {
  return static_cast<int>(std::strtol(std::string(call.Event()).c_str(), nullptr, 10));
}

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// A number of the process's own, as process ids may be those of a namespace, and how often this has been called.
std::int32_t Identity(const Call& call) {
  static const unsigned kIdentity = std::random_device()();
  call.Succeed(std::to_string(kIdentity) + ":" + std::to_string(++call.counter));
  return TANDEM_OK;
}

std::int32_t Deadline(const Call& call) {
  call.Succeed(std::to_string(call.invocation->deadline_ms));
  return TANDEM_OK;
}

// How the worker was started. With "once" it is not to serve again.
std::int32_t Start(const Call& call) {
  call.Succeed(forked ? "forked" : "executed", {}, call.Event() == "once" ? TANDEM_RECYCLE : TANDEM_KEEP);
  return TANDEM_OK;
}

// The dynamic library that the event names, as the linker finds it: its path.
std::int32_t LibraryPath(const Call& call) {
  void* library = dlopen(std::string(call.Event()).c_str(), RTLD_NOW);
  const link_map* map = nullptr;
  if (library != nullptr) dlinfo(library, RTLD_DI_LINKMAP, static_cast<void*>(&map));
  call.Succeed(map == nullptr ? dlerror() : map->l_name);
  return TANDEM_OK;
}

std::int32_t ExitNow(const Call& call) {
  WriteAll(STDOUT_FILENO, "last words");
  _exit(Number(call));
}

std::int32_t Raise(const Call& call) {
  std::signal(Number(call), SIG_DFL);
  kill(getpid(), Number(call));
  for (;;) pause();
}

std::int32_t Sleep(const Call& call) {
  std::this_thread::sleep_for(std::chrono::milliseconds(Number(call)));
  call.Succeed("\"slept\"");
  return TANDEM_OK;
}

// After so many milliseconds: whether it has been asked to yield.
std::int32_t Listen(const Call& call) {
  std::this_thread::sleep_for(std::chrono::milliseconds(Number(call)));
  call.Succeed(call.host->is_cancelled(call.sink) == 0 ? "\"not asked\"" : "\"asked\"");
  return TANDEM_OK;
}

std::string ThisProcess() {
  static const unsigned kIdentity = std::random_device()();
  return std::to_string(kIdentity);
}

// Stays until it is asked to yield; answers which process this is.
std::int32_t Hold(const Call& call) {
  while (call.host->is_cancelled(call.sink) == 0) std::this_thread::yield();
  call.Succeed(ThisProcess());
  return TANDEM_OK;
}

// Waits until as many invocations as the event says are in this process at a time; answers which that is.
std::int32_t Meet(const Call& call) {
  static std::atomic<int> arrived{0};
  const int count = Number(call);
  const int together = (arrived++ / count + 1) * count;
  while (arrived < together) std::this_thread::yield();
  call.Succeed(ThisProcess());
  return TANDEM_OK;
}

// As many chunks as the event says, each of the text behind that and its number.
std::int32_t Stream(const Call& call) {
  const std::string text(call.Event().substr(call.Event().find(' ') + 1));
  const int count = Number(call);
  for (int i = 0; i < count; ++i) {
    const std::string chunk = text + std::to_string(i);
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(chunk.data());
    if (call.host->result_chunk(call.sink, bytes, chunk.size()) != 0) break;
  }
  call.Succeed("");
  return TANDEM_OK;
}

// Also deaf to what a polite host would try.
std::int32_t Stuck(const Call& /*call*/) {
  sigset_t all{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  for (;;) pause();
}

std::int32_t CloseAll(const Call& call) {
  close_range(0, ~0U, 0);
  call.Succeed("\"closed\"");
  return TANDEM_OK;
}

// All but the standard streams: the channel is among them.
void CloseTheRest() {
  close_range(3, ~0U, 0);
}

// Says so, has a processor for as many milliseconds as the event says, and exits with status 5.
std::int32_t CloseAndRun(const Call& call) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(Number(call));
  WriteAll(STDOUT_FILENO, "runs on\n");
  CloseTheRest();
  while (std::chrono::steady_clock::now() < until) {
  }
  WriteAll(STDOUT_FILENO, "has run\n");
  syscall(SYS_exit_group, 5);  // at once: a sanitizer's _exit waits
  std::abort();
}

std::int32_t CloseAndStay(const Call& /*call*/) {
  CloseTheRest();
  for (;;) pause();
}

// Writes what is no frame to the channel, and has a processor for ever.
std::int32_t GarbleAndRun(const Call& /*call*/) {
  WriteAll(3, "garbled");
  for (;;) std::this_thread::yield();
}

std::string Varint(std::size_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7U) bytes += static_cast<char>(number | 0x80);
  return bytes + static_cast<char>(number);
}

// What a message's member begins with, which the number says.
std::string Begin(unsigned number, std::size_t size) {
  return static_cast<char>(number << 3U | 2U) + Varint(size);
}

// Sends what the event names, "opened" or "done", with an error of as many MiB of empty frames as it says behind that,
// in the worker's place; and stays. What is in a file counts for nobody's memory.
std::int32_t SendFrames(const Call& call) {
  const bool opened = call.Event().starts_with("opened");
  const std::size_t size = std::stoul(std::string(call.Event().substr(call.Event().find(' ') + 1))) << 20U;
  std::string header = Begin(2, size);
  for (const unsigned number : opened ? std::array{1U, 2U} : std::array{2U, 3U}) {
    header.insert(0, Begin(number, header.size() + size));
  }
  const int file = memfd_create("frames", MFD_CLOEXEC);
  WriteAll(file, header);
  std::string frames;
  while (frames.size() < 1U << 16U) frames += Begin(4, 0);
  for (std::size_t left = size; left > 0; left -= frames.size()) WriteAll(file, frames);
  const test::RawPrefix prefix = {.header_size = static_cast<std::uint32_t>(header.size() + size), .carried = 1};
  test::SendRaw(3, test::Bytes(prefix), {file});
  for (;;) pause();
}

// Fails with as many frames as the event says, each its number.
std::int32_t FailDeep(const Call& call) {
  const int count = Number(call);
  std::vector<std::string> numbers;
  numbers.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) numbers.push_back(std::to_string(i));
  std::vector<tandem_string> frames;
  frames.reserve(numbers.size());
  for (const std::string& number : numbers) frames.push_back(Text(number));
  tandem_error error{};
  error.struct_size = sizeof(error);
  error.type = Text("Native.Deep");
  error.message = Text("deep");
  error.stack_trace = frames.data();
  error.stack_trace_size = frames.size();
  call.host->result_error(call.sink, &error);
  return TANDEM_OK;
}

// What the event says, in a shell that takes the worker's place.
std::int32_t Become(const Call& call) {
  const std::string command(call.Event());
  execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  std::abort();
}

std::int32_t CloseStandard(const Call& call) {
  for (const int fd : {0, 1, 2}) close(fd);
  call.Succeed("\"closed\"");
  return TANDEM_OK;
}

// Parent and child come back from the handler.
std::int32_t AnswerAs(const Call& call, pid_t child) {
  if (child != 0) waitpid(child, nullptr, 0);
  call.Succeed(child == 0 ? "\"child\"" : "\"parent\"");
  return TANDEM_OK;
}

std::int32_t ForkAndReturn(const Call& call) {
  return AnswerAs(call, fork());
}

// Without what the C library does at a fork.
std::int32_t ForkByCallAndReturn(const Call& call) {
  return AnswerAs(call, static_cast<pid_t>(syscall(SYS_fork)));
}

// Both go on to stream.
std::int32_t ForkAndStream(const Call& call) {
  const pid_t child = fork();
  if (child != 0) waitpid(child, nullptr, 0);
  const std::string chunk = child == 0 ? "child" : "parent";
  call.host->result_chunk(call.sink, reinterpret_cast<const std::uint8_t*>(chunk.data()), chunk.size());
  call.Succeed("");
  return TANDEM_OK;
}

// A daemon that ignores signals and keeps the worker's descriptors; answers its pid.
std::int32_t Daemon(const Call& call) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) std::abort();
  if (fork() == 0) {
    setsid();
    clearenv();
    const pid_t daemon = fork();
    if (daemon != 0) {
      const std::string pid = std::to_string(daemon);
      WriteAll(ends[1], pid);
      _exit(0);
    }
    for (int number = 1; number < 32; ++number) std::signal(number, SIG_IGN);
    for (;;) pause();
  }
  close(ends[1]);
  char pid[32] = {};
  if (read(ends[0], pid, sizeof pid - 1) <= 0) std::abort();
  close(ends[0]);
  while (wait(nullptr) > 0) {
  }
  call.Succeed(pid);
  return TANDEM_OK;
}

std::int32_t ChangeProcess(const Call& call) {
  if (chdir("/") != 0) std::abort();
  clearenv();
  sigset_t all{};
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  call.Succeed("\"changed\"");
  return TANDEM_OK;
}

// As many bytes as the event says, in lines of 64, on standard output.
std::int32_t Flood(const Call& call) {
  const std::string line = std::string(63, 'x') + "\n";
  for (int left = Number(call); left > 0; left -= 64) WriteAll(STDOUT_FILENO, line);
  call.Succeed("\"flooded\"");
  return TANDEM_OK;
}

// The event, on standard output.
std::int32_t Write(const Call& call) {
  WriteAll(STDOUT_FILENO, std::string(call.Event()) + "\n");
  call.Succeed(call.Event());
  return TANDEM_OK;
}

// Through the log's way, descriptors 1 and 2, and a child's.
std::int32_t SpeakEverywhere(const Call& call) {
  call.Log("by the log\n");
  WriteAll(STDOUT_FILENO, "by standard output\n");
  WriteAll(STDERR_FILENO, "by standard error\n");
  if (system("echo by a child") != 0) std::abort();
  call.Log("by the log again\n");
  call.Succeed("null");
  return TANDEM_OK;
}

// The same without the log's way.
std::int32_t PrintEverywhere(const Call& call) {
  WriteAll(STDOUT_FILENO, "by standard output\n");
  if (system("echo by a child") != 0) std::abort();
  call.Succeed("null");
  return TANDEM_OK;
}

std::int32_t Variable(const Call& call) {
  const char* value = std::getenv(std::string(call.Event()).c_str());
  call.Succeed(value == nullptr ? "" : value);
  return TANDEM_OK;
}

std::int32_t AllVariables(const Call& call) {
  std::string all;
  for (char** variable = environ; *variable != nullptr; ++variable) all += std::string(*variable) + "\n";
  call.Succeed(all);
  return TANDEM_OK;
}

std::int32_t WorkingDirectory(const Call& call) {
  const std::unique_ptr<char, void (*)(void*)> folder(get_current_dir_name(), std::free);
  call.Succeed(folder.get());
  return TANDEM_OK;
}

// Name, session, signals and limits, as text.
std::int32_t ProcessState(const Call& call) {
  std::string all;
  char name[16] = {};
  prctl(PR_GET_NAME, name);
  all += std::string("name ") + name + "\nleader " + std::to_string(getsid(0) == getpid());
  int death = 0;
  prctl(PR_GET_PDEATHSIG, &death);
  all += "\ndeath " + std::to_string(death) + "\nblocked";
  sigset_t blocked{};
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    if (sigismember(&blocked, number) == 1) all += " " + std::to_string(number);
  }
  all += "\nactions";
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_DFL) continue;
    all += " " + std::to_string(number) + (action.sa_handler == SIG_IGN ? "i" : "h");
  }
  all += "\nlimits";
  for (int limit = 0; limit < static_cast<int>(RLIM_NLIMITS); ++limit) {
    rlimit now{};
    getrlimit(static_cast<__rlimit_resource>(limit), &now);
    all += " " + std::to_string(now.rlim_cur) + "/" + std::to_string(now.rlim_max);
  }
  all += "\nsubreaper ";
  int subreaper = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  all += std::to_string(subreaper) + " umask ";
  const mode_t mask = umask(0);
  umask(mask);
  call.Succeed(all + std::to_string(mask) + "\n");
  return TANDEM_OK;
}

// The descriptors that the process has open.
std::int32_t OpenFiles(const Call& call) {
  std::string open;
  for (int fd = 0; fd < 256; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open += std::to_string(fd) + " ";
  }
  call.Succeed(open);
  return TANDEM_OK;
}

// Touches as many MiB as the event says.
std::int32_t Touch(const Call& call) {
  std::vector<char> bytes(static_cast<std::size_t>(Number(call)) << 20U);
  std::memset(bytes.data(), 1, bytes.size());
  call.Succeed(std::to_string(static_cast<int>(bytes[bytes.size() / 2])));
  return TANDEM_OK;
}

// Touches as many MiB as the event says, and keeps them.
void Keep(const Call& call) {
  const std::size_t size = static_cast<std::size_t>(Number(call)) << 20U;
  auto* const bytes = new char[size];
  std::memset(bytes, 1, size);
  static std::vector<char*> kept;
  kept.push_back(bytes);
}

std::int32_t Hoard(const Call& call) {
  Keep(call);
  call.Succeed("\"kept\"");
  return TANDEM_OK;
}

std::int32_t HoardAndStay(const Call& call) {
  Keep(call);
  for (;;) pause();
}

// As the event says, in a child that the handler waits for.
std::int32_t HoardInChild(const Call& call) {
  if (fork() == 0) HoardAndStay(call);
  wait(nullptr);
  call.Succeed("\"the child has ended\"");
  return TANDEM_OK;
}

// In one that is nobody's child any more.
std::int32_t HoardInDaemon(const Call& call) {
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    if (fork() == 0) HoardAndStay(call);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  for (;;) pause();
}

// A child that has it all, too, but no page of its own.
std::int32_t HoardAndFork(const Call& call) {
  Keep(call);
  if (fork() == 0) {
    for (;;) pause();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  call.Succeed("\"forked\"");
  return TANDEM_OK;
}

// The handler that the event names, with what the event has behind the name.
std::int32_t Mixed(const Call& call) {
  const std::string_view event = call.Event();
  const std::size_t name_size = std::min(event.find(' '), event.size());
  const std::size_t begin = std::min(name_size + 1, event.size());
  const HandlerFunction handler = FindHandler(event.substr(0, name_size));
  if (handler == nullptr) std::abort();
  tandem_payload payload = *call.invocation->payload;
  payload.data += begin;
  payload.size -= begin;
  tandem_invocation invocation = *call.invocation;
  invocation.payload = &payload;
  Call named = call;
  named.invocation = &invocation;
  return handler(named);
}

// The same, once the log says that it begins.
std::int32_t Say(const Call& call) {
  call.Log("begins\n");
  return Mixed(call);
}

}  // namespace

void SetForked() {
  forked = true;
}

HandlerFunction FindFault(std::string_view name) {
  static const std::map<std::string_view, HandlerFunction> kFaults = {
      {"identity", Identity},
      {"deadline", Deadline},
      {"start", Start},
      {"library_path", LibraryPath},
      {"process", ProcessState},
      {"exit_now", ExitNow},
      {"raise", Raise},
      {"sleep", Sleep},
      {"listen", Listen},
      {"stuck", Stuck},
      {"hold", Hold},
      {"meet", Meet},
      {"stream", Stream},
      {"close_all", CloseAll},
      {"close_and_run", CloseAndRun},
      {"close_and_stay", CloseAndStay},
      {"garble_and_run", GarbleAndRun},
      {"send_frames", SendFrames},
      {"fail_deep", FailDeep},
      {"become", Become},
      {"close_standard", CloseStandard},
      {"fork_and_return", ForkAndReturn},
      {"fork_by_call_and_return", ForkByCallAndReturn},
      {"fork_and_stream", ForkAndStream},
      {"daemon", Daemon},
      {"change_process", ChangeProcess},
      {"flood", Flood},
      {"speak_everywhere", SpeakEverywhere},
      {"print_everywhere", PrintEverywhere},
      {"write", Write},
      {"variable", Variable},
      {"all_variables", AllVariables},
      {"working_directory", WorkingDirectory},
      {"open_files", OpenFiles},
      {"touch", Touch},
      {"hoard", Hoard},
      {"hoard_and_stay", HoardAndStay},
      {"hoard_in_child", HoardInChild},
      {"hoard_in_daemon", HoardInDaemon},
      {"hoard_and_fork", HoardAndFork},
      {"mixed", Mixed},
      {"say", Say},
  };
  const auto found = kFaults.find(name);
  return found == kFaults.end() ? nullptr : found->second;
}

}  // namespace tandem::native
