// Document: a template's text as a tree that remembers where everything is written.
#ifndef TANDEM_TEMPLATES_DOCUMENT_H_
#define TANDEM_TEMPLATES_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/status.h"

namespace tandem::templates {

// CloudFormation's own limit for a template, in bytes.
inline constexpr std::size_t kMaxTemplateBytes = 1'000'000;
// How deep lists, maps and the functions in them may nest, aliases followed.
inline constexpr int kMaxDepth = 100;
// How many values a template may hold once its merge keys are merged.
inline constexpr std::size_t kMaxNodes = 200'000;

// Counted from 1; 0: unknown.
struct Mark {
  int line = 0;
  int column = 0;
};

struct TreeNode;
using NodePtr = std::shared_ptr<const TreeNode>;

struct Entry {
  std::string key;  // as it is written, so that 0123 and on are names like any other
  Mark mark;
  NodePtr value;
  bool from_globals = false;
};

// A value. An alias is the very node that it names, so an expanded alias costs nothing.
struct TreeNode {
  enum class Kind : std::uint8_t {
    kScalar,
    kList,
    kMap,
    kAbsent,  // AWS::NoValue: as if it were not written
  };

  Kind kind = Kind::kScalar;
  Mark mark;
  std::string text;    // of a scalar
  bool plain = false;  // of a scalar: neither quoted nor a block nor tagged, so that it may be a number or a boolean
  std::vector<NodePtr> items;
  std::vector<Entry> entries;
  int height = 1;

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_absent() const { return kind == Kind::kAbsent; }
  // Null when there is no such key.
  const Entry* Find(std::string_view key) const;
};

NodePtr MakeText(std::string text, Mark mark);
NodePtr MakeList(std::vector<NodePtr> items, Mark mark);
NodePtr MakeMap(std::vector<Entry> entries, Mark mark);
NodePtr MakeAbsent(Mark mark);

// "Kind of node" for messages: "a list"; of null "nothing".
std::string_view KindName(const TreeNode& node);

// Reads one YAML or JSON document. Short forms of functions become long ones (`!Sub x` is {"Fn::Sub": x}), a tag that
// stands for no function becomes the key itself ({"!Foo": x}), merge keys are merged. Errors: kInvalidArgument, in a
// line that begins with "<name>:<line>:<column>: ".
Result<NodePtr> ParseDocument(std::string_view bytes, const std::string& name);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_DOCUMENT_H_
