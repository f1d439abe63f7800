#include "conformance/suite.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "suite_json.h"
#include "suite_reader.h"
#include "templates/one_line.h"

namespace tandem::conformance {
namespace {

namespace fs = std::filesystem;

void ReadRecorded(const JsonNode& node, Suite& suite) {
  for (const auto& [language, client] : node.Members()) suite.recorded.emplace(language, client.Line());
  suite.recorded_text = node.region();
}

void ReadSuiteText(Expected expected, const std::string& code_folder, Suite& suite) {
  const JsonDocument document(suite.file, suite.text);
  const JsonNode root = document.root();
  root.AllowOnly({"$schema", "name", "description", "recorded", "functions", "cases"});
  for (const std::string_view text : {"$schema", "description"}) {
    if (const auto member = root.Find(text)) member->Text();
  }
  if (const auto name = root.Find("name")) suite.name = name->Line();
  if (const auto recorded = root.Find("recorded")) ReadRecorded(*recorded, suite);
  std::vector<fs::path> code_folders = {suite.folder};
  std::error_code error;
  if (!code_folder.empty()) code_folders.push_back(fs::absolute(code_folder, error));
  suite.functions = FunctionsOf(root["functions"], code_folders);
  suite.cases = CasesOf(root["cases"], suite, expected);
}

Result<Suite> ReadSuite(const std::string& file, Expected expected, const std::string& code_folder) {
  auto text = ReadBytes(file);
  if (!text) return {text.status().code(), file + ": " + text.status().message()};
  Suite suite;
  suite.file = file;
  suite.text = std::move(*text);
  std::error_code error;
  suite.folder = fs::canonical(fs::path(file).parent_path() / ".", error).string();
  if (error) return {Code::kInvalidArgument, file + ": cannot find its folder: " + error.message()};
  suite.name = fs::path(suite.folder).filename().string();
  try {
    ReadSuiteText(expected, code_folder, suite);
  } catch (const BadSuite& problem) {
    return problem.status();
  }
  return suite;
}

}  // namespace

bool Case::streams() const {
  return std::any_of(expected.begin(), expected.end(), [](const auto& each) { return each.second.chunks.has_value(); });
}

std::vector<std::string> Suite::languages() const {
  std::set<std::string> languages;
  for (const auto& function : functions) {
    for (const auto& [language, implementation] : function->implementations) languages.insert(language);
  }
  return {languages.begin(), languages.end()};
}

Result<std::vector<Suite>> ReadSuites(const std::vector<std::string>& paths, Expected expected,
                                      const std::string& code_folder) {
  std::vector<Suite> suites;
  std::set<fs::path> known;
  for (const std::string& path : paths) {
    const auto files = FindSuiteFiles(path);
    if (!files) return Status(files.status().code(), templates::OneLine(files.status().message()));
    for (const std::string& file : *files) {
      std::error_code error;
      if (!known.insert(fs::weakly_canonical(file, error)).second) continue;  // named twice
      auto suite = ReadSuite(file, expected, code_folder);
      if (!suite) return Status(suite.status().code(), templates::OneLine(suite.status().message()));
      suites.push_back(std::move(*suite));
    }
  }
  return suites;
}

}  // namespace tandem::conformance
