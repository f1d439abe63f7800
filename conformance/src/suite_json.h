// A suite's values, each with its place, and what is said where one is wrong.
#ifndef TANDEM_CONFORMANCE_SUITE_JSON_H_
#define TANDEM_CONFORMANCE_SUITE_JSON_H_

#include <json/value.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/suite.h"
#include "tandem/status.h"

namespace tandem::conformance {

// Ends the reading of a suite; what() is the line for the user.
class BadSuite : public std::exception {
 public:
  BadSuite(Code code, std::string_view message);

  const char* what() const noexcept override { return status_.message().c_str(); }
  const Status& status() const { return status_; }

 private:
  Status status_;
};

class JsonNode;

// Lifetime: as long as its nodes, and shorter than `text`.
class JsonDocument {
 public:
  // A text that is part of a file begins in its line `first_line`, and has a place in it, "cases[3]". Errors: throws
  // BadSuite.
  JsonDocument(std::string file, std::string_view text, std::size_t first_line = 1, std::string path = "");

  JsonNode root() const;
  // "suite.json:12"
  std::string PlaceOf(const Json::Value& value) const;
  std::size_t LineOf(const Json::Value& value) const { return LineAt(BeginOf(value)); }
  // Where it is in the text.
  static std::size_t BeginOf(const Json::Value& value) { return static_cast<std::size_t>(value.getOffsetStart()); }
  static std::size_t EndOf(const Json::Value& value) { return static_cast<std::size_t>(value.getOffsetLimit()); }
  std::string_view TextOf(const Json::Value& value) const {
    return text_.substr(BeginOf(value), EndOf(value) - BeginOf(value));
  }

 private:
  void Parse();
  std::size_t LineAt(std::size_t offset) const;
  [[noreturn]] void RefuseText(std::size_t line, const std::string& problem) const;

  std::string file_;
  std::string_view text_;
  std::size_t first_line_;
  std::string path_;
  std::vector<std::size_t> line_ends_;
  Json::Value root_;
};

// A value in a document. Whatever is not as it is wanted is refused: Errors: throws BadSuite.
class JsonNode {
 public:
  JsonNode(const JsonDocument& document, const Json::Value& value, std::string path)
      : document_(&document), value_(&value), path_(std::move(path)) {}

  const JsonDocument& document() const { return *document_; }
  const Json::Value& value() const { return *value_; }
  // "cases[3].expect"
  const std::string& path() const { return path_; }
  // Where it is in the document's text.
  TextRegion region() const { return {JsonDocument::BeginOf(*value_), JsonDocument::EndOf(*value_)}; }
  // As it stands in the file, but compact.
  std::string CompactText() const;

  // An object that has none but these members.
  void AllowOnly(const std::vector<std::string_view>& members) const;
  std::optional<JsonNode> Find(std::string_view member) const;
  JsonNode operator[](std::string_view member) const;
  // Of an object that has at least one, in the file's order.
  std::vector<std::pair<std::string, JsonNode>> Members() const;
  std::vector<JsonNode> Elements(std::size_t least = 0) const;

  std::string Text() const;
  // A text that is not empty and has no control characters.
  std::string Line() const;
  std::vector<std::string> Lines() const;
  std::string Choice(const std::vector<std::string_view>& allowed) const;
  int Whole(int least, int most) const;

  // A line for the user that begins with the place.
  [[noreturn]] void Refuse(std::string_view problem, Code code = Code::kInvalidArgument) const;
  // "wants a number, not a string".
  [[noreturn]] void RefuseKind(std::string_view wanted) const;

 private:
  const JsonDocument* document_;
  const Json::Value* value_;
  std::string path_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_JSON_H_
