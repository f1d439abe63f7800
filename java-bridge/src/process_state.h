#ifndef TANDEM_JAVA_BRIDGE_PROCESS_STATE_H_
#define TANDEM_JAVA_BRIDGE_PROCESS_STATE_H_

#include <locale.h>
#include <signal.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::java {

// Makes the VM see UTF-8 as the encoding of file names and text, whatever the process's locale. Threads: the calling
// one only.
class Utf8Locale {
 public:
  Utf8Locale();
  ~Utf8Locale();
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t utf8_;
  locale_t previous_ = nullptr;
};

// Puts back the process's locale, which the VM changes.
class ProcessLocale {
 public:
  ProcessLocale();
  ~ProcessLocale();
  ProcessLocale(const ProcessLocale&) = delete;
  ProcessLocale& operator=(const ProcessLocale&) = delete;

 private:
  std::string before_;
};

// Puts back the signal handlers that the VM replaces, save those it cannot live without.
class SignalHandlers {
 public:
  SignalHandlers();
  ~SignalHandlers();
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;

 private:
  static constexpr int kSignals = 65;
  std::array<std::optional<struct sigaction>, kSignals> before_;
};

// Hides JAVA_TOOL_OPTIONS and _JAVA_OPTIONS while the VM starts, which otherwise prints them on standard error; they
// are handed over as ordinary options, and user code sees the variables as they were. Threads: others may read the
// environment meanwhile, as no entry is moved and none goes; they must not change it.
class ToolOptions {
 public:
  ToolOptions() : first_("JAVA_TOOL_OPTIONS"), last_("_JAVA_OPTIONS") {}

  std::string first() const { return first_.value(); }  // weaker than all other options
  std::string last() const { return last_.value(); }    // stronger than all other options

 private:
  // One variable, whose entries lead to a placeholder meanwhile.
  class Hidden {
   public:
    explicit Hidden(const char* name);
    ~Hidden();
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

    const std::string& value() const { return value_; }

   private:
    std::string value_;
    std::vector<std::pair<char*, char*>> entries_;  // placeholder, what it stands for
  };

  Hidden first_;
  Hidden last_;
};

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_PROCESS_STATE_H_
