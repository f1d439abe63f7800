#include "files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>

namespace tandem::python {
namespace {

bool IsDigit(char letter) {
  return std::isdigit(static_cast<unsigned char>(letter)) != 0;
}

// Whether `left` comes before `right` when runs of digits count as numbers.
bool NaturallyLess(std::string_view left, std::string_view right) {
  size_t l = 0;
  size_t r = 0;
  while (l < left.size() && r < right.size()) {
    if (IsDigit(left[l]) && IsDigit(right[r])) {
      const size_t l_start = l;
      const size_t r_start = r;
      while (l < left.size() && IsDigit(left[l])) ++l;
      while (r < right.size() && IsDigit(right[r])) ++r;
      const size_t l_size = l - l_start;
      const size_t r_size = r - r_start;
      if (l_size != r_size) return l_size < r_size;
      const int order = left.compare(l_start, l_size, right.substr(r_start, r_size));
      if (order != 0) return order < 0;
      continue;
    }
    if (left[l] != right[r]) return left[l] < right[r];
    ++l;
    ++r;
  }
  return left.size() - l < right.size() - r;
}

// A file's bytes, mapped for reading.
// Owns: the mapping.
class Mapping {
 public:
  explicit Mapping(const fs::path& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<size_t>(status.st_size);
      void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
      if (mapped != MAP_FAILED) data_ = static_cast<const char*>(mapped);
    }
    close(descriptor);
  }
  ~Mapping() {
    if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::string_view bytes() const { return data_ == nullptr ? std::string_view() : std::string_view(data_, size_); }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace

bool IsFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool IsFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

fs::path Real(const fs::path& path) {
  std::error_code failure;
  const fs::path real = fs::canonical(path, failure);
  return failure ? path : real;
}

std::vector<fs::path> FoldersNewestFirst(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    if (IsFolder(at->path())) found.push_back(at->path());
  }
  std::sort(found.begin(), found.end(),
            [](const fs::path& left, const fs::path& right) { return NaturallyLess(right.native(), left.native()); });
  return found;
}

std::string ReadHead(const fs::path& path, size_t limit) {
  std::ifstream file(path, std::ios::binary);
  std::string text(limit, '\0');
  file.read(text.data(), static_cast<std::streamsize>(limit));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

std::string_view Between(std::string_view text, std::string_view before, std::string_view after) {
  const size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  const size_t from = start + before.size();
  const size_t end = text.find(after, from);
  return end == std::string_view::npos ? std::string_view() : text.substr(from, end - from);
}

std::string EmbeddedVersion(const fs::path& binary, std::string_view prefix) {
  const Mapping mapping(binary);
  const std::string wanted = '\0' + std::string(prefix);
  const std::string_view bytes = mapping.bytes();
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != nullptr && at < end) {
    const void* hit = memmem(at, static_cast<size_t>(end - at), wanted.data(), wanted.size());
    if (hit == nullptr) return {};
    at = static_cast<const char*>(hit) + 1;
    const char* stop = at + prefix.size();
    while (stop < end && IsDigit(*stop)) ++stop;
    const bool has_patch = stop > at + prefix.size();
    if (has_patch && stop < end && (*stop == '\0' || *stop == '+' || *stop == 'r' || *stop == 'a' || *stop == 'b')) {
      return {at, stop};
    }
  }
  return {};
}

}  // namespace tandem::python
