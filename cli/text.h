// Small things that several verbs do with text.
#ifndef TANDEM_CLI_TEXT_H_
#define TANDEM_CLI_TEXT_H_

#include <json/forwards.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "templates/one_line.h"

namespace tandem::cli {

// The candidate that `word` was most likely meant to be; empty when none is near.
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates);

// " (did you mean <prefix><candidate>?)", or nothing.
std::string DidYouMean(std::string_view word, std::string_view prefix, const std::vector<std::string_view>& candidates);

// `text` broken at blanks into lines of at most `width` columns.
std::vector<std::string> Wrap(std::string_view text, std::size_t width);

// So that a message that quotes a text stays one line.
using templates::OneLine;

// Indented by two blanks, with UTF-8 as it is, and a newline at the end.
std::string PrettyJson(const Json::Value& value);

// RFC 4648, with padding and without line breaks.
std::string Base64(std::string_view bytes);

}  // namespace tandem::cli

#endif  // TANDEM_CLI_TEXT_H_
