// One language's part in the suite, as its suite.json describes it.
#ifndef TANDEM_TESTS_LOADERS_LANGUAGE_H_
#define TANDEM_TESTS_LOADERS_LANGUAGE_H_

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "tandem/registry.h"

namespace tandem::test {

struct Language {
  std::string name;
  std::string package;  // absolute
  std::string twin;     // absolute: another package with the same names in it
  std::string runtime;  // runtime identifier or the language's name
  LanguageOptions options;
  std::map<std::string, std::string> handlers;  // by role

  friend std::ostream& operator<<(std::ostream& out, const Language& language) { return out << language.name; }
};

// The languages of this build. Throws std::runtime_error when a suite.json is wrong, or when an environment variable
// that it takes its runtime from is unset.
std::vector<Language> Languages();

// The loaders' folders of this build that exist.
std::vector<std::string> LoaderDirs();

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LOADERS_LANGUAGE_H_
