// The loader's table: every entry catches everything and turns it into a fault.

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>

#include "class_archive.h"
#include "java_loader.h"
#include "running_vm.h"
#include "vm.h"

namespace tandem::java {
namespace {

constexpr char kBridgeJar[] = "tandem-bridge.jar";
constexpr char kOptionsKey[] = "jvm.options";
constexpr char kDefaultsKey[] = "jvm.defaults";  // what JAVA_TOOL_OPTIONS goes before
constexpr char kMemoryKey[] = "memory.size-mb";
constexpr char kCacheKey[] = "start.cache";
constexpr char kTemporaryKey[] = "temporary.folder";
constexpr int kFirstWithReservedStack = 9;       // whose overflow a JVM warns of, by what it calls warnings
constexpr int kFirstThatWarnsOfNativeCode = 24;  // and of sun.misc.Unsafe; knows the options against both

int32_t Fault(const tandem_host* host, tandem_sink* sink, int32_t fault, std::string_view message) {
  host->result_fault(sink, fault, ToAbi(message));
  return TANDEM_FAULT;
}

std::vector<std::string> JarsIn(const std::string& directory) {
  std::vector<std::string> jars;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(directory.c_str()), &closedir);
  if (open == nullptr) return jars;
  while (const dirent* entry = readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() > 4 && name.substr(name.size() - 4) == ".jar") jars.push_back(directory + "/" + std::string(name));
  }
  std::sort(jars.begin(), jars.end());
  return jars;
}

// The jars of the Java half. Errors: JavaException that says what to do.
std::string ClassPath(const std::string& data_dir) {
  const std::string directory = data_dir + "/../java";
  if (access((directory + "/" + kBridgeJar).c_str(), R_OK) != 0) {
    throw JavaException("the Java half is missing: " + directory + "/" + kBridgeJar +
                        " cannot be read; install it again");
  }
  if (directory.find(':') != std::string::npos) {
    throw JavaException("a JVM takes no class path with a colon: " + directory + "; install to another folder");
  }
  std::string path;
  for (const std::string& jar : JarsIn(directory)) path += (path.empty() ? "" : ":") + jar;
  return path;
}

int MajorOf(std::string_view version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

// Options by which a JVM keeps warnings of its own to itself, as a log is the handler's. None that it does not know, as
// that would fail its start.
std::vector<std::string> QuietOptions(int major) {
  std::vector<std::string> options;
  if (major >= kFirstWithReservedStack) options.emplace_back("-XX:-PrintWarnings");
  if (major >= kFirstThatWarnsOfNativeCode) {
    options.emplace_back("--sun-misc-unsafe-memory-access=allow");
    options.emplace_back("--enable-native-access=ALL-UNNAMED");
  }
  return options;
}

// Options by which a JVM leaves no file behind when its process is killed or crashes; its log says what has crashed.
const std::vector<std::string>& OptionsAgainstFiles() {
  static const std::vector<std::string> kOptions = {"-XX:-UsePerfData", "-XX:ErrorFile=/dev/null",
                                                    "-XX:ReplayDataFile=/dev/null"};
  return kOptions;
}

std::string_view OptionOf(const tandem_loader_config& config, std::string_view key) {
  for (size_t i = 0; i < config.options_size; ++i) {
    if (FromAbi(config.options[i].key) == key) return FromAbi(config.options[i].value);
  }
  return {};
}

// Where there is a folder for it.
std::optional<ClassArchive> ArchiveOf(const tandem_loader_config& config, const VmConfig& vm) {
  const std::string folder(OptionOf(config, kCacheKey));
  if (folder.empty()) return std::nullopt;
  return ClassArchive(folder, MajorOf(FromAbi(config.version)), vm.library, vm.class_path);
}

VmConfig ToVmConfig(const tandem_loader_config& config) {
  VmConfig vm;
  vm.library = FromAbi(config.library);
  if (vm.library.empty()) {
    throw JavaException("no libjvm.so is known for " + std::string(FromAbi(config.path)) +
                        "; install a JDK or JRE there");
  }
  vm.defaults = QuietOptions(MajorOf(FromAbi(config.version)));
  vm.class_path = ClassPath(std::string(FromAbi(config.data_dir)));
  for (size_t i = 0; i < config.options_size; ++i) {
    const std::string_view key = FromAbi(config.options[i].key);
    const std::string_view value = FromAbi(config.options[i].value);
    if (key == kMemoryKey) std::from_chars(value.data(), value.data() + value.size(), vm.memory_mb);
    if (key == kTemporaryKey) {
      vm.defaults.push_back("-Djava.io.tmpdir=" + std::string(value));
      // Its socket would be in /tmp, which is the machine's then.
      vm.defaults.emplace_back("-XX:+DisableAttachMechanism");
    }
    if (key != kOptionsKey && key != kDefaultsKey) continue;
    std::vector<std::string>& options = key == kOptionsKey ? vm.options : vm.defaults;
    const std::vector<std::string> more = SplitOptions(std::string(value));
    options.insert(options.end(), more.begin(), more.end());
  }
  if (vm.memory_mb > 0)
    vm.defaults.insert(vm.defaults.begin(), OptionsAgainstFiles().begin(), OptionsAgainstFiles().end());
  if (const auto archive = ArchiveOf(config, vm)) vm.archive = archive->Options();
  return vm;
}

// Where the native methods' log lines go, for good or until this scope ends.
class NativeLogs {
 public:
  explicit NativeLogs(FunctionLogs* logs) { SetNativeLogs(logs); }
  ~NativeLogs() {
    if (!kept_) SetNativeLogs(nullptr);
  }
  NativeLogs(const NativeLogs&) = delete;
  NativeLogs& operator=(const NativeLogs&) = delete;

  void Keep() { kept_ = true; }

 private:
  bool kept_ = false;
};

// Agents and recorders, which may read what a standby gets later, and files of options, which may name them.
bool RunsOthersCode(const VmConfig& config) {
  constexpr std::array<std::string_view, 8> kBeginnings = {"-javaagent:",
                                                           "-agent",
                                                           "-Xrun",
                                                           "-XX:StartFlightRecording",
                                                           "-XX:+FlightRecorder",
                                                           "-XX:Flags=",
                                                           "-XX:VMOptionsFile=",
                                                           "-Dcom.sun.management"};
  std::vector<std::string> all = config.options;
  all.insert(all.end(), config.defaults.begin(), config.defaults.end());
  for (const char* variable : {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"}) {
    const char* const value = getenv(variable);
    const std::vector<std::string> more = SplitOptions(value == nullptr ? "" : value);
    all.insert(all.end(), more.begin(), more.end());
  }
  return std::any_of(all.begin(), all.end(), [&](const std::string& option) {
    return std::any_of(kBeginnings.begin(), kBeginnings.end(),
                       [&](std::string_view beginning) { return option.starts_with(beginning); });
  });
}

// Of a worker's host, as far as it says so: a worker's own are its function's.
JdkVariables VariablesOf(const tandem_loader_config& config) {
  JdkVariables variables = JdkVariables::OfThisProcess();
  const std::pair<const char*, std::string*> given[] = {
      {"host.JAVA_HOME", &variables.java_home}, {"host.PATH", &variables.path}, {"host.HOME", &variables.home}};
  for (const auto& [key, to] : given) {
    if (const std::string_view value = OptionOf(config, key); !value.empty()) *to = value;
  }
  if (const std::string_view homes = OptionOf(config, kJdkHomesKey); !homes.empty()) variables.homes = homes;
  return variables;
}

void StartHalf(JniFrame* frame, Vm* vm, jobject class_loader) {
  vm->table = JavaTable::Load(frame, class_loader, NativeMethods());
  jvalue is_hosts;
  is_hosts.z = class_loader == nullptr ? JNI_FALSE : JNI_TRUE;
  frame->CallStaticVoid(vm->table.bridge, vm->table.start, &is_hosts);
}

// The host's VM stays as it has started it: the Java half is in a class loader of its own. Errors: JavaException.
void UseRunning(JavaVM* running, const VmConfig& config, Vm* vm) {
  if (!config.options.empty()) {
    throw JavaException("this process runs a JVM already, which takes no options any more: " + config.options.front());
  }
  vm->vm = running;
  try {
    JniFrame frame(JavaThread::Current(vm).env());
    StartHalf(&frame, vm, ClassLoaderOf(&frame, config.class_path));
  } catch (const std::exception& e) {
    JavaThread::DetachCurrent();
    vm->vm = nullptr;
    throw JavaException(std::string("the Java half of the loader cannot be used: ") + e.what());
  }
}

// Makes the loader of this process, which is never taken down, as the VM is not.
int32_t CreateLoader(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* config,
                     tandem_sink* sink, tandem_loader** loader) {
  auto made = std::make_unique<tandem_loader>(host, context, FromAbi(config->data_dir), VariablesOf(*config));
  Vm* vm = &made->vm;
  NativeLogs logs(&made->logs);
  std::string error;
  try {
    const VmConfig vm_config = ToVmConfig(*config);
    made->runs_others_code = RunsOthersCode(vm_config);
    if (JavaVM* const running = RunningVm(vm_config.library)) {
      UseRunning(running, vm_config, vm);
    } else {
      const auto started = [vm](JavaVM*, JNIEnv* env) {
        JniFrame frame(env);
        StartHalf(&frame, vm, nullptr);
      };
      vm->vm = StartVm(vm_config, started, &error);
    }
  } catch (const JavaException& e) {
    error = e.what();
  }
  if (vm->vm == nullptr) {
    return Fault(host, sink, TANDEM_FAULT_UNAVAILABLE, error);
  }
  logs.Keep();
  *loader = made.release();
  return TANDEM_OK;
}

// `what` behind a beginning, cut to what fits: the heap may be what is exhausted.
int32_t Failed(const tandem_host* host, tandem_sink* sink, const char* what) noexcept {
  std::array<char, 1024> message;
  const int size = snprintf(message.data(), message.size(), "the Java loader failed: %s", what);
  const size_t kept = std::min(static_cast<size_t>(std::max(size, 0)), message.size() - 1);
  return Fault(host, sink, TANDEM_FAULT_INTERNAL, std::string_view(message.data(), kept));
}

template <typename F>
int32_t Guarded(const tandem_host* host, tandem_sink* sink, F&& body) noexcept {
  try {
    return body();
  } catch (const std::exception& e) {
    return Failed(host, sink, e.what());
  } catch (...) {
    return Failed(host, sink, "unknown exception");
  }
}

template <typename F>
void Quietly(F&& body) noexcept {
  try {
    body();
    // These calls report nothing.
  } catch (...) {  // NOLINT(bugprone-empty-catch): the VM is exhausted, which the next invocation will say
  }
}

int32_t CreateEntry(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* config,
                    tandem_sink* sink, tandem_loader** loader) {
  return Guarded(host, sink, [&] { return CreateLoader(host, context, config, sink, loader); });
}

void DestroyEntry(tandem_loader*) {
  Quietly(&JavaThread::DetachCurrent);
}

int32_t FillCacheEntry(const tandem_host* host, tandem_host_context*, const tandem_loader_config* config,
                       tandem_sink* sink) {
  return Guarded(host, sink, [&] {
    const auto archive = ArchiveOf(*config, ToVmConfig(*config));
    const std::string failure = archive ? archive->Make(std::string(FromAbi(config->path))) : std::string();
    return failure.empty() ? int32_t{TANDEM_OK} : Fault(host, sink, TANDEM_FAULT_UNAVAILABLE, failure);
  });
}

int32_t StandByEntry(tandem_loader* loader, tandem_sink* sink) {
  return Guarded(loader->logs.host(), sink, [loader] {
    StandBy(loader);
    return TANDEM_OK;
  });
}

int32_t TakeFunctionEntry(tandem_loader* loader, tandem_sink* sink) {
  return Guarded(loader->logs.host(), sink, [loader] {
    TakeFunction(loader);
    return TANDEM_OK;
  });
}

int32_t OpenEntry(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink,
                  tandem_handler** handler) {
  *handler = nullptr;
  return Guarded(loader->logs.host(), sink, [&] { return Open(loader, config, sink, handler); });
}

void CloseEntry(tandem_handler* handler) {
  Quietly([handler] { Close(handler); });
}

int32_t InvokeEntry(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  return Guarded(handler->loader->logs.host(), sink, [&] { return Invoke(handler, invocation, sink); });
}

void CancelEntry(tandem_handler* handler, tandem_string request_id) {
  Quietly([&] { Cancel(handler, request_id); });
}

int32_t WarmEntry(tandem_loader* loader, tandem_sink* sink) {
  return Guarded(loader->logs.host(), sink, [loader] {
    JniFrame frame(JavaThread::Current(&loader->vm).env());
    frame.CallStaticVoid(loader->vm.table.bridge, loader->vm.table.warm);
    return TANDEM_OK;
  });
}

void DetachEntry(tandem_loader*) {
  Quietly(&JavaThread::DetachCurrent);
}

constexpr tandem_loader_table kTable = {
    sizeof(tandem_loader_table),
    TANDEM_LOADER_ABI_MAJOR,
    TANDEM_LOADER_ABI_MINOR,
    TANDEM_LOADER_CONCURRENT | TANDEM_LOADER_STANDBY,
    0,
    "java",
    &CreateEntry,
    &DestroyEntry,
    &OpenEntry,
    &CloseEntry,
    &InvokeEntry,
    &CancelEntry,
    &WarmEntry,
    &DetachEntry,
    nullptr,
    nullptr,
    nullptr,
    &FillCacheEntry,
    &StandByEntry,
    &TakeFunctionEntry,
};

}  // namespace
}  // namespace tandem::java

extern "C" __attribute__((visibility("default"))) const tandem_loader_table* tandem_loader_v1(void) {
  return &tandem::java::kTable;
}
