#include "language.h"

#include <json/json.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tandem::test {
namespace {

Language Read(const std::string& name) {
  const std::string folder = std::string(TANDEM_TEST_SUITES) + "/" + name;
  std::ifstream file(folder + "/suite.json");
  Json::Value suite;
  std::string errors;
  if (!Json::parseFromStream(Json::CharReaderBuilder(), file, &suite, &errors)) {
    throw std::runtime_error(folder + "/suite.json: " + errors);
  }
  Language language;
  language.name = suite["language"].asString();
  language.runtime = language.name;
  language.package = folder + "/" + suite["package"].asString();
  language.twin = folder + "/" + suite["twin"].asString();
  for (const std::string& role : suite["handlers"].getMemberNames()) {
    language.handlers[role] = suite["handlers"][role].asString();
  }
  if (suite.isMember("runtime_from")) {
    const std::string variable = suite["runtime_from"].asString();
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') throw std::runtime_error("the test needs the variable " + variable);
    // A version, "3.11", or the path of an interpreter or JDK.
    if (std::isdigit(static_cast<unsigned char>(*value)) != 0) {
      language.runtime += value;
    } else {
      language.options.path = value;
    }
  }
  const Json::Value& options_from = suite["options_from"];
  for (const std::string& option : options_from.getMemberNames()) {
    const char* value = std::getenv(options_from[option].asCString());
    if (value != nullptr) language.options.options[option] = value;
  }
  return language;
}

}  // namespace

std::vector<Language> Languages() {
  std::vector<Language> languages;
  std::istringstream names(TANDEM_TEST_LANGUAGES);
  for (std::string name; std::getline(names, name, ',');) languages.push_back(Read(name));
  return languages;
}

std::vector<std::string> LoaderDirs() {
  std::vector<std::string> dirs = {TANDEM_TEST_LOADERS};
  if (std::filesystem::is_directory(TANDEM_LOADERS)) dirs.emplace_back(TANDEM_LOADERS);
  return dirs;
}

}  // namespace tandem::test
