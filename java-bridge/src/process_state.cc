#include "process_state.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace tandem::java {
namespace {

constexpr char kPlaceholder[] = "_TANDEM_HIDDEN=";

bool IsHotSpots(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGPIPE:
    case SIGXFSZ:
    case SIGUSR2:
      return true;
    default:
      return false;
  }
}

bool SameHandler(const struct sigaction& a, const struct sigaction& b) {
  constexpr int kFlags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_NOCLDSTOP | SA_NOCLDWAIT;
  void (*handler_a)(int) = a.sa_handler;
  void (*handler_b)(int) = b.sa_handler;
  return handler_a == handler_b && (a.sa_flags & kFlags) == (b.sa_flags & kFlags);
}

}  // namespace

Utf8Locale::Utf8Locale() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
  if (utf8_ != nullptr) previous_ = uselocale(utf8_);
}

Utf8Locale::~Utf8Locale() {
  if (utf8_ == nullptr) return;
  uselocale(previous_);
  freelocale(utf8_);
}

ProcessLocale::ProcessLocale() {
  const char* current = setlocale(LC_ALL, nullptr);
  if (current != nullptr) before_ = current;
}

ProcessLocale::~ProcessLocale() {
  const char* current = setlocale(LC_ALL, nullptr);
  if (current != nullptr && before_ != current) setlocale(LC_ALL, before_.c_str());
}

SignalHandlers::SignalHandlers() {
  for (int signal = 1; signal < kSignals; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0) before_[static_cast<size_t>(signal)] = action;
  }
}

SignalHandlers::~SignalHandlers() {
  for (int signal = 1; signal < kSignals; ++signal) {
    const std::optional<struct sigaction>& before = before_[static_cast<size_t>(signal)];
    struct sigaction now {};
    if (!before || IsHotSpots(signal) || sigaction(signal, nullptr, &now) != 0) continue;
    if (!SameHandler(*before, now)) sigaction(signal, &*before, nullptr);
  }
}

ToolOptions::Hidden::Hidden(const char* name) {
  const std::string prefix = std::string(name) + "=";
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (strncmp(*entry, prefix.c_str(), prefix.size()) != 0) continue;
    if (entries_.empty()) value_ = *entry + prefix.size();
    char* placeholder = strdup(kPlaceholder);
    if (placeholder == nullptr) return;
    entries_.emplace_back(placeholder, *entry);
    __atomic_store_n(entry, placeholder, __ATOMIC_RELEASE);
  }
}

// The placeholders stay, as somebody may have taken them over.
ToolOptions::Hidden::~Hidden() {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    for (const auto& [placeholder, original] : entries_) {
      if (*entry == placeholder) __atomic_store_n(entry, original, __ATOMIC_RELEASE);
    }
  }
}

}  // namespace tandem::java
