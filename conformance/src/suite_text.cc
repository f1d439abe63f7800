#include "suite_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <numeric>

#include "templates/utf8.h"

namespace tandem::conformance {
namespace {

constexpr std::string_view kJsonSpace = " \t\r\n";
constexpr std::string_view kJsonSigns = "{}[]:,";

// Where the string ends that `json` begins with.
std::size_t EndOfString(std::string_view json) {
  for (std::size_t at = 1; at < json.size(); ++at) {
    if (json[at] == '"') return at + 1;
    if (json[at] == '\\') ++at;
  }
  return json.size();
}

// The same for a comment; 0: it begins with none.
std::size_t EndOfComment(std::string_view json) {
  if (json.starts_with("//")) return std::min(json.find_first_of("\r\n"), json.size());
  if (!json.starts_with("/*")) return 0;
  const std::size_t end = json.find("*/", 2);
  return end == std::string_view::npos ? json.size() : end + 2;
}

std::string DefectOfWord(std::string_view word) {
  static const RE2 kWords(R"(true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?)");
  if (RE2::FullMatch(re2::StringPiece(word.data(), word.size()), kWords)) return "";
  constexpr std::size_t kMostShown = 40;
  return (word.size() > kMostShown ? "this" : "'" + std::string(word) + "'") + " is no JSON";
}

std::string DefectOfString(std::string_view text) {
  if (text.find_first_of("\r\n") != std::string_view::npos) return "a string does not end in its line";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  const bool is_bad = std::any_of(text.begin(), text.end(), is_control);
  return is_bad ? "a string has a control character: write it as an escape" : "";
}

std::string DefectOf(const JsonPiece& piece) {
  if (piece.kind == JsonPiece::Kind::kWord) return DefectOfWord(piece.text);
  return piece.kind == JsonPiece::Kind::kString ? DefectOfString(piece.text) : "";
}

// Levenshtein's distance.
std::size_t WordDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

Result<const Parameter*> FindParameter(std::string_view name, const std::vector<Parameter>& parameters) {
  std::vector<std::string_view> names;
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter;
    names.push_back(parameter.name);
  }
  return {Code::kInvalidArgument, "there is no parameter ${" + std::string(name) + "}; " + AdviceOn(name, names)};
}

// A string's text between its quotes, with every ${x} in it replaced.
Result<std::string> PutIntoString(std::string_view text, const std::vector<Parameter>& parameters) {
  std::string replaced;
  while (true) {
    const std::size_t begin = std::min(text.find("${"), text.size());
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return replaced.append(text);
    const auto parameter = FindParameter(text.substr(begin + 2, end - begin - 2), parameters);
    if (!parameter) return parameter.status();
    replaced.append(text.substr(0, begin)).append((*parameter)->shown());
    text.remove_prefix(end + 1);
  }
}

// Whether the text after a string makes it the name of a member.
bool IsBeforeColon(std::string_view json) {
  JsonPiece piece = FirstPiece(json);
  for (; piece.kind == JsonPiece::Kind::kSpace && !json.empty(); piece = FirstPiece(json)) {
    json.remove_prefix(piece.text.size());
  }
  return piece.text == ":";
}

bool IsParameterAlone(std::string_view text) {
  return text.starts_with("${") && text.find('}') == text.size() - 1;
}

}  // namespace

JsonPiece FirstPiece(std::string_view json) {
  using Kind = JsonPiece::Kind;
  if (json.empty()) return {};
  const auto piece = [&](Kind kind, std::size_t size) { return JsonPiece{kind, json.substr(0, size)}; };
  if (const std::size_t space = std::min(json.find_first_not_of(kJsonSpace), json.size()); space > 0) {
    return piece(Kind::kSpace, space);
  }
  if (const std::size_t comment = EndOfComment(json); comment > 0) return piece(Kind::kSpace, comment);
  if (json[0] == '"') return piece(Kind::kString, EndOfString(json));
  if (kJsonSigns.find(json[0]) != std::string_view::npos) return piece(Kind::kSign, 1);
  return piece(Kind::kWord, json.find_first_of(" \t\r\n{}[]:,\"/", 1));
}

std::string CompactJson(std::string_view json) {
  std::string compact;
  while (!json.empty()) {
    const JsonPiece piece = FirstPiece(json);
    if (piece.kind != JsonPiece::Kind::kSpace) compact += piece.text;
    json.remove_prefix(piece.text.size());
  }
  return compact;
}

std::optional<TextDefect> FindTextDefect(std::string_view json) {
  for (std::size_t at = 0; at < json.size();) {  // a line break is never a part of another character
    const std::size_t end = std::min(json.find('\n', at), json.size());
    if (!templates::IsUtf8(json.substr(at, end - at))) return TextDefect{at, "this is no UTF-8 text"};
    at = end + 1;
  }
  for (std::size_t at = 0; at < json.size();) {
    const JsonPiece piece = FirstPiece(json.substr(at));
    if (const std::string problem = DefectOf(piece); !problem.empty()) return TextDefect{at, problem};
    at += piece.text.size();
  }
  return std::nullopt;
}

std::string Parameter::shown() const {
  if (value.starts_with('"')) return value.substr(1, value.size() - 2);
  std::string escaped;
  for (const char c : value) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

Result<std::string> PutParametersIn(std::string_view json, const std::vector<Parameter>& parameters) {
  std::string replaced;
  while (!json.empty()) {
    const JsonPiece piece = FirstPiece(json);
    json.remove_prefix(piece.text.size());
    if (piece.kind != JsonPiece::Kind::kString) {
      replaced += piece.text;
      continue;
    }
    const std::string_view text = piece.text.substr(1, piece.text.size() - 2);
    if (IsParameterAlone(text) && !IsBeforeColon(json)) {
      const auto parameter = FindParameter(text.substr(2, text.size() - 3), parameters);
      if (!parameter) return parameter.status();
      replaced += (*parameter)->value;
      continue;
    }
    const auto put = PutIntoString(text, parameters);
    if (!put) return put.status();
    replaced.append("\"").append(*put).append("\"");
  }
  return replaced;
}

std::string AdviceOn(std::string_view word, const std::vector<std::string_view>& allowed) {
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(word.size() < 4 ? 1 : 2, word.size() / 3) + 1;
  for (const std::string_view candidate : allowed) {
    if (word.empty()) break;
    const bool begins = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t distance = begins ? 1 : WordDistance(word.substr(0, 100), candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  if (!nearest.empty()) return "did you mean '" + std::string(nearest) + "'?";
  return "allowed " + std::string(allowed.size() == 1 ? "is " : "are ") + ListOf(allowed);
}

std::string ListOf(const std::vector<std::string_view>& words, std::string_view last) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
    list += words[i];
  }
  return list;
}

}  // namespace tandem::conformance
