// The parts of a suite, read from its values.
#ifndef TANDEM_CONFORMANCE_SUITE_READER_H_
#define TANDEM_CONFORMANCE_SUITE_READER_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite.h"
#include "suite_json.h"
#include "tandem/status.h"

namespace tandem::conformance {

// The bytes of a file, at most 64 MiB of them. Errors: kNotFound, kInvalidArgument.
Result<std::string> ReadBytes(const std::filesystem::path& path);

// These throw BadSuite. Files are relative to `folder`, an absolute path.

// Of the file that a value names.
std::string FileBytesOf(const JsonNode& node, const std::filesystem::path& folder);
std::string Base64BytesOf(const JsonNode& node);
// Code is in the first of the folders that has it.
std::vector<std::unique_ptr<SuiteFunction>> FunctionsOf(const JsonNode& node,
                                                        const std::vector<std::filesystem::path>& code_folders);
Expectation ExpectationOf(const JsonNode& node, const std::filesystem::path& folder);
// Of a suite whose functions are there.
std::vector<Case> CasesOf(const JsonNode& node, const Suite& suite, Expected expected);

// The suites' files that `path` names, as it names them. Errors: kNotFound, kInvalidArgument.
Result<std::vector<std::string>> FindSuiteFiles(const std::string& path);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_READER_H_
