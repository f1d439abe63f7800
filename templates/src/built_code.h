// Whether the folder that a template names holds code that can run, or what has yet to be built.
#ifndef TANDEM_TEMPLATES_BUILT_CODE_H_
#define TANDEM_TEMPLATES_BUILT_CODE_H_

#include <filesystem>
#include <string>
#include <vector>

namespace tandem::templates {

// What a folder of Java lacks, and what to run; empty: nothing, or it is no Java project.
std::string UnbuiltJava(const std::filesystem::path& folder);

// Which packages of the folder's requirements.txt are neither in it nor in `others`, as one sentence; empty: none.
std::string MissingPackages(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& others);

// What makes `path`, which is not there, by the project file beside it or above it, up to `root`; empty: unknown.
std::string BuildCommandFor(const std::filesystem::path& path, const std::filesystem::path& root);

// Where a layer's or an environment's packages for Python may lie.
std::vector<std::filesystem::path> PythonFoldersOfLayer(const std::filesystem::path& layer);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_BUILT_CODE_H_
