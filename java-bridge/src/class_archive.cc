#include "class_archive.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace tandem::java {
namespace {

namespace fs = std::filesystem;

constexpr int kFirstWithDynamicArchives = 13;
constexpr int kFirstThatLogsThemAsAot = 25;
constexpr char kRehearsal[] = "tandem.bridge.Rehearsal";
constexpr std::string_view kPrefix = "java-";
constexpr std::string_view kSuffix = ".jsa";
constexpr std::string_view kUnfinished = ".new";
constexpr std::size_t kMostArchives = 8;

// What follows HotSpot's bytes, which says that they are all there.
struct Trailer {
  std::array<char, 8> mark{'T', 'a', 'n', 'd', 'e', 'm', 'C', '1'};
  uint64_t checksum = 0;
};

class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }
  // -1: it is no file that can be read.
  int64_t size() const {
    struct stat status {};
    return fstat(fd_, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
  }

 private:
  const int fd_;
};

// FNV's way, by eight bytes: it finds what was cut or has changed, and is no proof against malice.
uint64_t Mix(uint64_t sum, uint64_t with) {
  constexpr uint64_t kPrime = 0x100000001b3;
  return ((sum ^ with) * kPrime) ^ (sum >> 29U);
}

uint64_t Checksum(const unsigned char* bytes, size_t size) {
  std::array<uint64_t, 4> lanes{0xcbf29ce484222325, 1, 2, size};
  size_t at = 0;
  for (; at + sizeof lanes <= size; at += sizeof lanes) {
    std::array<uint64_t, 4> words{};
    memcpy(words.data(), bytes + at, sizeof words);
    for (size_t i = 0; i < lanes.size(); ++i) lanes[i] = Mix(lanes[i], words[i]);
  }
  for (; at < size; ++at) lanes[0] = Mix(lanes[0], bytes[at]);
  return Mix(Mix(lanes[0], lanes[1]), Mix(lanes[2], lanes[3]));
}

// Of a file's first `size` bytes; false: it cannot be read.
bool ChecksumOf(const File& file, size_t size, uint64_t* sum) {
  if (size == 0) return false;
  void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.get(), 0);
  if (bytes == MAP_FAILED) return false;
  *sum = Checksum(static_cast<const unsigned char*>(bytes), size);
  munmap(bytes, size);
  return true;
}

std::string Identity(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return path + ":none";
  return path + ":" + std::to_string(status.st_size) + ":" + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec);
}

std::string Name(const std::string& library, const std::string& class_path) {
  std::string text = Identity(library);
  for (size_t at = 0; at < class_path.size();) {
    const size_t end = std::min(class_path.find(':', at), class_path.size());
    text += "\n" + Identity(class_path.substr(at, end - at));
    at = end + 1;
  }
  std::array<char, 17> hex{};
  snprintf(hex.data(), hex.size(), "%016llx",
           static_cast<unsigned long long>(Checksum(reinterpret_cast<const unsigned char*>(text.data()), text.size())));
  return std::string(kPrefix) + hex.data() + std::string(kSuffix);
}

std::string Failure(const std::string& what, int error) {
  return what + ": " + std::generic_category().message(error);
}

// Runs a program that says nothing, without any variable, and waits for it. Empty: it has succeeded.
std::string Run(const std::vector<std::string>& texts) {
  std::vector<char*> arguments;
  arguments.reserve(texts.size() + 1);
  for (const std::string& text : texts) arguments.push_back(const_cast<char*>(text.c_str()));
  arguments.push_back(nullptr);
  std::array<char*, 1> variables{nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&files, standard, "/dev/null", O_RDWR, 0);
  }
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0], &files, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return Failure("cannot execute " + texts[0], error);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return Failure("nobody can tell how " + texts[0] + " has ended", errno);
  }
  return status == 0 ? std::string() : texts[0] + " has ended with wait status " + std::to_string(status);
}

// Puts the checksum behind what HotSpot has written.
bool Seal(const std::string& path) {
  if (chmod(path.c_str(), 0600) != 0) return false;
  const File file(path, O_RDWR | O_APPEND);
  const int64_t size = file.size();
  Trailer trailer;
  return size > 0 && ChecksumOf(file, static_cast<size_t>(size), &trailer.checksum) && fchmod(file.get(), 0400) == 0 &&
         write(file.get(), &trailer, sizeof trailer) == sizeof trailer;
}

// Keeps those that were used last, and what was begun within an hour.
void TakeAwayOthers(const std::string& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> archives;
  const auto now = fs::file_time_type::clock::now();
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::error_code ignored;
    const auto used = fs::last_write_time(at->path(), ignored);
    if (ignored || !name.starts_with(kPrefix)) continue;
    if (name.ends_with(kSuffix)) archives.emplace_back(used, at->path());
    if (name.ends_with(kUnfinished) && now - used > std::chrono::hours(1)) fs::remove(at->path(), ignored);
  }
  std::sort(archives.begin(), archives.end(), std::greater<>());
  for (size_t at = kMostArchives; at < archives.size(); ++at) fs::remove(archives[at].second, error);
}

}  // namespace

ClassArchive::ClassArchive(const std::string& folder, int jdk_major, const std::string& library,
                           const std::string& class_path)
    : folder_(folder),
      jdk_major_(jdk_major),
      class_path_(class_path),
      path_(folder_ + "/" + Name(library, class_path)) {}

bool ClassArchive::IsWhole() const {
  constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
  const File file(path_, O_RDONLY | O_NOFOLLOW);
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0 || status.st_uid != geteuid() ||
      (status.st_mode & kWritableByOthers) != 0) {
    return false;
  }
  const int64_t size = file.size() - static_cast<int64_t>(sizeof(Trailer));
  Trailer trailer;
  const Trailer expected;
  uint64_t sum = 0;
  if (size <= 0 || pread(file.get(), &trailer, sizeof trailer, size) != sizeof trailer ||
      trailer.mark != expected.mark || !ChecksumOf(file, static_cast<size_t>(size), &sum) || sum != trailer.checksum) {
    return false;
  }
  futimens(file.get(), nullptr);  // it is used
  return true;
}

std::vector<std::string> ClassArchive::Options() const {
  if (jdk_major_ < kFirstWithDynamicArchives || !IsWhole()) return {};
  // HotSpot has a word to say where it finds that an archive does not fit.
  std::vector<std::string> options = {"-XX:SharedArchiveFile=" + path_, "-Xlog:cds*=off"};
  if (jdk_major_ >= kFirstThatLogsThemAsAot) options.emplace_back("-Xlog:aot*=off");
  return options;
}

std::string ClassArchive::Make(const std::string& java_home) const {
  const std::string java = java_home + "/bin/java";
  if (jdk_major_ < kFirstWithDynamicArchives || access(java.c_str(), X_OK) != 0 || IsWhole()) return {};
  std::string unfinished = path_ + "-XXXXXX" + std::string(kUnfinished);
  const int made = mkstemps(unfinished.data(), static_cast<int>(kUnfinished.size()));
  if (made < 0) return Failure("cannot write " + folder_, errno);
  close(made);
  // With the collector that has the least threads; the archive serves the others, too.
  std::string failure =
      Run({java, "-XX:ArchiveClassesAtExit=" + unfinished, "-XX:+UseSerialGC", "-Xmx64m", "-XX:TieredStopAtLevel=1",
           "-XX:-UsePerfData", "-XX:ErrorFile=/dev/null", "-XX:ReplayDataFile=/dev/null", "-cp", class_path_,
           kRehearsal, fs::path(class_path_.substr(0, class_path_.find(':'))).parent_path().string()});
  if (failure.empty() && !Seal(unfinished)) failure = java + " has written no archive";
  if (failure.empty() && rename(unfinished.c_str(), path_.c_str()) != 0)
    failure = Failure("cannot write " + path_, errno);
  if (!failure.empty()) unlink(unfinished.c_str());
  TakeAwayOthers(folder_);
  return failure;
}

bool SaysWhichArchive(const std::vector<std::string>& options) {
  constexpr std::array<std::string_view, 8> kWords = {
      "Share", "share", "Archive", "AOT", "DumpLoadedClassList", "Dynamic", "-XX:Flags=", "-XX:VMOptionsFile="};
  return std::any_of(options.begin(), options.end(), [&](const std::string& option) {
    return !option.starts_with("-D") && std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
      return option.find(word) != std::string::npos;
    });
  });
}

}  // namespace tandem::java
