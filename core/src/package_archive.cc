#include "package_archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

#include "zip_directory.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0644;
constexpr mode_t kExecutableMode = 0755;
constexpr std::size_t kMaxSymlinkTarget = 4096;
constexpr std::size_t kMaxName = 4095;  // PATH_MAX without its NUL
constexpr std::size_t kMaxPart = 255;   // NAME_MAX
constexpr std::ptrdiff_t kMaxFolders = 128;
constexpr std::size_t kMoved = 64;  // by so much may the folder's path grow when it is moved to its place
constexpr std::size_t kMaxShown = 100;

struct ZipCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct EntryCloser {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using ZipHandle = std::unique_ptr<zip_t, ZipCloser>;
using EntryHandle = std::unique_ptr<zip_file_t, EntryCloser>;

Status Refused(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

// A name from an archive in a message: not too long, on one line.
std::string Shown(std::string_view name) {
  std::size_t size = std::min(name.size(), kMaxShown);
  while (size < name.size() && size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80U) --size;
  std::string shown(name.substr(0, size));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = '?';
  }
  return "'" + shown + (size < name.size() ? "...'" : "'");
}

Status RefusedEntry(std::string_view name, const std::string& why) {
  return Refused("its entry " + Shown(name) + " " + why);
}

Status CannotWrite(const fs::path& path, int error) {
  return {Code::kInternal, "cannot write " + path.string() + ": " + std::generic_category().message(error)};
}

Result<ZipHandle> OpenZip(std::string_view bytes) {
  if (bytes.empty())
    return Refused("it is no zip archive: it is empty");  // the library takes it for one without entries
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    if (source != nullptr) zip_source_free(source);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return Refused("it is no zip archive: " + text);
  }
  zip_error_fini(&error);
  return ZipHandle(archive);
}

// 0 where the archive has none.
mode_t UnixMode(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  zip_file_get_external_attributes(archive, index, 0, &system, &attributes);
  return system == ZIP_OPSYS_UNIX ? static_cast<mode_t>(attributes >> 16U) : 0;
}

// Writes the entries of one archive below one folder.
class Unpacker {
 public:
  Unpacker(zip_t* archive, fs::path target, std::uint64_t limit)
      : archive_(archive), target_(std::move(target)), limit_(limit), left_(limit) {}

  Status Run() {
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      if (Status status = Unpack(static_cast<zip_uint64_t>(i)); !status.ok()) return status;
    }
    return CheckSymlinks();
  }

 private:
  Status Unpack(zip_uint64_t index);
  Status MakeFolder(const fs::path& folder, std::string_view name);
  Status WriteFile(zip_file_t* entry, const fs::path& path, std::string_view name, mode_t mode);
  Status WriteSymlink(zip_file_t* entry, const fs::path& path, std::string_view name);
  Status CheckSymlinks();

  zip_t* archive_;
  fs::path target_;
  std::uint64_t limit_;
  std::uint64_t left_;
  std::set<fs::path> folders_;   // made here, so real folders
  std::vector<fs::path> links_;  // symbolic links made here
};

Status Unpacker::Unpack(zip_uint64_t index) {
  zip_stat_t stat;
  if (zip_stat_index(archive_, index, 0, &stat) != 0) return Refused(zip_strerror(archive_));
  const std::string_view name = stat.name;
  std::string why;
  if (!IsSafeEntryName(name, &why)) return RefusedEntry(name, why);
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    return RefusedEntry(name, "is encrypted");
  }
  const mode_t mode = UnixMode(archive_, index);

  const fs::path path = (target_ / fs::path(name)).lexically_normal();
  if (path.native().size() + kMoved > kMaxName)
    return RefusedEntry(name, "has a name that does not fit below the package cache");
  if (name.ends_with('/')) return MakeFolder(path.parent_path(), name);
  if (Status status = MakeFolder(path.parent_path(), name); !status.ok()) return status;
  const EntryHandle entry(zip_fopen_index(archive_, index, 0));
  if (entry == nullptr) return RefusedEntry(name, std::string("cannot be read: ") + zip_strerror(archive_));
  if (S_ISLNK(mode)) return WriteSymlink(entry.get(), path, name);
  return WriteFile(entry.get(), path, name, mode);
}

// Every folder on the way is made here or was before; an entry whose way leads through a file or a link is refused.
Status Unpacker::MakeFolder(const fs::path& folder, std::string_view name) {
  if (folder == target_ || folders_.contains(folder)) return {};
  fs::path made = target_;
  for (const fs::path& part : folder.lexically_relative(target_)) {
    made /= part;
    if (folders_.contains(made)) continue;
    if (mkdir(made.c_str(), kExecutableMode) != 0) {
      const int error = errno;
      return error == EEXIST ? RefusedEntry(name, "lies below another that is no folder") : CannotWrite(made, error);
    }
    folders_.insert(made);
  }
  return {};
}

Status Unpacker::WriteFile(zip_file_t* entry, const fs::path& path, std::string_view name, mode_t mode) {
  if (folders_.contains(path)) return RefusedEntry(name, "is both a file and a folder");
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return CannotWrite(path, errno);  // the last of a name wins (K-21)
  const mode_t permissions = (mode & S_IXUSR) != 0 ? kExecutableMode : kFileMode;
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions);
  if (file < 0) return CannotWrite(path, errno);
  std::array<char, 64UL * 1024> buffer{};
  Status status;
  for (;;) {
    const zip_int64_t got = zip_fread(entry, buffer.data(), buffer.size());
    if (got < 0) {
      status = RefusedEntry(name, std::string("is damaged: ") + zip_file_strerror(entry));
      break;
    }
    if (got == 0) break;
    if (static_cast<std::uint64_t>(got) > left_) {
      status = Refused("it unpacks to more than " + std::to_string(limit_) + " bytes");
      break;
    }
    left_ -= static_cast<std::uint64_t>(got);
    for (zip_int64_t done = 0; done < got && status.ok();) {
      const ssize_t wrote = write(file, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (wrote >= 0) {
        done += wrote;
      } else if (errno != EINTR) {
        status = CannotWrite(path, errno);
      }
    }
    if (!status.ok()) break;
  }
  if (close(file) != 0 && status.ok()) status = CannotWrite(path, errno);
  return status;
}

Status Unpacker::WriteSymlink(zip_file_t* entry, const fs::path& path, std::string_view name) {
  std::string link(kMaxSymlinkTarget, '\0');
  const zip_int64_t got = zip_fread(entry, link.data(), link.size());
  if (got <= 0 || static_cast<std::size_t>(got) == link.size()) {
    return Refused("its symbolic link " + Shown(name) + " is damaged");
  }
  link.resize(static_cast<std::size_t>(got));
  const fs::path resolved = (path.parent_path() / link).lexically_normal();
  const fs::path relative = resolved.lexically_relative(target_);
  if (link.find('\0') != std::string::npos || link.front() == '/' || relative.empty() || *relative.begin() == "..") {
    return Refused("its symbolic link " + Shown(name) + " points outside the package");
  }
  if (folders_.contains(path)) return RefusedEntry(name, "is both a link and a folder");
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return CannotWrite(path, errno);
  if (symlink(link.c_str(), path.c_str()) != 0) return CannotWrite(path, errno);
  links_.push_back(path);
  return {};
}

// Names alone do not tell where links through links lead, so each is followed once all is in place.
Status Unpacker::CheckSymlinks() {
  for (const fs::path& link : links_) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(link, error);
    const fs::path relative = real.lexically_relative(target_);
    if (error || relative.empty() || *relative.begin() == "..") {
      return Refused("its symbolic link " + Shown(link.lexically_relative(target_).string()) +
                     " points outside the package");
    }
  }
  return {};
}

}  // namespace

bool IsSafeEntryName(std::string_view name, std::string* why) {
  const auto unsafe = [&](const char* reason) {
    *why = reason;
    return false;
  };
  if (name.empty()) return unsafe("has an empty name");
  if (name.size() > kMaxName) return unsafe("has a name of more than 4095 bytes");
  if (std::count(name.begin(), name.end(), '/') > kMaxFolders) return unsafe("lies in more than 128 folders");
  if (name.find('\0') != std::string_view::npos) return unsafe("has a NUL in its name");
  if (name.front() == '/') return unsafe("has an absolute name");
  if (name.find('\\') != std::string_view::npos) return unsafe("has a backslash in its name");
  if (name.size() >= 2 && name[1] == ':') return unsafe("names a drive");
  for (std::string_view rest = name; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (part == "..") return unsafe("leaves the package");
    if (part.size() > kMaxPart) return unsafe("has a part of more than 255 bytes in its name");
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  return true;
}

bool IsUnpacked(std::string_view bytes, const std::string& folder) {
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  const auto archive = OpenZip(bytes);
  if (!archive) return false;
  const zip_int64_t count = zip_get_num_entries(archive->get(), 0);
  std::set<fs::path> seen;
  for (zip_int64_t i = count - 1; i >= 0; --i) {  // the last of a name wins (K-21)
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t entry;
    if (zip_stat_index(archive->get(), index, 0, &entry) != 0) return false;
    const std::string_view name = entry.name;
    const fs::path path = (fs::path(folder) / fs::path(name)).lexically_normal();
    if (!seen.insert(path).second) continue;
    const mode_t mode = UnixMode(archive->get(), index);
    const mode_t kind = name.ends_with('/') ? S_IFDIR : S_ISLNK(mode) ? S_IFLNK : S_IFREG;
    if (lstat(path.c_str(), &status) != 0 || (status.st_mode & S_IFMT) != kind) return false;
    if (kind != S_IFDIR && static_cast<zip_uint64_t>(status.st_size) != entry.size) return false;
  }
  return true;
}

Status UnpackArchive(std::string_view bytes, const std::string& target, std::uint64_t limit) {
  auto archive = OpenZip(bytes);
  if (!archive) return archive.status();
  // The library hands names out as C strings, so a NUL in one can only be seen in the archive's own bytes.
  switch (CheckZipNames(bytes)) {
    case ZipNames::kPlain:
      break;
    case ZipNames::kHoldNul:
      return Refused("one of its entries has a NUL in its name");
    case ZipNames::kUnreadable:
      return Refused("its directory cannot be followed from one entry to the next; pack it again");
  }
  std::error_code error;
  const fs::path folder = fs::canonical(target, error);
  if (error) return {Code::kInternal, "cannot unpack into " + target + ": " + error.message()};
  return Unpacker(archive->get(), folder, limit).Run();
}

}  // namespace tandem
