// Command-line options: one table per verb drives parsing, errors and help.
#ifndef TANDEM_CLI_OPTIONS_H_
#define TANDEM_CLI_OPTIONS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/status.h"

namespace tandem::cli {

// One option as users see it.
struct OptionSpec {
  std::string_view group;  // the heading that help lists it under
  std::string_view name;   // without the dashes
  char letter;             // its short form; 0: none
  std::string_view value;  // what help calls its value; empty: a switch
  std::string_view help;
  bool repeatable = false;
};

using OptionTable = std::vector<OptionSpec>;

// What the user gave.
class ParsedOptions {
 public:
  bool Has(std::string_view name) const { return values_.contains(name); }
  // Null when the option was not given.
  const std::string* Find(std::string_view name) const;
  // In the order given.
  const std::vector<std::string>& All(std::string_view name) const;
  void Add(std::string_view name, std::vector<std::string> values);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// How many arguments without an option a verb takes.
enum class Positionals : bool { kOne, kAny };

// Parses a verb's arguments. A value is taken as it stands, be it "-", "-1" or empty. `positional` is the name by which
// arguments without an option are kept; empty: the verb takes none. Errors: kInvalidArgument, in a line that names
// the option.
Result<ParsedOptions> ParseOptions(const OptionTable& table, const std::vector<std::string>& arguments,
                                   std::string_view positional = {}, Positionals positionals = Positionals::kOne);

// The options under their headings, for help.
std::string DescribeOptions(const OptionTable& table);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_OPTIONS_H_
