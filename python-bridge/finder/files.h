// Small questions to the file system.
#ifndef TANDEM_PYTHON_FINDER_FILES_H_
#define TANDEM_PYTHON_FINDER_FILES_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::python {

namespace fs = std::filesystem;

bool IsFile(const fs::path& path);
bool IsFolder(const fs::path& path);
// The path with links resolved; the path itself where that fails.
fs::path Real(const fs::path& path);
// The folders in a folder, sorted so that larger numbers in their names come first.
std::vector<fs::path> FoldersNewestFirst(const fs::path& folder);
// The first bytes of a file; empty where it cannot be read.
std::string ReadHead(const fs::path& path, size_t limit);
// The text between `before` and `after` in a text; empty where there is none.
std::string_view Between(std::string_view text, std::string_view before, std::string_view after);
// A "X.Y.Z" that a binary file holds as a string of its own, for a given "X.Y."; empty where there is none.
std::string EmbeddedVersion(const fs::path& binary, std::string_view prefix);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_FINDER_FILES_H_
