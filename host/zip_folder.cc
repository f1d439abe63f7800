#include "host/zip_folder.h"

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "tandem/package.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kNoTime = 315'619'200;  // 1980-01-02: the first day that an archive can tell in every time zone
constexpr unsigned kUnixModeAt = 16;          // the bits of an entry's external attributes

bool IsLeftOut(const fs::path& name) {
  return name == ".git" || name == ".aws-sam" || name == "__pycache__";
}

Status Unreadable(const fs::path& path, const std::string& why) {
  return {Code::kInvalidArgument, path.string() + ": " + why};
}

// An entry of the archive, by its name there.
struct Entry {
  std::string name;
  fs::path path;
  mode_t mode = 0;
};

class FolderWalk {
 public:
  Status Add(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) return Unreadable(folder, error.message());
    if (!within_.insert(real).second) return {};  // a link leads back here
    std::vector<fs::path> names;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      names.push_back(at->path().filename());
    }
    if (error) return Unreadable(folder, error.message());
    std::sort(names.begin(), names.end());
    for (const fs::path& name : names) {
      if (IsLeftOut(name)) continue;
      if (Status status = AddOne(folder / name, prefix + name.string()); !status.ok()) return status;
    }
    within_.erase(real);
    return {};
  }

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Status AddOne(const fs::path& path, const std::string& name) {
    struct stat about {};
    if (stat(path.c_str(), &about) != 0) {
      if (errno == ENOENT || errno == ELOOP) return {};  // a link to nothing, or it has just been removed
      return Unreadable(path, std::generic_category().message(errno));
    }
    if (S_ISDIR(about.st_mode)) {
      entries_.push_back({name + "/", {}, about.st_mode});
      return Add(path, name + "/");
    }
    if (!S_ISREG(about.st_mode)) return {};  // no package has such
    size_ += static_cast<std::uint64_t>(about.st_size);
    if (size_ > kUnzippedLimit) {
      return Unreadable(path, "with it the package has more than " + std::to_string(kUnzippedLimit) + " bytes");
    }
    entries_.push_back({name, path, about.st_mode});
    return {};
  }

  std::vector<Entry> entries_;
  std::set<fs::path> within_;  // the folders that are being walked
  std::uint64_t size_ = 0;
};

void AddState(const std::string& path, std::string& state) {
  struct stat about {};
  state.append(path).append(" ");
  if (stat(path.c_str(), &about) == 0) {
    for (const std::int64_t part :
         {static_cast<std::int64_t>(about.st_ino), static_cast<std::int64_t>(about.st_size),
          static_cast<std::int64_t>(about.st_mode), about.st_mtim.tv_sec, about.st_mtim.tv_nsec}) {
      state.append(std::to_string(part)).append(" ");
    }
  }
  state.append("\n");
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct Free {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};

Status Failed(zip_t* archive) {
  return {Code::kInternal, std::string("cannot make a package: ") + zip_strerror(archive)};
}

Status AddEntry(zip_t* archive, const Entry& entry) {
  zip_int64_t index = -1;
  if (entry.path.empty()) {
    index = zip_dir_add(archive, entry.name.c_str(), ZIP_FL_ENC_UTF_8);
  } else {
    zip_source_t* const source = zip_source_file(archive, entry.path.c_str(), 0, -1);
    if (source == nullptr) return Failed(archive);
    index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) zip_source_free(source);
  }
  if (index < 0) return Failed(archive);
  const auto at = static_cast<zip_uint64_t>(index);
  const bool set = zip_set_file_compression(archive, at, ZIP_CM_STORE, 0) == 0 &&
                   zip_file_set_mtime(archive, at, kNoTime, 0) == 0 &&
                   zip_file_set_external_attributes(archive, at, 0, ZIP_OPSYS_UNIX,
                                                    static_cast<zip_uint32_t>(entry.mode) << kUnixModeAt) == 0;
  return set ? Status() : Failed(archive);
}

Result<std::string> BytesOf(zip_source_t* source) {
  zip_stat_t about;
  zip_stat_init(&about);
  std::string bytes;
  bool read = zip_source_stat(source, &about) == 0 && zip_source_open(source) == 0;
  if (read) {
    bytes.resize(about.size);
    read = zip_source_read(source, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size());
    zip_source_close(source);
  }
  if (!read) return {Code::kInternal, "cannot make a package: it cannot be read back"};
  return bytes;
}

}  // namespace

std::string StateOfFiles(const std::string& path) {
  FolderWalk walk;
  std::string state;
  AddState(path, state);
  const Status walked = walk.Add(path, "");
  for (const Entry& entry : walk.entries()) AddState(path + "/" + entry.name, state);
  return state + walked.message();
}

Result<std::string> ZipFolder(const std::string& folder) {
  FolderWalk walk;
  if (Status status = walk.Add(folder, ""); !status.ok()) return status;
  const std::unique_ptr<zip_source_t, Free> source(zip_source_buffer_create(nullptr, 0, 0, nullptr));
  if (source == nullptr) return {Code::kInternal, "cannot make a package: no memory"};
  zip_source_keep(source.get());
  std::unique_ptr<zip_t, Discard> archive(zip_open_from_source(source.get(), ZIP_TRUNCATE, nullptr));
  if (archive == nullptr) {
    zip_source_free(source.get());  // which it would have owned
    return {Code::kInternal, "cannot make a package"};
  }
  for (const Entry& entry : walk.entries()) {
    if (Status status = AddEntry(archive.get(), entry); !status.ok()) return status;
  }
  if (zip_close(archive.get()) != 0) {
    return {Code::kInvalidArgument, folder + ": " + zip_strerror(archive.get())};  // a file has gone meanwhile, say
  }
  static_cast<void>(archive.release());  // zip_close has freed it
  return BytesOf(source.get());
}

}  // namespace tandem::host
