// Packages: any bytes, unpacked below a folder that nothing of them may leave.
//
// Input: the bytes of an archive; or, after a first line of "entries", one entry a line: a letter for its kind (file,
// executable, link, directory; others as they are), its name, "=", its content. Lines of one archive are followed by
// those of a second one after a line of "again".
#include "tandem/package.h"

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "fuzz/lib.h"
#include "fuzz/zip_writer.h"

namespace tandem::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLimit = 100'000;

// Folders in one another, of which only the innermost one is to be written to: names that lead upwards end in them.
class Nest {
 public:
  Nest() : innermost_(scratch_.path() / "1/2/3/4") {
    fs::create_directories(innermost_);
    fs::create_directories(scratch_.path() / "outside");
  }

  fs::path archive() const { return scratch_.path() / "outside/package.zip"; }
  fs::path cache() const { return innermost_ / "cache"; }

  void RequireUntouched() const {
    std::string seen;
    for (fs::recursive_directory_iterator at(scratch_.path()), end; at != end; ++at) {
      const fs::path path = at->path().lexically_relative(scratch_.path());
      if (at->path() == cache()) {
        at.disable_recursion_pending();
        continue;
      }
      if (at->path() != archive()) seen += path.string() + (at->is_directory() ? "/\n" : "\n");
    }
    Require(seen.size() == kShape.size() && Sorted(seen), "something is written outside the package cache", seen);
  }

 private:
  static constexpr std::string_view kShape = "1/\n1/2/\n1/2/3/\n1/2/3/4/\noutside/\n";

  // The order of siblings is the file system's.
  static bool Sorted(const std::string& seen) {
    Input lines(reinterpret_cast<const std::uint8_t*>(seen.data()), seen.size());
    while (!lines.empty()) {
      if (kShape.find(std::string(lines.Line()) + "\n") == std::string_view::npos) return false;
    }
    return true;
  }

  Scratch scratch_;
  fs::path innermost_;
};

const Nest& TheNest() {
  static const Nest nest;
  return nest;
}

std::uint32_t ModeOf(char kind) {
  switch (kind) {
    case 'f':
      return S_IFREG | 0644U;
    case 'x':
      return S_IFREG | 06755U;
    case 'l':
      return S_IFLNK | 0777U;
    case 'd':
      return S_IFDIR | 0777U;
    case 'p':
      return S_IFIFO | 0666U;
    case 'b':
      return S_IFBLK | 0666U;
    default:
      return 0;
  }
}

// The archive of the lines up to one of "again".
std::string ArchiveOf(Input& input) {
  ZipWriter zip;
  while (!input.empty()) {
    std::string_view line = input.Line();
    if (line == "again") break;
    if (line.empty()) continue;
    const char kind = line.front();
    line.remove_prefix(1);
    const std::size_t sign = line.find('=');
    const std::string_view name = line.substr(0, sign);
    zip.Add(name, sign == std::string_view::npos ? "" : line.substr(sign + 1), ModeOf(kind));
  }
  return zip.Finish();
}

// What lies in an unpacked package is its own: files, folders, and links that stay.
void RequireTame(const fs::path& root) {
  std::uint64_t size = 0;
  const fs::path real = fs::canonical(root);
  for (fs::recursive_directory_iterator at(root), end; at != end; ++at) {
    struct stat status {};
    Require(lstat(at->path().c_str(), &status) == 0, "a file cannot be looked at", at->path().native());
    Require(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode), "a file of a strange kind",
            at->path().native());
    Require((status.st_mode & (S_ISUID | S_ISGID)) == 0, "a file that runs as somebody else", at->path().native());
    if (S_ISREG(status.st_mode)) size += static_cast<std::uint64_t>(status.st_size);
    if (S_ISLNK(status.st_mode)) {
      const fs::path relative = fs::weakly_canonical(at->path()).lexically_relative(real);
      Require(!relative.empty() && *relative.begin() != "..", "a link leads out of the package", at->path().native());
    }
  }
  Require(size <= kLimit, "more is unpacked than the limit allows", root.native());
}

void RemoveAll(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  Require(!error, "the package cache cannot be removed", error.message());
}

void Try(std::string_view bytes) {
  const Nest& nest = TheNest();
  Write(nest.archive(), bytes);
  PackageOptions options;
  options.cache_dir = nest.cache().string();
  options.unzipped_limit = kLimit;
  const auto opened = OpenPackage(nest.archive().string(), options);
  nest.RequireUntouched();
  if (!opened.ok()) {
    RequireOneLine(opened.status().message(), "a refusal that is no line");
    Require(opened.status().code() == Code::kInvalidArgument, "a bad archive is not refused as one",
            opened.status().message());
    const fs::path packages = nest.cache() / "packages";
    Require(!fs::exists(packages) || fs::is_empty(packages), "something of a refused archive is left");
    return;
  }
  Require(fs::path(opened->root).parent_path() == fs::canonical(nest.cache() / "packages"),
          "a package lies somewhere else", opened->root);
  RequireTame(opened->root);
  const auto again = OpenPackage(nest.archive().string(), options);
  Require(again.ok() && again->root == opened->root, "an unpacked package cannot be opened again", opened->root);
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tandem::fuzz::Input;
  constexpr std::string_view kEntries = "entries\n";
  tandem::fuzz::RemoveAll(tandem::fuzz::TheNest().cache());
  Input input(data, size);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!text.starts_with(kEntries)) {
    tandem::fuzz::Try(text);
    return 0;
  }
  input.Line();
  while (!input.empty()) {
    tandem::fuzz::Try(tandem::fuzz::ArchiveOf(input));
    tandem::fuzz::RemoveAll(tandem::fuzz::TheNest().cache());
  }
  return 0;
}
