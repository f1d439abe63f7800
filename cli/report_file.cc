#include "report_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "standard_streams.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kNewFile = 0666;
constexpr mode_t kPermissions = 07777;

std::string LastError() {
  return std::generic_category().message(errno);
}

mode_t ModeOfNewFiles() {
  const mode_t mask = umask(0);
  umask(mask);
  return kNewFile & ~mask;
}

// Why the text is not written; empty: it is.
std::string WriteAndClose(int descriptor, std::string_view text) {
  const Status written = WriteAll(descriptor, text);
  if (close(descriptor) != 0 && written.ok()) return LastError();
  return written.message();
}

std::string WriteInto(const std::string& path, std::string_view text) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kNewFile);
  return descriptor < 0 ? LastError() : WriteAndClose(descriptor, text);
}

// By a file beside it, which takes its place.
std::string Replace(const std::string& path, mode_t mode, std::string_view text) {
  std::string part = path + ".XXXXXX";
  const int descriptor = mkostemp(part.data(), O_CLOEXEC);
  if (descriptor < 0) return LastError();
  std::string problem = WriteAndClose(descriptor, text);
  if (problem.empty() && chmod(part.c_str(), mode) != 0) problem = LastError();
  if (problem.empty() && std::rename(part.c_str(), path.c_str()) != 0) problem = LastError();
  if (!problem.empty()) unlink(part.c_str());
  return problem;
}

std::string Write(const std::string& path, std::string_view text) {
  std::error_code error;
  struct stat old {};
  if (stat(path.c_str(), &old) != 0) {
    const bool leads_nowhere = fs::is_symlink(path, error);
    return leads_nowhere ? WriteInto(path, text) : Replace(path, ModeOfNewFiles(), text);
  }
  if (!S_ISREG(old.st_mode)) return WriteInto(path, text);
  const fs::path file = fs::canonical(path, error);
  return error ? error.message() : Replace(file.string(), old.st_mode & kPermissions, text);
}

}  // namespace

Status WriteReportFile(const std::string& path, std::string_view text) {
  const std::string problem = Write(path, text);
  return problem.empty() ? Status() : Status(Code::kInternal, "cannot write " + path + ": " + problem);
}

}  // namespace tandem::cli
