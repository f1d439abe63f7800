#include "vm.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "process_state.h"

namespace tandem::java {
namespace {

constexpr size_t kStackSize = 8u << 20;

using CreateJavaVm = jint (*)(JavaVM**, void**, void*);
using GetCreatedJavaVms = jint (*)(JavaVM**, jsize, jsize*);

// What the starting thread and the one that waits for it share. It outlives both, as a VM that gives up while it starts
// leaves its thread behind.
struct Start {
  VmConfig config;
  std::function<void(JavaVM*, JNIEnv*)> started;
  std::optional<ToolOptions> tool_options;
  std::optional<SignalHandlers> signals;
  std::optional<ProcessLocale> locale;
  std::mutex mutex;
  std::condition_variable done_changed;
  bool done = false;
  JavaVM* vm = nullptr;
  std::string error;

  void RestoreProcess() {
    locale.reset();
    signals.reset();
    tool_options.reset();
  }

  void Finish(JavaVM* created, const std::string& text) {
    std::lock_guard<std::mutex> lock(mutex);
    RestoreProcess();
    vm = created;
    error = text;
    done = true;
    done_changed.notify_all();
  }
};

// The start that is under way, for the VM's hooks, which take no argument of ours.
std::atomic<Start*> current_start{nullptr};
std::mutex captured_mutex;
std::string captured;

std::string OneLine(const std::string& text) {
  std::string line;
  for (char c : text) {
    if (c != '\n') {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line += "; ";
    }
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == ';')) line.pop_back();
  return line;
}

std::string TakeCaptured() {
  std::lock_guard<std::mutex> lock(captured_mutex);
  return OneLine(std::exchange(captured, std::string()));
}

// HotSpot's own messages: collected while it starts, then written to where it wants them.
jint JNICALL OnPrint(FILE* file, const char* format, va_list arguments) {
  if (current_start.load() == nullptr) return vdprintf(fileno(file), format, arguments);
  char text[2048];
  int size = vsnprintf(text, sizeof(text), format, arguments);
  std::lock_guard<std::mutex> lock(captured_mutex);
  if (size > 0) captured.append(text, std::min(static_cast<size_t>(size), sizeof(text) - 1));
  return size;
}

// HotSpot ends the process when it cannot start. The thread stays here instead and the start fails.
void GiveUp() {
  Start* start = current_start.load();
  if (start == nullptr) return;
  std::string text = TakeCaptured();
  start->Finish(nullptr, "the JVM could not start: " + (text.empty() ? "no reason given" : text));
  for (;;) pause();
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
  std::vector<std::string> all = SplitOptions(tool_options.first());
  all.insert(all.end(), {"-Xrs", "-Djava.class.path=" + config.class_path});
  all.insert(all.end(), config.options.begin(), config.options.end());
  std::vector<std::string> last = SplitOptions(tool_options.last());
  all.insert(all.end(), last.begin(), last.end());
  return all;
}

jint Create(CreateJavaVm create, const std::vector<std::string>& texts, JavaVM** vm, JNIEnv** env) {
  std::vector<JavaVMOption> options;
  auto add = [&options](const char* text, void* extra) {
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

// Runs on the VM's thread.
void Run(Start* start) {
  void* library = dlopen(start->config.library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr)
    return start->Finish(nullptr, std::string("the JVM's library cannot be loaded: ") + dlerror());
  auto create = Symbol<CreateJavaVm>(library, "JNI_CreateJavaVM");
  auto get_created = Symbol<GetCreatedJavaVms>(library, "JNI_GetCreatedJavaVMs");
  if (create == nullptr || get_created == nullptr) {
    return start->Finish(nullptr, start->config.library + " is not a JVM's library: it lacks JNI_CreateJavaVM");
  }
  JavaVM* existing = nullptr;
  jsize count = 0;
  if (get_created(&existing, 1, &count) == JNI_OK && count > 0) {
    return start->Finish(nullptr, "this process already has a JVM; run the function in a process of its own");
  }
  JavaVM* vm = nullptr;
  JNIEnv* env = nullptr;
  jint status = JNI_ERR;
  {
    Utf8Locale utf8;
    start->locale.emplace();
    start->signals.emplace();
    start->tool_options.emplace();
    current_start.store(start);
    status = Create(create, AllOptions(start->config, *start->tool_options), &vm, &env);
    current_start.store(nullptr);
    start->RestoreProcess();
  }
  std::string text = TakeCaptured();
  if (status != JNI_OK) {
    return start->Finish(nullptr, "the JVM could not start: " + (text.empty() ? ErrorName(status) : text));
  }
  try {
    start->started(vm, env);
  } catch (const std::exception& e) {
    text = std::string("the Java half of the loader cannot be used: ") + e.what();
    vm->DetachCurrentThread();
    return start->Finish(nullptr, text);
  }
  vm->DetachCurrentThread();
  start->Finish(vm, std::string());
}

void* RunThread(void* argument) {
  std::unique_ptr<std::shared_ptr<Start>> start(static_cast<std::shared_ptr<Start>*>(argument));
  Run(start->get());
  return nullptr;
}

}  // namespace

JavaVM* StartVm(const VmConfig& config, const std::function<void(JavaVM*, JNIEnv*)>& started, std::string* error) {
  auto start = std::make_shared<Start>();
  start->config = config;
  start->started = started;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  auto argument = std::make_unique<std::shared_ptr<Start>>(start);
  pthread_t thread;
  int status = pthread_create(&thread, &attributes, &RunThread, argument.get());
  pthread_attr_destroy(&attributes);
  if (status != 0) {
    *error = std::string("the JVM's thread could not start: ") + strerror(status);
    return nullptr;
  }
  static_cast<void>(argument.release());  // the thread owns it now
  std::unique_lock<std::mutex> lock(start->mutex);
  start->done_changed.wait(lock, [&start] { return start->done; });
  *error = start->error;
  return start->vm;
}

std::vector<std::string> SplitOptions(const std::string& text) {
  std::vector<std::string> options;
  std::optional<std::string> option;
  char quote = 0;
  for (char c : text) {
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
