#include "start.h"

#include <sys/stat.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "python.h"
#include "threads.h"

namespace tandem::python {
namespace {

// The host's signal actions, put back where the start of an interpreter has changed them.
class SignalActions {
 public:
  SignalActions() {
    for (int number = 1; number < kCount; ++number)
      known_[At(number)] = sigaction(number, nullptr, &actions_[At(number)]) == 0;
  }
  ~SignalActions() {
    for (int number = 1; number < kCount; ++number) {
      struct sigaction now {};
      if (!known_[At(number)] || sigaction(number, nullptr, &now) != 0) continue;
      if (now.sa_handler != actions_[At(number)].sa_handler || now.sa_flags != actions_[At(number)].sa_flags) {
        sigaction(number, &actions_[At(number)], nullptr);
      }
    }
  }
  SignalActions(const SignalActions&) = delete;
  SignalActions& operator=(const SignalActions&) = delete;

 private:
  static constexpr int kCount = NSIG;
  static size_t At(int number) { return static_cast<size_t>(number); }

  std::array<struct sigaction, kCount> actions_{};
  std::array<bool, kCount> known_{};
};

class Config {
 public:
  Config() { PyConfig_InitPythonConfig(&config_); }
  ~Config() { PyConfig_Clear(&config_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  PyConfig* operator->() { return &config_; }
  PyConfig* get() { return &config_; }

 private:
  PyConfig config_;
};

void Check(const PyStatus& status) {
  if (!PyStatus_Exception(status)) return;
  std::string text = "Python cannot be started";
  if (status.err_msg != nullptr) text += std::string(": ") + status.err_msg;
  throw StartFailure(text);
}

bool IsThere(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

// CPython 3.11 writes all that it knows of its paths to standard error where PYTHONHOME names a place without its
// standard library, so that is looked for first.
void RequireStandardLibrary() {
  const char* const home = std::getenv("PYTHONHOME");
  if (home == nullptr || *home == '\0') return;
  std::string prefix(home);
  prefix = prefix.substr(0, prefix.find(':'));  // the part behind it is for extension modules
  for (const char* folder : {"/lib", "/lib64"}) {
    const std::string libraries = prefix + folder + "/python";
    if (IsThere(libraries + TANDEM_PYTHON_VERSION "/encodings")) return;
    if (IsThere(libraries + std::to_string(PY_MAJOR_VERSION) + std::to_string(PY_MINOR_VERSION) + ".zip")) return;
  }
  throw StartFailure("Python cannot be started: its standard library is not where it looks for it");
}

// A loader's symbols are found in whatever CPython the process has, which may be another one.
void RequireVersion(std::string_view wanted) {
  const std::string_view all = Py_GetVersion();
  const std::string_view running = all.substr(0, all.find_first_of(" +"));
  if (running == wanted) return;
  throw StartFailure("this process already runs Python " + std::string(running) + "; Python " + std::string(wanted) +
                     " beside it needs process isolation, as a process holds one runtime per language");
}

// Whether the user has a place for byte code beside the sources. CPython itself looks whether none is wanted.
bool NamesBytecodeFolder() {
  const char* const folder = std::getenv("PYTHONPYCACHEPREFIX");
  return folder != nullptr && *folder != '\0';
}

void Preinitialize() {
  PyPreConfig config;
  PyPreConfig_InitPythonConfig(&config);
  // A host that has chosen a locale keeps it; handlers find UTF-8 as they do in the service, whatever the locale.
  const char* locale = std::setlocale(LC_CTYPE, nullptr);
  config.configure_locale = locale == nullptr || std::strcmp(locale, "C") == 0;
  config.coerce_c_locale = 0;
  if (std::getenv("PYTHONUTF8") == nullptr) config.utf8_mode = 1;
  Check(Py_PreInitialize(&config));
}

// Where the host leaves SIGINT to the system, Python's signal module takes it when it is first imported, and an
// interrupt in that moment would be Python's exception somewhere in the start. A handler that does what the system does
// stands there meanwhile, which the module leaves alone.
class Interrupt {
 public:
  Interrupt() {
    struct sigaction now {};
    is_the_systems_ = sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == SIG_DFL;
    if (!is_the_systems_) return;
    struct sigaction as_the_system {};
    as_the_system.sa_handler = [](int number) { static_cast<void>(raise(number)); };
    as_the_system.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    sigaction(SIGINT, &as_the_system, nullptr);
  }

  // Gives it back, and Python knows, so that asyncio does not take it. The module's Python part stays unimported, as
  // its name may be that of a package's file (H-PY-14).
  void GiveBack() const {
    if (PyRun_SimpleString(is_the_systems_ ? "import _signal\n"
                                             "_signal.signal(_signal.SIGINT, _signal.SIG_DFL)\n"
                                             "del _signal\n"
                                           : "import _signal\n"
                                             "del _signal\n") != 0) {
      throw StartFailure("Python cannot be started: its signal module cannot be imported");
    }
  }

 private:
  bool is_the_systems_ = false;
};

}  // namespace

bool StartPython(const std::string& executable, std::string_view version) {
  if (Py_IsInitialized() != 0) {
    RequireVersion(version);
    return false;
  }
  RequireStandardLibrary();
  const SignalActions actions;
  const Interrupt interrupt;
  Preinitialize();
  Config config;
  config->install_signal_handlers = 0;
  config->parse_argv = 0;
  config->write_bytecode = NamesBytecodeFolder() ? 1 : 0;  // K-19
  config->faulthandler = 0;                                // the process's SIGSEGV may be another runtime's
  Check(PyConfig_SetBytesString(config.get(), &config->executable, executable.c_str()));
  Check(PyConfig_SetBytesString(config.get(), &config->program_name, executable.c_str()));
  char name[] = "tandem";
  char* arguments[] = {name};
  Check(PyConfig_SetBytesArgv(config.get(), 1, arguments));
  Check(Py_InitializeFromConfig(config.get()));
  interrupt.GiveBack();
  HostThread::Current().Keep(PyThreadState_Get());
  PyEval_SaveThread();
  return true;
}

}  // namespace tandem::python
