#include "options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <exception>
#include <utility>

#include "text.h"

namespace po = boost::program_options;

namespace tandem::cli {
namespace {

constexpr std::size_t kHelpWidth = 92;
constexpr std::size_t kHelpIndent = 32;  // where the explanations begin

const OptionSpec* SpecOf(const OptionTable& table, std::string_view token) {
  const auto named = [&](const OptionSpec& spec) {
    if (token.starts_with("--")) return token.substr(2) == spec.name;
    return spec.letter != 0 && token.size() == 2 && token[0] == '-' && token[1] == spec.letter;
  };
  const auto found = std::find_if(table.begin(), table.end(), named);
  return found == table.end() ? nullptr : &*found;
}

// An option that is followed by another one.
struct MissingValue : std::exception {
  explicit MissingValue(const OptionSpec& of) : spec(&of) {}
  const OptionSpec* spec;
};

std::string NeedsValue(const OptionSpec& spec) {
  return "--" + std::string(spec.name) + " needs a value: " + std::string(spec.value);
}

// The next option together with its value; throws MissingValue. The library's own parsers refuse an empty value and
// take "-1" for an option.
std::vector<po::option> TakeValueOption(const OptionTable& table, std::vector<std::string>& rest) {
  const std::string token = rest.front();
  const bool is_long = token.starts_with("--");
  const std::size_t equals = is_long ? token.find('=') : std::string::npos;
  const std::size_t name_size = is_long ? std::min(equals, token.size()) : std::min<std::size_t>(2, token.size());
  const OptionSpec* spec = SpecOf(table, token.substr(0, name_size));
  if (spec == nullptr || spec->value.empty()) return {};

  std::string value;
  std::size_t taken = 1;
  if (equals != std::string::npos) {
    value = token.substr(equals + 1);
  } else if (token.size() > name_size) {
    value = token.substr(name_size);
  } else if (rest.size() > 1) {
    if (SpecOf(table, rest[1].substr(0, rest[1].find('='))) != nullptr) throw MissingValue(*spec);
    value = rest[1];
    taken = 2;
  } else {
    return {};
  }
  const auto end = rest.begin() + static_cast<std::ptrdiff_t>(taken);
  po::option option(std::string(spec->name), {value});
  option.original_tokens.assign(rest.begin(), end);
  rest.erase(rest.begin(), end);
  return {option};
}

po::options_description Declare(const OptionTable& table) {
  po::options_description description;
  for (const OptionSpec& spec : table) {
    std::string name(spec.name);
    if (spec.letter != 0) name += std::string(",") + spec.letter;
    if (spec.value.empty()) {
      description.add_options()(name.c_str(), "");
    } else {
      description.add_options()(name.c_str(), po::value<std::vector<std::string>>(), "");
    }
  }
  return description;
}

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

Status UnknownOption(const OptionTable& table, const std::string& token) {
  std::vector<std::string_view> names;
  for (const OptionSpec& spec : table) names.push_back(spec.name);
  const std::string name = token.substr(0, token.find('='));
  const std::size_t dashes = std::min(name.find_first_not_of('-'), name.size());
  return Bad("unknown option " + name + DidYouMean(std::string_view(name).substr(dashes), "--", names));
}

Result<ParsedOptions> Collect(const OptionTable& table, const std::vector<po::option>& options,
                              std::string_view positional, Positionals positionals) {
  ParsedOptions parsed;
  for (const po::option& option : options) {
    if (option.position_key != -1 || option.string_key.empty()) {
      const std::string argument = option.value.empty() ? std::string() : option.value.front();
      const bool is_one_too_many = positionals == Positionals::kOne && parsed.Has(positional);
      if (positional.empty() || is_one_too_many) return Bad("unexpected argument '" + argument + "'");
      parsed.Add(positional, {argument});
      continue;
    }
    const OptionSpec* spec = SpecOf(table, "--" + option.string_key);
    if (spec == nullptr) return UnknownOption(table, option.string_key);
    if (parsed.Has(spec->name) && !spec->repeatable && !spec->value.empty()) {
      return Bad("--" + std::string(spec->name) + " is given more than once");
    }
    parsed.Add(spec->name, option.value);
  }
  return parsed;
}

}  // namespace

const std::string* ParsedOptions::Find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? nullptr : &found->second.front();
}

const std::vector<std::string>& ParsedOptions::All(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

void ParsedOptions::Add(std::string_view name, std::vector<std::string> values) {
  auto& all = values_[std::string(name)];
  std::move(values.begin(), values.end(), std::back_inserter(all));
}

Result<ParsedOptions> ParseOptions(const OptionTable& table, const std::vector<std::string>& arguments,
                                   std::string_view positional, Positionals positionals) {
  namespace style = po::command_line_style;
  const po::options_description description = Declare(table);
  try {
    const po::parsed_options parsed =
        po::command_line_parser(arguments)
            .options(description)
            .style(style::unix_style & ~style::allow_guessing)
            .extra_style_parser([&](std::vector<std::string>& rest) { return TakeValueOption(table, rest); })
            .run();
    return Collect(table, parsed.options, positional, positionals);
  } catch (const po::unknown_option& error) {
    return UnknownOption(table, error.get_option_name());
  } catch (const po::invalid_command_line_syntax& error) {
    const OptionSpec* spec = SpecOf(table, error.get_option_name());
    if (spec == nullptr) return Bad(error.what());
    return Bad(spec->value.empty() ? "--" + std::string(spec->name) + " takes no value" : NeedsValue(*spec));
  } catch (const MissingValue& missing) {
    return Bad(NeedsValue(*missing.spec));
  } catch (const po::error& error) {
    return Bad(error.what());
  }
}

std::string DescribeOptions(const OptionTable& table) {
  std::string text;
  std::string_view group;
  for (const OptionSpec& spec : table) {
    if (spec.group != group) text += "\n" + std::string(spec.group) + ":\n";
    group = spec.group;
    std::string line = spec.letter == 0 ? std::string("      --") : std::string("  -") + spec.letter + ", --";
    line += spec.name;
    if (!spec.value.empty()) line += " " + std::string(spec.value);
    if (line.size() + 2 > kHelpIndent) {
      text += line + "\n";
      line.clear();
    }
    for (const std::string& part : Wrap(spec.help, kHelpWidth - kHelpIndent)) {
      line.resize(std::max(line.size(), kHelpIndent), ' ');
      text += line + part + "\n";
      line.clear();
    }
  }
  return text;
}

}  // namespace tandem::cli
