#include "vm.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>

#include "class_archive.h"
#include "memory_options.h"
#include "process_state.h"
#include "start_output.h"

namespace tandem::java {
namespace {

constexpr size_t kStackSize = 8u << 20;

using CreateJavaVm = jint (*)(JavaVM**, void**, void*);
using GetCreatedJavaVms = jint (*)(JavaVM**, jsize, jsize*);

// What the starting thread and the one that waits for it share. It outlives both, as a VM that gives up while it starts
// leaves its thread behind.
struct Start {
  Start(const VmConfig& vm_config, const std::function<void(JavaVM*, JNIEnv*)>& on_started)
      : config(vm_config), started(on_started) {
    sem_init(&ended, 0, 0);
  }
  ~Start() { sem_destroy(&ended); }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  const VmConfig config;
  const std::function<void(JavaVM*, JNIEnv*)> started;
  std::optional<StartOutput> output;
  std::optional<ToolOptions> tool_options;
  std::optional<SignalHandlers> signals;
  std::optional<ProcessLocale> locale;
  std::vector<std::string> options;
  bool attempted = false;             // the VM's library has been asked for a VM
  std::atomic<bool> returned{false};  // the VM's library has answered, or a thread in it has given up
  std::atomic<bool> gave_up{false};
  sem_t ended;
  JavaVM* vm = nullptr;
  std::string error;

  void RestoreProcess() {
    locale.reset();
    signals.reset();
    tool_options.reset();
  }

  // Allocates nothing.
  void FailForMemory() noexcept {
    RestoreProcess();
    error = "out of memory";
  }

  void Fail(const std::string& reason) {
    const auto names_file = [](const std::string& option) { return option.starts_with("-XX:ErrorFile="); };
    // A start that can fail here has made the output.
    const std::string said = output->TakeReason(std::none_of(options.begin(), options.end(), names_file));
    error = "the JVM could not start: " + (said.empty() ? reason : said);
  }
};

// The start that is under way or has given up, for the VM's hooks, which take no argument of ours.
std::atomic<Start*> current_start{nullptr};

// HotSpot's own messages: collected while it starts, then written to where it wants them.
jint JNICALL OnPrint(FILE* file, const char* format, va_list arguments) {
  Start* start = current_start.load();
  if (start == nullptr) return vdprintf(fileno(file), format, arguments);
  char text[2048];
  const int size = vsnprintf(text, sizeof(text), format, arguments);
  try {
    const size_t kept = std::min(static_cast<size_t>(std::max(size, 0)), sizeof(text) - 1);
    // Made before the hook is.
    if (kept > 0) start->output->Hooked(fileno(file), std::string_view(text, kept));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): out of memory below HotSpot; the text is lost
  }
  return size;
}

[[noreturn]] void WaitForever() {
  for (;;) pause();
}

// HotSpot ends the process when it cannot start. The thread stays here instead, maybe in a signal handler, and the one
// that waits learns of it.
void GiveUp() {
  Start* start = current_start.load();
  if (start == nullptr) return;
  if (!start->returned.exchange(true)) {
    start->gave_up = true;
    sem_post(&start->ended);
  }
  WaitForever();
}

void JNICALL OnExit(jint) {
  GiveUp();
}
void JNICALL OnAbort() {
  GiveUp();
}

const char* ErrorName(jint code) {
  switch (code) {
    case JNI_EVERSION:
      return "unsupported JNI version";
    case JNI_ENOMEM:
      return "not enough memory";
    case JNI_EEXIST:
      return "this process already has a JVM";
    case JNI_EINVAL:
      return "an option was refused";
    default:
      return "unknown error";
  }
}

template <typename F>
F Symbol(void* library, const char* name) {
  return reinterpret_cast<F>(dlsym(library, name));
}

std::vector<std::string> AllOptions(const VmConfig& config, const ToolOptions& tool_options) {
  std::vector<std::string> all = config.defaults;
  const std::vector<std::string> first = SplitOptions(tool_options.first());
  all.insert(all.end(), first.begin(), first.end());
  all.insert(all.end(), {"-Xrs", "-Djava.class.path=" + config.class_path});
  all.insert(all.end(), config.options.begin(), config.options.end());
  std::vector<std::string> last = SplitOptions(tool_options.last());
  all.insert(all.end(), last.begin(), last.end());
  const std::vector<std::string> fitting = MemoryOptions(config.memory_mb, all);
  if (!SaysWhichArchive(all)) all.insert(all.begin(), config.archive.begin(), config.archive.end());
  all.insert(all.begin(), fitting.begin(), fitting.end());
  return all;
}

jint Create(CreateJavaVm create, const std::vector<std::string>& texts, JavaVM** vm, JNIEnv** env) {
  std::vector<JavaVMOption> options;
  const auto add = [&options](const char* text, void* extra) {
    options.push_back(JavaVMOption{const_cast<char*>(text), extra});
  };
  add("vfprintf", reinterpret_cast<void*>(&OnPrint));
  add("exit", reinterpret_cast<void*>(&OnExit));
  add("abort", reinterpret_cast<void*>(&OnAbort));
  for (const std::string& text : texts) add(text.c_str(), nullptr);
  JavaVMInitArgs arguments{};
  arguments.version = JNI_VERSION_1_8;
  arguments.nOptions = static_cast<jint>(options.size());
  arguments.options = options.data();
  arguments.ignoreUnrecognized = JNI_FALSE;
  return create(vm, reinterpret_cast<void**>(env), &arguments);
}

// Asks the library for the VM, with the process kept as it was.
jint CreateGuarded(Start* start, CreateJavaVm create, JavaVM** vm, JNIEnv** env) {
  const Utf8Locale utf8;
  start->attempted = true;
  start->output.emplace();
  start->locale.emplace();
  start->signals.emplace();
  start->tool_options.emplace();
  start->options = AllOptions(start->config, *start->tool_options);
  current_start.store(start);
  const jint status = Create(create, start->options, vm, env);
  if (start->returned.exchange(true)) WaitForever();
  current_start.store(nullptr);
  start->RestoreProcess();
  return status;
}

// Why the process has no room for what HotSpot maps first, the JDK's modules, and for the least that it reserves next;
// empty: it has. HotSpot does not look whether that mapping fails, and goes on with it.
std::string ReasonAgainstMapping(const std::string& library) {
  constexpr uintmax_t kLeast = 64u << 20;  // it reserves this much for its metaspace alone
  const std::filesystem::path modules = std::filesystem::path(library).parent_path().parent_path() / "modules";
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(modules, error);
  if (error) return {};  // JDK 8 has none
  void* room = mmap(nullptr, size + kLeast, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) {
    return "this process has no room for " + modules.string() + "; raise the limit, which ulimit -v shows";
  }
  munmap(room, size + kLeast);
  return {};
}

// Runs on the VM's thread; sets the start's VM or its error.
void Run(Start* start) {
  void* library = dlopen(start->config.library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    start->error = std::string("the JVM's library cannot be loaded: ") + dlerror();
    return;
  }
  auto create = Symbol<CreateJavaVm>(library, "JNI_CreateJavaVM");
  auto get_created = Symbol<GetCreatedJavaVms>(library, "JNI_GetCreatedJavaVMs");
  if (create == nullptr || get_created == nullptr) {
    start->error = start->config.library + " is not a JVM's library: it lacks JNI_CreateJavaVM";
    return;
  }
  JavaVM* existing = nullptr;
  jsize count = 0;
  if (get_created(&existing, 1, &count) == JNI_OK && count > 0) {
    start->error =
        "this process already has a JVM; run the function in a process of its own";  // since RunningVm looked
    return;
  }
  if (const std::string reason = ReasonAgainstMapping(start->config.library); !reason.empty()) {
    start->error = "the JVM could not start: " + reason;
    return;
  }
  JavaVM* vm = nullptr;
  JNIEnv* env = nullptr;
  const jint status = CreateGuarded(start, create, &vm, &env);
  if (status != JNI_OK) return start->Fail(ErrorName(status));
  const auto detach = [](JavaVM* of) { of->DetachCurrentThread(); };
  const std::unique_ptr<JavaVM, decltype(detach)> attached(vm, detach);
  start->output->PassOn();  // CreateGuarded has made it
  try {
    start->started(vm, env);
    start->vm = vm;
  } catch (const std::exception& e) {
    start->error = std::string("the Java half of the loader cannot be used: ") + e.what();
  }
}

void* RunThread(void* argument) {
  std::unique_ptr<std::shared_ptr<Start>> start(static_cast<std::shared_ptr<Start>*>(argument));
  try {
    Run(start->get());
  } catch (...) {
    current_start.store(nullptr);
    (*start)->FailForMemory();
  }
  sem_post(&(*start)->ended);
  return nullptr;
}

// Starts the thread and waits for its answer.
void RunToTheEnd(const std::shared_ptr<Start>& start) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  auto argument = std::make_unique<std::shared_ptr<Start>>(start);
  pthread_t thread;
  const int status = pthread_create(&thread, &attributes, &RunThread, argument.get());
  pthread_attr_destroy(&attributes);
  if (status != 0) {
    start->error = std::string("the JVM's thread could not start: ") + strerror(status);
    return;
  }
  static_cast<void>(argument.release());  // the thread owns it now
  while (sem_wait(&start->ended) != 0) {
  }
  if (!start->gave_up) return;
  start->RestoreProcess();
  start->Fail("it gave no reason");
}

}  // namespace

JavaVM* StartVm(const VmConfig& config, const std::function<void(JavaVM*, JNIEnv*)>& started, std::string* error) {
  static std::mutex mutex;
  static std::string first_failure;
  const std::scoped_lock lock(mutex);
  if (!first_failure.empty()) {
    *error = "this process can start no JVM any more, run the function in a new one; the first start failed: " +
             first_failure;
    return nullptr;
  }
  const auto start = std::make_shared<Start>(config, started);
  RunToTheEnd(start);
  if (start->vm == nullptr && start->attempted) first_failure = start->error;
  *error = start->error;
  return start->vm;
}

std::vector<std::string> SplitOptions(const std::string& text) {
  std::vector<std::string> options;
  std::optional<std::string> option;
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && isspace(static_cast<unsigned char>(c)) != 0) {
      if (option) options.push_back(*option);
      option.reset();
      continue;
    }
    if (!option) option.emplace();
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      option->push_back(c);
    }
  }
  if (option) options.push_back(*option);
  return options;
}

}  // namespace tandem::java
