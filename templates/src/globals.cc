#include "globals.h"

#include <utility>

#include "resolver.h"

namespace tandem::templates {
namespace {

bool IsPlainMap(const TreeNode& node) {
  return node.is_map() && !IsIntrinsic(node);
}

NodePtr MergeMaps(const TreeNode& globals, const TreeNode& own) {
  std::vector<Entry> entries;
  for (const Entry& entry : own.entries) {
    const Entry* global = globals.Find(entry.key);
    entries.push_back(entry);
    if (global != nullptr) entries.back().value = MergeGlobals(global->value, entry.value);
  }
  for (const Entry& global : globals.entries) {
    if (own.Find(global.key) != nullptr) continue;
    entries.push_back(global);
    entries.back().from_globals = true;
  }
  return MakeMap(std::move(entries), own.mark);
}

}  // namespace

NodePtr MergeGlobals(const NodePtr& globals, const NodePtr& own) {
  if (IsPlainMap(*globals) && IsPlainMap(*own)) return MergeMaps(*globals, *own);
  if (!globals->is_list() || !own->is_list()) return own;
  std::vector<NodePtr> items = globals->items;
  items.insert(items.end(), own->items.begin(), own->items.end());
  return MakeList(std::move(items), own->mark);
}

}  // namespace tandem::templates
