#include "workers/bootstrap.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace tandem::workers {
namespace {

namespace fs = std::filesystem;

constexpr char kName[] = "/bootstrap";
constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool IsExecutable(const std::string& path) {
  return IsFile(path) && access(path.c_str(), X_OK) == 0;
}

// The first folder of the package that has one; empty: none has.
std::string FolderWithOne(const std::string& code_root) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(code_root, error), end; !error && at != end; at.increment(error)) {
    if (IsExecutable(at->path().string() + kName)) names.push_back(at->path().filename().string());
  }
  return names.empty() ? std::string() : *std::min_element(names.begin(), names.end());
}

std::string HintWithout(const std::string& code_root, const std::string& not_executable) {
  if (!not_executable.empty()) return "make " + not_executable + " executable (chmod +x), before it is packed";
  if (const std::string folder = FolderWithOne(code_root); !folder.empty()) {
    return "the bootstrap is in the folder " + folder + " of the package: package what " + folder + " holds";
  }
  return "a function with such a runtime brings a program along: an executable file bootstrap at the root of its "
         "package or of a layer";
}

std::string FirstLine(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  return line;
}

// What a script's first line names; empty: it is no such line.
std::string InterpreterIn(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(" \t\r", 2);
  if (!line.starts_with("#!") || begin == std::string::npos) return {};
  return line.substr(begin, line.find_first_of(" \t\r", begin) - begin);
}

bool IsElf(const std::string& path) {
  std::array<char, 4> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  return magic == std::array<char, 4>{0x7F, 'E', 'L', 'F'};
}

std::string HintFor(const std::string& path) {
  if (IsElf(path)) return "the bootstrap is a program for another kind of machine: build it for this one";
  const std::string line = FirstLine(path);
  const std::string interpreter = InterpreterIn(line);
  if (interpreter.empty()) {
    return "the bootstrap is neither a program nor a script whose first line names its interpreter, such as #!/bin/sh";
  }
  if (line.ends_with('\r')) return "the bootstrap's lines end as on Windows: write it with the line ends of Unix";
  return "the bootstrap's first line names " + interpreter + ", which is not on this machine or may not be executed";
}

}  // namespace

Bootstrap FindBootstrap(const std::string& code_root, const std::vector<std::string>& layers) {
  std::vector<std::string> places = {code_root + kName};
  for (const std::string& layer : std::vector<std::string>(layers.rbegin(), layers.rend()))
    places.push_back(layer + kName);
  places.push_back(std::string("/opt") + kName);
  if (const auto found = std::find_if(places.begin(), places.end(), IsExecutable); found != places.end()) {
    return {*found, {}};
  }
  const auto file = std::find_if(places.begin(), places.end(), IsFile);
  EntrypointFailure failure;
  failure.reason = "Couldn't find valid bootstrap(s): [";
  for (const std::string& place : places) failure.reason += (&place == places.data() ? "" : " ") + place;
  failure.reason += ']';
  failure.hint = HintWithout(code_root, file == places.end() ? std::string() : *file);
  failure.exit_status = file == places.end() ? kNotFound : kNotExecutable;
  return {{}, std::move(failure)};
}

EntrypointFailure DescribeExecFailure(const std::string& path, std::string reason) {
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  return {"fork/exec " + path + ": " + reason, HintFor(path), kNotExecutable};
}

}  // namespace tandem::workers
