#include "host/package_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "host/data_folder.h"
#include "host/digest.h"
#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

using workers::FileDescriptor;

constexpr std::size_t kHexSize = 64;
constexpr std::string_view kSuffix = ".zip";
constexpr std::string_view kUnfinished = ".new";

std::string Message(int error) {
  return std::generic_category().message(error);
}

// Whether this folder's files have such names: those of packages and of what becomes one.
bool IsOurName(std::string_view name) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::string_view digest = name.substr(0, kHexSize);
  if (digest.size() != kHexSize || digest.find_first_not_of(kHex) != std::string_view::npos) return false;
  const std::string_view rest = name.substr(kHexSize);
  return rest == kSuffix || (rest.starts_with(kSuffix) && rest.ends_with(kUnfinished));
}

// 0 or errno.
int WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(file) == 0 ? 0 : errno;
}

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The names in a folder, or errno.
std::pair<std::vector<std::string>, int> NamesIn(int folder) {
  std::vector<std::string> names;
  FileDescriptor own(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) return {names, errno};
  const std::unique_ptr<DIR, CloseFolder> stream(fdopendir(own.get()));
  if (!stream) return {names, errno};
  own.Release();
  errno = 0;
  while (const dirent* entry = readdir(stream.get())) names.emplace_back(entry->d_name);
  return {names, errno};
}

}  // namespace

// The folder, and who uses which of its packages; shared by the uses, which may be the last to have it.
class PackageFolder::State {
 public:
  explicit State(FileDescriptor folder) : folder_(std::move(folder)) {}

  int folder() const { return folder_.get(); }

  // By a package's name. `is_there` says that it is, though nobody may have used it.
  bool Add(const std::string& name, bool is_there) {
    const std::scoped_lock lock(mutex_);
    const auto found = uses_.find(name);
    if (found == uses_.end() && !is_there) return false;
    ++uses_[name];
    return true;
  }

  // The name is not somebody else's again before its file is gone.
  void End(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    const auto found = uses_.find(name);
    if (--found->second != 0) return;
    uses_.erase(found);
    if (removes_) unlinkat(folder_.get(), name.c_str(), 0);
  }

  Status RemoveUnused(const std::string& path) {
    const auto [names, error] = NamesIn(folder_.get());
    if (error != 0) return {Code::kInternal, "cannot read " + path + ": " + Message(error)};
    const std::scoped_lock lock(mutex_);
    for (const std::string& name : names) {
      if (IsOurName(name) && !uses_.contains(name)) unlinkat(folder_.get(), name.c_str(), 0);
    }
    removes_ = true;
    return {};
  }

  // From now on nothing is removed.
  void Close() {
    const std::scoped_lock lock(mutex_);
    removes_ = false;
    folder_.Close();
  }

 private:
  std::mutex mutex_;
  FileDescriptor folder_;
  std::map<std::string, std::size_t> uses_;
  bool removes_ = false;
};

// A use, of which Add has been told.
class PackageFolder::Held {
 public:
  Held(std::shared_ptr<State> state, std::string name) : state_(std::move(state)), name_(std::move(name)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { state_->End(name_); }

 private:
  std::shared_ptr<State> state_;
  std::string name_;
};

PackageFolder::PackageFolder(std::string path, std::shared_ptr<State> state)
    : path_(std::move(path)), state_(std::move(state)) {}

PackageFolder::~PackageFolder() {
  state_->Close();
}

Result<std::unique_ptr<PackageFolder>> PackageFolder::Open(const std::string& path) {
  if (Status status = MakePrivateFolder(path); !status.ok()) return status;
  FileDescriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return {Code::kInvalidArgument, "cannot read " + path + ": " + Message(errno)};
  return std::unique_ptr<PackageFolder>(new PackageFolder(path, std::make_shared<State>(std::move(folder))));
}

Status PackageFolder::Write(const std::string& name, std::string_view bytes) {
  const int folder = state_->folder();
  std::string unfinished = name + ".";
  {
    const std::scoped_lock lock(placing_);
    unfinished += std::to_string(++written_);
  }
  unfinished += kUnfinished;
  const FileDescriptor file(openat(folder, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  int error = file ? WriteAll(file.get(), bytes) : errno;
  const std::scoped_lock lock(placing_);
  // Somebody else may have been faster with the same bytes.
  if (error == 0 && state_->Add(name, false)) {
    unlinkat(folder, unfinished.c_str(), 0);
    return {};
  }
  if (error == 0 && renameat(folder, unfinished.c_str(), folder, name.c_str()) != 0) error = errno;
  if (error == 0 && !SyncFolder(folder)) {
    error = errno;
    unlinkat(folder, name.c_str(), 0);
  }
  if (error == 0) {
    state_->Add(name, true);
    return {};
  }
  if (file) unlinkat(folder, unfinished.c_str(), 0);
  return {Code::kInternal, "cannot write " + path_ + "/" + name + ": " + Message(error)};
}

Result<PackageFolder::Kept> PackageFolder::Keep(std::string_view bytes) {
  std::string sha256 = Sha256(bytes);
  std::string name = HexOfDigest(sha256) + std::string(kSuffix);
  if (!state_->Add(name, false)) {
    if (Status status = Write(name, bytes); !status.ok()) return status;
  }
  return Kept{std::move(sha256), std::make_shared<Held>(state_, std::move(name))};
}

Result<PackageFolder::Use> PackageFolder::Hold(std::string_view sha256) {
  std::string name = HexOfDigest(sha256) + std::string(kSuffix);
  if (!state_->Add(name, false)) {
    return {Code::kInternal, "there is no package with the SHA-256 '" + std::string(sha256) + "'"};
  }
  return Use(std::make_shared<Held>(state_, std::move(name)));
}

Result<PackageFolder::Use> PackageFolder::Find(std::string_view sha256, std::int64_t size) {
  std::string name = HexOfDigest(sha256) + std::string(kSuffix);
  struct stat status {};
  if (fstatat(state_->folder(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return {Code::kInternal, path_ + "/" + name + ": " + Message(errno)};
  }
  if (!S_ISREG(status.st_mode) || status.st_size != size) {
    return {Code::kInternal,
            path_ + "/" + name + " does not have the " + std::to_string(size) + " bytes of the package"};
  }
  state_->Add(name, true);
  return Use(std::make_shared<Held>(state_, std::move(name)));
}

Status PackageFolder::RemoveUnused() {
  return state_->RemoveUnused(path_);
}

std::string PackageFolder::PathOf(std::string_view sha256) const {
  const std::string hex = HexOfDigest(sha256);
  return hex.empty() ? "" : path_ + "/" + hex + std::string(kSuffix);
}

}  // namespace tandem::host
