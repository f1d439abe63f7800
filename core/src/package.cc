#include "tandem/package.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "cache_folder.h"
#include "guarded.h"
#include "package_archive.h"
#include "package_place.h"
#include "start_cache.h"
#include "system_message.h"
#include "zip_directory.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;

// Beyond the unpacked limit, what an archive may add in names, directory and stored padding.
constexpr std::uint64_t kArchiveOverhead = 64ULL * 1024 * 1024;
constexpr char kOtherPlace[] = "; TANDEM_CACHE_DIR names another place";
constexpr char kLimitVariable[] = "TANDEM_CACHE_LIMIT_MB";

Status NoPackage(const std::string& path) {
  return {Code::kInvalidArgument, path + " is no package: a jar, a zip or a directory is needed"};
}

Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) {
  const int file = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // a pipe is not waited for
  if (file < 0) return {Code::kInvalidArgument, "cannot read the package " + path + ": " + SystemMessage(errno)};
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(file);
    return NoPackage(path);
  }
  std::string bytes;
  std::vector<char> buffer(std::size_t{256} << 10);  // not on the stack, which is a caller's
  int error = 0;
  for (;;) {
    const ssize_t got = read(file, buffer.data(), buffer.size());
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR) continue;
      error = errno;
      break;
    }
    if (bytes.size() + static_cast<std::size_t>(got) > limit) {
      error = EFBIG;
      break;
    }
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(file);
  if (error == EFBIG) {
    return {Code::kInvalidArgument, "the package " + path + " is larger than " + std::to_string(limit) + " bytes"};
  }
  if (error != 0) return {Code::kInvalidArgument, "cannot read the package " + path + ": " + SystemMessage(error)};
  return bytes;
}

std::string Sha256Hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4U];
    text += kHex[digest[i] & 0x0FU];
  }
  return text;
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// What the cache may take.
Result<std::uint64_t> CacheLimit(const PackageOptions& options) {
  constexpr std::uint64_t kMb = 1024UL * 1024;
  if (options.cache_limit) return *options.cache_limit;
  const std::string text = Variable(kLimitVariable);
  if (text.empty()) return kCacheLimit;
  std::uint64_t megabytes = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, megabytes);
  if (error != std::errc() || stop != end || megabytes > UINT64_MAX / kMb) {
    return {Code::kInvalidArgument, std::string(kLimitVariable) + " is '" + text +
                                        "', but has to be the whole number of megabytes that unpacked packages may "
                                        "take"};
  }
  return megabytes * kMb;
}

Status CannotBeUsed(const std::string& path, const Status& status) {
  return {status.code(), "the package " + path + " cannot be used: " + status.message()};
}

// Whether the bytes begin as what tar and the compressors beside it write.
bool IsOtherArchive(std::string_view bytes) {
  using namespace std::string_view_literals;
  constexpr std::array kMagics = {"\x1F\x8B"sv,           "BZh"sv, "\xFD\x37zXZ\0"sv, "\x28\xB5\x2F\xFD"sv,
                                  "7z\xBC\xAF\x27\x1C"sv, "Rar!"sv};
  constexpr std::size_t kTarMagicAt = 257;
  if (bytes.size() > kTarMagicAt && bytes.substr(kTarMagicAt).starts_with("ustar")) return true;
  return std::any_of(kMagics.begin(), kMagics.end(), [&](std::string_view magic) { return bytes.starts_with(magic); });
}

// What to do with a file that is no zip archive, not even a damaged one; empty where nobody can tell.
std::string RemedyFor(const std::string& path, std::string_view bytes) {
  if (bytes.empty() || bytes.starts_with("PK") || bytes.find("PK\x05\x06") != std::string_view::npos) return {};
  if (IsOtherArchive(bytes)) return "; unpack it and name the folder, or make a zip of what it holds";
  const std::string end = fs::path(path).extension().string();
  if (end == ".zip" || end == ".jar") return {};
  const fs::path parent = fs::path(path).parent_path();
  return "; to run a file that is not packed, name its folder: " + (parent.empty() ? "." : parent.string());
}

// `bytes` are the file's.
Result<PackageArchive> ReadArchive(const std::string& path, std::string_view bytes, const PackageOptions& options) {
  auto archive = PackageArchive::Open(bytes);
  if (!archive) {
    const Status& refused = archive.status();
    return CannotBeUsed(path, {refused.code(), refused.message() + RemedyFor(path, bytes)});
  }
  if (const Status status = archive->CheckSize(options.unzipped_limit); !status.ok()) return CannotBeUsed(path, status);
  return archive;
}

Result<Package> OpenArchive(const std::string& path, const PackageOptions& options) {
  auto limit = CacheLimit(options);
  if (!limit) return limit.status();
  auto bytes = ReadFile(path, options.unzipped_limit + kArchiveOverhead);
  if (!bytes) return bytes.status();
  auto archive = ReadArchive(path, *bytes, options);
  if (!archive) return archive.status();
  auto parent = CacheFolder(options.cache_dir, "packages", LastPlace::kTemporaryFiles);
  if (!parent) return parent.status();
  PlaceContents contents;
  contents.limit = *limit;
  if (options.on_wait) contents.on_wait = [&] { options.on_wait(parent->string()); };
  contents.is_intact = [&](const std::string& folder) { return archive->IsUnpackedIn(folder); };
  contents.fill = [&](const std::string& folder) -> Status {
    const Status status = archive->Unpack(folder, options.unzipped_limit);
    if (status.code() != Code::kInternal) return status.ok() ? status : CannotBeUsed(path, status);
    return {status.code(), "the package " + path + " cannot be unpacked: " + status.message() + kOtherPlace};
  };
  const fs::path place = *parent / PlaceName(Sha256Hex(*bytes), archive->size_on_disk());
  auto use = UsePlace(place, contents);
  if (!use) return use.status();
  std::error_code error;
  return Package{fs::canonical(place, error).string(), std::move(*use)};
}

// Where a folder really is; empty for a file.
Result<std::string> FolderAt(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::status_known(status)) {
    return {Code::kInvalidArgument, "cannot open the package " + path + ": " + error.message()};
  }
  if (!fs::exists(status))
    return {Code::kNotFound, "there is no package " + path + ": name a jar, a zip or a directory"};
  if (fs::is_directory(status)) {
    const fs::path root = fs::canonical(path, error);
    if (error) return {Code::kInvalidArgument, "cannot open the package " + path + ": " + error.message()};
    if (faccessat(AT_FDCWD, root.c_str(), R_OK | X_OK, AT_EACCESS) != 0) {
      return {Code::kInvalidArgument, "cannot read the package " + path + ": " + SystemMessage(errno)};
    }
    return root.string();
  }
  if (!fs::is_regular_file(status)) return NoPackage(path);
  return std::string();
}

Result<Package> Open(const std::string& path, const PackageOptions& options) {
  const auto folder = FolderAt(path);
  if (!folder) return folder.status();
  if (!folder->empty()) return Package{*folder, nullptr};
  return OpenArchive(path, options);
}

Status Check(const std::string& path, const PackageOptions& options) {
  const auto folder = FolderAt(path);
  if (!folder || !folder->empty()) return folder.status();
  const auto bytes = ReadFile(path, options.unzipped_limit + kArchiveOverhead);
  if (!bytes) return bytes.status();
  const auto archive = ReadArchive(path, *bytes, options);
  if (!archive) return archive.status();
  const Status status = archive->CheckEntries();
  return status.ok() ? status : CannotBeUsed(path, status);
}

// The only folder in `root`, where nothing else is but what desktop systems add; empty where there is none.
fs::path OnlyFolder(const fs::path& root) {
  fs::path only;
  std::error_code error;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename();
    if (name == "__MACOSX" || name.front() == '.') continue;
    std::error_code ignored;
    if (!only.empty() || !at->is_directory(ignored)) return {};
    only = at->path();
  }
  return only;
}

// The entry of `folder` that has this name, whatever its suffix; empty where there is none.
std::string EntryCalled(const fs::path& folder, const std::string& name) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string file = at->path().filename();
    if (file == name || file.starts_with(name + ".")) return file;
  }
  return {};
}

std::string Hint(const fs::path& root, std::string_view handler) {
  const std::string first(handler.substr(0, handler.find_first_of("./:$")));
  const fs::path folder = OnlyFolder(root);
  if (first.empty() || folder.empty() || folder.filename() == first) return {};
  const std::string entry = EntryCalled(folder, first);
  if (entry.empty()) return {};
  const std::string wrapping = ShownName(folder.filename().string());
  return "all of the package lies in its folder " + wrapping + ", and so does " + ShownName(entry) +
         ", but code is looked for at the package's root: pack what is in " + wrapping + ", not the folder itself";
}

}  // namespace

Result<Package> OpenPackage(const std::string& path, const PackageOptions& options) {
  return Guarded("a package", [&] { return Open(path, options); });
}

Status CheckPackage(const std::string& path, const PackageOptions& options) {
  return Guarded("a package", [&] { return Check(path, options); });
}

std::string StartCacheFolder(const PackageOptions& options, StartCache use) {
  if (use == StartCache::kOff) return {};
  const IfAbsent absent = use == StartCache::kRead ? IfAbsent::kRefuse : IfAbsent::kMake;
  const auto folder = Guarded(
      "the start cache", [&] { return CacheFolder(options.cache_dir, "starts", LastPlace::kTemporaryFiles, absent); });
  return folder ? fs::absolute(*folder).string() : std::string();
}

std::string WrappingFolderHint(const std::string& root, std::string_view handler) {
  try {
    return Hint(root, handler);
  } catch (const std::exception&) {  // out of memory, or a name that is none: then without a hint
    return {};
  }
}

}  // namespace tandem
