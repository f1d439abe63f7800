#include <re2/re2.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include "host/api/json.h"
#include "suite_reader.h"

namespace tandem::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{64} << 20U;
constexpr char kSuiteFile[] = "suite.json";

Status CannotReadFile(const fs::path& path, const std::error_code& error) {
  return {Code::kInvalidArgument, "cannot read " + path.string() + ": " + error.message()};
}

// Walks a folder down to its suites.
class SuiteSearch {
 public:
  Status Visit(const fs::path& folder) {
    std::error_code error;
    const fs::path known = fs::canonical(folder, error);
    if (error) return CannotReadFile(folder, error);
    if (!visited_.insert(known).second) return {};  // by another link
    if (fs::is_regular_file(folder / kSuiteFile, error)) {
      files_.push_back((folder / kSuiteFile).string());
      return {};
    }
    for (const fs::path& below : FoldersIn(folder, error)) {
      if (Status status = Visit(below); !status.ok()) return status;
    }
    return error ? CannotReadFile(folder, error) : Status();
  }

  std::vector<std::string> Take() { return std::move(files_); }

 private:
  // Sorted, without the hidden ones.
  static std::vector<fs::path> FoldersIn(const fs::path& folder, std::error_code& error) {
    std::vector<fs::path> folders;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      std::error_code not_there;
      const bool is_hidden = at->path().filename().string().starts_with('.');
      if (!is_hidden && at->is_directory(not_there)) folders.push_back(at->path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  std::set<fs::path> visited_;
  std::vector<std::string> files_;
};

}  // namespace

Result<std::string> ReadBytes(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return {Code::kNotFound, "there is no " + path.string()};
  if (error) return CannotReadFile(path, error);
  if (!fs::is_regular_file(status)) return {Code::kInvalidArgument, path.string() + " is no file"};
  if (const std::uintmax_t size = fs::file_size(path, error); !error && size > kMostFileBytes) {
    return {Code::kInvalidArgument, path.string() + " has " + std::to_string(size) + " bytes; at most " +
                                        std::to_string(kMostFileBytes) + " are read"};
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return CannotReadFile(path, std::error_code(errno, std::generic_category()));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string FileBytesOf(const JsonNode& node, const fs::path& folder) {
  auto bytes = ReadBytes((folder / node.Line()).lexically_normal());
  if (!bytes) node.Refuse(bytes.status().message(), bytes.status().code());
  return std::move(*bytes);
}

std::string Base64BytesOf(const JsonNode& node) {
  static const RE2 kBase64("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?");
  const std::string text = node.Text();
  const auto bytes = host::DecodeBase64(text);
  if (!bytes || !RE2::FullMatch(text, kBase64)) node.Refuse("is no Base64 with its padding");
  return *bytes;
}

Result<std::vector<std::string>> FindSuiteFiles(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return {Code::kNotFound, path + ": there is no such file or folder"};
  }
  if (!fs::is_directory(status)) return std::vector<std::string>{path};
  SuiteSearch search;
  if (const Status found = search.Visit(path); !found.ok()) {
    return {found.code(), path + ": " + found.message()};
  }
  std::vector<std::string> files = search.Take();
  if (files.empty()) return {Code::kNotFound, path + ": there is no " + kSuiteFile + " in it"};
  return files;
}

}  // namespace tandem::conformance
