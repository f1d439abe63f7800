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
#include <unordered_set>
#include <vector>

#include "zip_directory.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0644;
constexpr mode_t kFolderMode = 0755;
constexpr std::size_t kMaxSymlinkTarget = 4096;
constexpr std::size_t kMaxName = 4095;  // PATH_MAX without its NUL
constexpr std::size_t kMaxPart = 255;   // NAME_MAX
constexpr std::ptrdiff_t kMaxFolders = 128;
constexpr std::size_t kMoved = 64;  // by so much may the folder's path grow when it is moved to its place
// Far above what packages hold, and far below what fills a file system with empty files and folders (K-16).
constexpr std::size_t kMaxEntries = 200'000;
constexpr std::uint64_t kBlock = 4096;
// The permissions that everybody but a file's owner and group has. The function's user is one of them (K-17).
constexpr mode_t kOthers = S_IROTH | S_IWOTH | S_IXOTH;

struct EntryCloser {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using EntryHandle = std::unique_ptr<zip_file_t, EntryCloser>;

Status Refused(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

Status RefusedEntry(std::string_view name, const std::string& why) {
  return Refused("its entry " + ShownName(name) + " " + why);
}

Status CannotWrite(const fs::path& path, int error) {
  return {Code::kInternal, "cannot write " + path.string() + ": " + std::generic_category().message(error)};
}

Status TooLarge(std::uint64_t limit) {
  return Refused("it unpacks to more than " + std::to_string(limit) + " bytes");
}

// 0 where the archive has none.
mode_t UnixMode(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  zip_file_get_external_attributes(archive, index, 0, &system, &attributes);
  return system == ZIP_OPSYS_UNIX ? static_cast<mode_t>(attributes >> 16U) : 0;
}

// A file's permissions: what the archive gives to everybody, for everybody; readable where it says nothing (K-17).
mode_t Permissions(mode_t mode) {
  if ((mode & ALLPERMS) == 0) return kFileMode;
  const mode_t others = mode & kOthers;
  return others << 6U | others << 3U | others;
}

// What an entry becomes; 0 for a device or a socket. A pipe is how the zip command marks what it read from one.
mode_t KindOf(std::string_view name, mode_t mode) {
  if (name.ends_with('/')) return S_IFDIR;
  const mode_t kind = mode & S_IFMT;
  if (kind == S_IFLNK) return S_IFLNK;
  return kind == S_IFREG || kind == S_IFDIR || kind == S_IFIFO || kind == 0 ? S_IFREG : 0;
}

// Where an entry lies below `folder`: `a.py` also for `./a.py` and `.//a.py`.
fs::path PlaceOf(const fs::path& folder, std::string_view name) {
  return (folder / fs::path(name)).lexically_normal();
}

// How many folders the entries lie in; some too many where entries and folders are more than kMaxEntries.
std::size_t CountFolders(zip_t* archive) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  std::unordered_set<std::string_view> folders;
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
    std::string_view folder = name == nullptr ? "" : name;
    for (std::size_t slash = folder.rfind('/'); slash != std::string_view::npos; slash = folder.rfind('/')) {
      folder = folder.substr(0, slash);
      if (!folders.insert(folder).second) break;
      if (folders.size() + static_cast<std::size_t>(count) > kMaxEntries) return folders.size();
    }
  }
  return folders.size();
}

Status CheckCount(zip_t* archive) {
  const auto count = static_cast<std::size_t>(zip_get_num_entries(archive, 0));
  if (CountFolders(archive) + count <= kMaxEntries) return {};
  return Refused("it unpacks to more than " + std::to_string(kMaxEntries) + " files and folders");
}

Status CheckEntry(std::string_view name, mode_t mode) {
  std::string why;
  if (!IsSafeEntryName(name, &why)) return RefusedEntry(name, why);
  if (KindOf(name, mode) == 0) return RefusedEntry(name, "is neither a file, a folder nor a link");
  return {};
}

// A file or link to be written.
struct Item {
  zip_file_t* entry;
  fs::path path;
  std::string_view name;
  std::uint64_t size;
  mode_t mode;
};

// Writes the entries of one archive below one folder.
class Unpacker {
 public:
  Unpacker(zip_t* archive, fs::path target, std::uint64_t limit)
      : archive_(archive), target_(std::move(target)), limit_(limit), left_(limit) {}

  Status Run() {
    if (Status status = CheckCount(archive_); !status.ok()) return status;
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      if (Status status = Unpack(static_cast<zip_uint64_t>(i)); !status.ok()) return status;
    }
    return CheckSymlinks();
  }

 private:
  Status Unpack(zip_uint64_t index);
  Status MakeFolder(const fs::path& folder, std::string_view name);
  Status WriteFile(const Item& item);
  Status CopyContent(const Item& item, int file);
  Status WriteSymlink(const Item& item);
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
  const mode_t mode = UnixMode(archive_, index);
  if (Status status = CheckEntry(name, mode); !status.ok()) return status;
  const mode_t kind = KindOf(name, mode);

  const fs::path path = PlaceOf(target_, name);
  if (path.native().size() + kMoved > kMaxName)
    return RefusedEntry(name, "has a name that does not fit below the package cache");
  if (Status status = MakeFolder(path.parent_path(), name); !status.ok() || kind == S_IFDIR) return status;
  if (!path.has_filename()) return RefusedEntry(name, "is both a file and a folder");
  const EntryHandle entry(zip_fopen_index(archive_, index, 0));
  if (entry == nullptr) return RefusedEntry(name, std::string("cannot be read: ") + zip_strerror(archive_));
  const Item item{entry.get(), path, name, stat.size, mode};
  return kind == S_IFLNK ? WriteSymlink(item) : WriteFile(item);
}

// Every folder on the way is made here or was before; an entry whose way leads through a file or a link is refused.
Status Unpacker::MakeFolder(const fs::path& folder, std::string_view name) {
  if (folder == target_ || folders_.contains(folder)) return {};
  fs::path made = target_;
  for (const fs::path& part : folder.lexically_relative(target_)) {
    made /= part;
    if (folders_.contains(made)) continue;
    if (mkdir(made.c_str(), kFolderMode) != 0) {
      const int error = errno;
      return error == EEXIST ? RefusedEntry(name, "lies below another that is no folder") : CannotWrite(made, error);
    }
    folders_.insert(made);
  }
  return {};
}

Status WriteAll(int file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(file, bytes.data(), bytes.size());
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno != EINTR) {
      return CannotWrite(path, errno);
    }
  }
  return {};
}

// The last of a name wins (K-21).
Status MakeWay(const Item& item) {
  return unlink(item.path.c_str()) == 0 || errno == ENOENT ? Status() : CannotWrite(item.path, errno);
}

Status Unpacker::WriteFile(const Item& item) {
  if (folders_.contains(item.path)) return RefusedEntry(item.name, "is both a file and a folder");
  if (Status status = MakeWay(item); !status.ok()) return status;
  const int file = open(item.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IWUSR);
  if (file < 0) return CannotWrite(item.path, errno);
  fchmod(file, Permissions(item.mode));  // whatever the process's mask forbids
  Status status = CopyContent(item, file);
  if (close(file) != 0 && status.ok()) status = CannotWrite(item.path, errno);
  return status;
}

Status Unpacker::CopyContent(const Item& item, int file) {
  std::array<char, 64UL * 1024> buffer{};
  std::uint64_t size = 0;
  for (;;) {
    const zip_int64_t got = zip_fread(item.entry, buffer.data(), buffer.size());
    if (got < 0) return RefusedEntry(item.name, std::string("is damaged: ") + zip_file_strerror(item.entry));
    if (got == 0) break;
    const auto more = static_cast<std::size_t>(got);
    if (more > left_) return TooLarge(limit_);
    left_ -= more;
    size += more;
    if (Status status = WriteAll(file, {buffer.data(), more}, item.path); !status.ok()) return status;
  }
  if (size == item.size) return {};
  return RefusedEntry(item.name, "is damaged: it has " + std::to_string(size) + " bytes, and not " +
                                     std::to_string(item.size) + " as the directory says");
}

Status Unpacker::WriteSymlink(const Item& item) {
  std::string link(kMaxSymlinkTarget, '\0');
  const zip_int64_t got = zip_fread(item.entry, link.data(), link.size());
  if (got <= 0 || static_cast<std::size_t>(got) == link.size() || static_cast<std::uint64_t>(got) != item.size) {
    return Refused("its symbolic link " + ShownName(item.name) + " is damaged");
  }
  link.resize(static_cast<std::size_t>(got));
  const fs::path resolved = (item.path.parent_path() / link).lexically_normal();
  const fs::path relative = resolved.lexically_relative(target_);
  if (link.find('\0') != std::string::npos || link.front() == '/' || relative.empty() || *relative.begin() == "..") {
    return Refused("its symbolic link " + ShownName(item.name) + " points outside the package");
  }
  if (folders_.contains(item.path)) return RefusedEntry(item.name, "is both a link and a folder");
  if (Status status = MakeWay(item); !status.ok()) return status;
  if (symlink(link.c_str(), item.path.c_str()) != 0) return CannotWrite(item.path, errno);
  links_.push_back(item.path);
  return {};
}

// Names alone do not tell where links through links lead, so each is followed once all is in place.
Status Unpacker::CheckSymlinks() {
  for (const fs::path& link : links_) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(link, error);
    const fs::path relative = real.lexically_relative(target_);
    if (!error && !relative.empty() && *relative.begin() != "..") continue;
    const std::string why = error ? " cannot be followed: " + error.message() : " points outside the package";
    return Refused("its symbolic link " + ShownName(link.lexically_relative(target_).string()) + why);
  }
  return {};
}

// Whether the zip library has the very entries of the directory: another end record is another archive.
bool SeesTheSame(zip_t* archive, const std::vector<ZipEntry>& entries) {
  if (static_cast<zip_uint64_t>(zip_get_num_entries(archive, 0)) != entries.size()) return false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ZipEntry& entry = entries[i];
    zip_stat_t seen;
    const char* name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
    if (name == nullptr || (entry.name != name && (entry.unicode_name.empty() || entry.unicode_name != name))) {
      return false;
    }
    if (zip_stat_index(archive, i, 0, &seen) != 0 || seen.crc != entry.crc || seen.size != entry.size ||
        seen.comp_size != entry.packed_size || seen.comp_method != entry.method) {
      return false;
    }
  }
  return true;
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

Result<PackageArchive::Handle> PackageArchive::OpenHandle(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    if (source != nullptr) zip_source_free(source);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return Refused("it is no zip archive: " + text);
  }
  zip_error_fini(&error);
  return Handle(archive);
}

Result<PackageArchive> PackageArchive::Open(std::string_view bytes) {
  const auto directory = ReadZipDirectory(bytes, kMaxEntries);
  if (!directory) return directory.status();
  auto handle = OpenHandle(bytes.substr(directory->begin));
  if (!handle) return handle.status();
  if (!SeesTheSame(handle->get(), directory->entries)) {
    return Refused("its directory can be read in more than one way; pack it again");
  }
  PackageArchive archive(std::move(*handle));
  for (const ZipEntry& entry : directory->entries) {
    archive.size_ += std::min(entry.size, UINT64_MAX - archive.size_);
    archive.size_on_disk_ += ((entry.size / kBlock) + 1) * kBlock;
  }
  archive.size_on_disk_ += CountFolders(archive.archive_.get()) * kBlock;
  return archive;
}

bool PackageArchive::IsUnpackedIn(const std::string& folder) const {
  struct stat status {};
  if (lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  std::set<fs::path> seen;
  for (zip_int64_t i = count - 1; i >= 0; --i) {  // the last of a name wins (K-21)
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t entry;
    if (zip_stat_index(archive_.get(), index, 0, &entry) != 0) return false;
    const fs::path path = PlaceOf(folder, entry.name);
    if (!seen.insert(path).second) continue;
    const mode_t kind = KindOf(entry.name, UnixMode(archive_.get(), index));
    if (lstat(path.c_str(), &status) != 0 || (status.st_mode & S_IFMT) != kind) return false;
    if (kind != S_IFDIR && static_cast<zip_uint64_t>(status.st_size) != entry.size) return false;
  }
  return true;
}

Status PackageArchive::CheckSize(std::uint64_t limit) const {
  return size_ > limit ? TooLarge(limit) : Status();
}

Status PackageArchive::CheckEntries() const {
  if (Status status = CheckCount(archive_.get()); !status.ok()) return status;
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* name = zip_get_name(archive_.get(), index, 0);
    if (name == nullptr) return Refused(zip_strerror(archive_.get()));
    if (Status status = CheckEntry(name, UnixMode(archive_.get(), index)); !status.ok()) return status;
  }
  return {};
}

Status PackageArchive::Unpack(const std::string& target, std::uint64_t limit) {
  std::error_code error;
  const fs::path folder = fs::canonical(target, error);
  if (error) return {Code::kInternal, "cannot unpack into " + target + ": " + error.message()};
  return Unpacker(archive_.get(), folder, limit).Run();
}

}  // namespace tandem
