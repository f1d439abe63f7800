#include "document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "scalar.h"
#include "templates/utf8.h"

namespace tandem::templates {
namespace {

constexpr std::array<std::string_view, 18> kFunctions = {
    "And",  "Base64", "Cidr", "Equals", "FindInMap", "GetAZs", "GetAtt", "If",        "ImportValue",
    "Join", "Length", "Not",  "Or",     "Select",    "Split",  "Sub",    "Transform", "ToJsonString",
};

// Why a document is refused, and where.
class Refused : public std::runtime_error {
 public:
  Refused(Mark mark, const std::string& reason) : std::runtime_error(reason), mark_(mark) {}
  Mark mark() const { return mark_; }

 private:
  Mark mark_;
};

Mark FromYaml(const YAML::Mark& mark) {
  return mark.is_null() ? Mark{} : Mark{mark.line + 1, mark.column + 1};
}

std::string KeyOfTag(std::string_view tag) {
  const std::string_view name = tag.substr(1);
  if (name == "Ref" || name == "Condition") return std::string(name);
  const bool known = std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
  return (known ? "Fn::" : "!") + std::string(name);
}

// `!GetAtt A.B.C` is the list A, B.C.
NodePtr SplitAttribute(const NodePtr& node) {
  if (!node->is_scalar()) return node;
  const std::size_t dot = node->text.find('.');
  if (dot == std::string::npos) return node;
  return MakeList({MakeText(node->text.substr(0, dot), node->mark), MakeText(node->text.substr(dot + 1), node->mark)},
                  node->mark);
}

// The tags that we give a meaning begin with one '!'; the YAML library writes "!" and "?" for what has no tag.
bool IsLocalTag(std::string_view tag) {
  return tag.size() > 1 && tag.front() == '!';
}

NodePtr ApplyTag(const std::string& tag, const NodePtr& node) {
  if (!IsLocalTag(tag)) return node;
  std::string key = KeyOfTag(tag);
  NodePtr argument = key == "Fn::GetAtt" ? SplitAttribute(node) : node;
  const Mark mark = node->mark;
  return MakeMap({Entry{std::move(key), mark, std::move(argument)}}, mark);
}

// Builds the tree from the parser's events.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) throw Refused(FromYaml(mark), "a second document begins here; a template is one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { OnScalar(mark, "?", anchor, ""); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end() || !found->second) throw Refused(FromYaml(mark), "this alias is part of what it names");
    Add(found->second, FromYaml(mark), false);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const auto node = std::make_shared<TreeNode>();
    node->mark = FromYaml(mark);
    node->text = value;
    node->plain = tag.empty() || tag == "?";
    Count(node->mark);
    const bool merges = node->plain && value == "<<";
    NodePtr tagged = ApplyTag(tag, node);
    if (anchor != 0) anchors_[anchor] = tagged;
    Add(std::move(tagged), FromYaml(mark), merges);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Begin(TreeNode::Kind::kList, FromYaml(mark), tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Begin(TreeNode::Kind::kMap, FromYaml(mark), tag, anchor);
  }
  void OnSequenceEnd() override { End(); }
  void OnMapEnd() override {
    Merge(frames_.back());
    End();
  }

  const NodePtr& root() const { return root_; }

 private:
  // A list or map that is not complete.
  struct Frame {
    std::shared_ptr<TreeNode> node;
    std::string tag;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    bool key_merges = false;
    Entry next;
    std::unordered_map<std::string, Mark> keys;
    std::vector<NodePtr> merged;
  };

  void Count(Mark mark, std::size_t nodes = 1) {
    count_ += nodes;
    if (count_ > kMaxNodes) throw Refused(mark, "more than " + std::to_string(kMaxNodes) + " values are too many");
  }

  void Begin(TreeNode::Kind kind, Mark mark, const std::string& tag, YAML::anchor_t anchor) {
    Count(mark);
    if (frames_.size() >= static_cast<std::size_t>(kMaxDepth)) RefuseDepth(mark);
    Frame& frame = frames_.emplace_back();
    frame.node = std::make_shared<TreeNode>();
    frame.node->kind = kind;
    frame.node->mark = mark;
    frame.tag = tag;
    frame.anchor = anchor;
    if (anchor != 0) anchors_[anchor] = nullptr;
  }

  void End() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.node->height > kMaxDepth) RefuseDepth(frame.node->mark);
    NodePtr tagged = ApplyTag(frame.tag, frame.node);
    if (frame.anchor != 0) anchors_[frame.anchor] = tagged;
    Add(std::move(tagged), frame.node->mark, false);
  }

  void Add(NodePtr node, Mark mark, bool merges) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node->is_list()) {
      Raise(*frame.node, *node);
      frame.node->items.push_back(std::move(node));
    } else if (frame.has_key) {
      AddValue(frame, std::move(node));
    } else {
      AddKey(frame, *node, mark, merges);
    }
  }

  static void AddKey(Frame& frame, const TreeNode& node, Mark mark, bool merges) {
    if (!node.is_scalar()) throw Refused(mark, "a key must be a text, not " + std::string(KindName(node)));
    frame.has_key = true;
    frame.key_merges = merges;
    frame.next = Entry{node.text, mark, nullptr};
    const auto [earlier, is_new] = frame.keys.emplace(node.text, mark);
    if (!is_new) {
      throw Refused(
          mark, "the key '" + node.text + "' is there twice, first in line " + std::to_string(earlier->second.line));
    }
  }

  static void AddValue(Frame& frame, NodePtr node) {
    frame.has_key = false;
    if (frame.key_merges) {
      frame.merged.push_back(std::move(node));
      return;
    }
    Raise(*frame.node, *node);
    frame.next.value = std::move(node);
    frame.node->entries.push_back(std::move(frame.next));
  }

  // Adds what merge keys bring: the map's own keys win, then earlier maps of a list.
  void Merge(Frame& frame) {
    for (const NodePtr& source : frame.merged) {
      if (!source->is_list()) MergeMap(frame, *source);
      for (const NodePtr& item : source->items) MergeMap(frame, *item);
    }
  }

  void MergeMap(Frame& frame, const TreeNode& source) {
    if (!source.is_map()) throw Refused(source.mark, "'<<' takes a map, not " + std::string(KindName(source)));
    for (const Entry& entry : source.entries) {
      Count(entry.mark);
      if (!frame.keys.emplace(entry.key, entry.mark).second) continue;
      Raise(*frame.node, *entry.value);
      frame.node->entries.push_back(entry);
    }
  }

  static void Raise(TreeNode& parent, const TreeNode& child) {
    parent.height = std::max(parent.height, child.height + 1);
  }

  [[noreturn]] static void RefuseDepth(Mark mark) {
    throw Refused(mark, "this is nested more than " + std::to_string(kMaxDepth) + " levels deep");
  }

  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, NodePtr> anchors_;
  std::size_t count_ = 0;
  NodePtr root_;
};

Mark MarkAt(std::string_view bytes, std::size_t at) {
  const std::string_view before = bytes.substr(0, at);
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1, static_cast<int>(at - line_start) + 1};
}

Status Malformed(const std::string& name, Mark mark, const std::string& reason) {
  std::string place = name;
  if (mark.line > 0) place += ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
  return {Code::kInvalidArgument, place + ": " + reason};
}

// The parser's own words, and what they hardly say.
std::string Explain(const YAML::Exception& error, std::string_view bytes) {
  for (int line = 0; line < error.mark.line; ++line)
    bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size() - 1) + 1);
  const std::string_view indent = bytes.substr(0, bytes.find_first_not_of(" \t"));
  const bool has_tab = !error.mark.is_null() && indent.find('\t') != std::string_view::npos;
  return error.msg + (has_tab ? " (YAML is indented by blanks, not by tabs)" : "");
}

NodePtr Parse(std::string_view bytes) {
  std::istringstream stream(JoinSurrogates(bytes));
  YAML::Parser parser(stream);
  Builder builder;
  while (parser.HandleNextDocument(builder)) continue;
  if (!builder.root()) throw Refused(Mark{1, 1}, "the template is empty");
  return builder.root();
}

}  // namespace

const Entry* TreeNode::Find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

NodePtr MakeText(std::string text, Mark mark) {
  auto node = std::make_shared<TreeNode>();
  node->text = std::move(text);
  node->mark = mark;
  return node;
}

NodePtr MakeList(std::vector<NodePtr> items, Mark mark) {
  auto node = std::make_shared<TreeNode>();
  node->kind = TreeNode::Kind::kList;
  node->mark = mark;
  for (const NodePtr& item : items) node->height = std::max(node->height, item->height + 1);
  node->items = std::move(items);
  return node;
}

NodePtr MakeMap(std::vector<Entry> entries, Mark mark) {
  auto node = std::make_shared<TreeNode>();
  node->kind = TreeNode::Kind::kMap;
  node->mark = mark;
  for (const Entry& entry : entries) node->height = std::max(node->height, entry.value->height + 1);
  node->entries = std::move(entries);
  return node;
}

NodePtr MakeAbsent(Mark mark) {
  auto node = std::make_shared<TreeNode>();
  node->kind = TreeNode::Kind::kAbsent;
  node->mark = mark;
  return node;
}

std::string_view KindName(const TreeNode& node) {
  switch (node.kind) {
    case TreeNode::Kind::kScalar:
      return ReadScalar(node).kind == Scalar::Kind::kNull ? "nothing" : "a text";
    case TreeNode::Kind::kList:
      return "a list";
    case TreeNode::Kind::kMap:
      return "a map";
    case TreeNode::Kind::kAbsent:
      break;
  }
  return "no value";
}

Result<NodePtr> ParseDocument(std::string_view bytes, const std::string& name) {
  if (bytes.size() > kMaxTemplateBytes) {
    return Malformed(name, Mark{}, "a template has " + std::to_string(kMaxTemplateBytes) + " bytes at most");
  }
  if (const std::size_t at = FindNonText(bytes); at != std::string_view::npos) {
    return Malformed(name, MarkAt(bytes, at), "this is no UTF-8 text");
  }
  try {
    return Parse(bytes);
  } catch (const Refused& error) {
    return Malformed(name, error.mark(), error.what());
  } catch (const YAML::Exception& error) {
    return Malformed(name, FromYaml(error.mark), Explain(error, bytes));
  }
}

}  // namespace tandem::templates
