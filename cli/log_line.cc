#include "log_line.h"

#include <unistd.h>

#include <atomic>

namespace tandem::cli {
namespace {

std::atomic<bool> line_is_open{false};

}  // namespace

bool LogLineIsOpen() {
  return line_is_open;
}

}  // namespace tandem::cli

// The C library's own.
// NOLINTNEXTLINE(readability-identifier-naming): its name is no choice of ours
extern "C" ssize_t __write(int descriptor, const void* bytes, size_t size);

// Stands before the C library's for all that is loaded into this process.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the C library's names are reserved ones
extern "C" __attribute__((visibility("default"))) ssize_t write(int descriptor, const void* bytes, size_t size) {
  const ssize_t written = __write(descriptor, bytes, size);
  if (written > 0 && (descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO)) {
    tandem::cli::line_is_open = static_cast<const char*>(bytes)[written - 1] != '\n';
  }
  return written;
}
