#include "stack.h"

#include <algorithm>
#include <utility>

#include "parameter_rules.h"

namespace tandem::templates {
namespace {

Status Bad(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}

Resource MakeResource(const Entry& entry) {
  static const NodePtr kNone = MakeMap({}, {});
  Resource resource{entry.key, "", entry.mark, entry.value, kNone};
  if (!entry.value->is_map()) return resource;
  resource.type = TextAt(*entry.value, "Type");
  const Entry* properties = entry.value->Find("Properties");
  if (properties != nullptr && properties->value->is_map()) resource.properties = properties->value;
  return resource;
}

std::string Keys(const TreeNode* map) {
  std::string names;
  if (map != nullptr && map->is_map()) {
    for (const Entry& entry : map->entries) names += (names.empty() ? "" : ", ") + entry.key;
  }
  return names;
}

}  // namespace

std::string TextAt(const TreeNode& map, std::string_view key) {
  const Entry* entry = map.Find(key);
  return entry != nullptr && entry->value->is_scalar() ? entry->value->text : std::string();
}

Result<Stack> Stack::Create(NodePtr root, const std::string& path, const TemplateOptions& options) {
  Stack stack;
  stack.root_ = std::move(root);
  stack.path_ = path;
  stack.options_ = options;
  if (Status status = stack.Index(); !status.ok()) return status;
  if (Status status = stack.CheckParameters(); !status.ok()) return status;
  return stack;
}

Status Stack::Index() {
  const auto malformed = [&](Mark mark, const std::string& reason) {
    return Bad(path_ + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column) + ": " + reason);
  };
  if (!root_->is_map()) return malformed(root_->mark, "a template is a map with Resources");
  for (const std::string_view section : {"Parameters", "Mappings", "Conditions", "Resources"}) {
    const Entry* entry = root_->Find(section);
    if (entry == nullptr || entry->value->is_map()) continue;
    return malformed(entry->mark, std::string(section) + " must be a map, not " + std::string(KindName(*entry->value)));
  }
  const Entry* entries = root_->Find("Resources");
  if (entries == nullptr) return malformed(root_->mark, "there are no Resources, so this is no template");
  for (const Entry& entry : entries->value->entries) {
    if (entry.key.empty()) return malformed(entry.mark, "a resource needs a name, and this one's is empty");
    by_id_.emplace(entry.key, resources_.size());
    resources_.push_back(MakeResource(entry));
  }
  return {};
}

Status Stack::CheckParameters() const {
  for (const auto& [name, value] : options_.parameters) {
    const Entry* parameter = FindParameter(name);
    if (parameter == nullptr) {
      const Entry* section = root_->Find("Parameters");
      const std::string known = Keys(section == nullptr ? nullptr : section->value.get());
      return Bad("--parameter: " + path_ + " has no parameter '" + name + "'" +
                 (known.empty() ? "; it has none at all" : "; it has " + known));
    }
    const std::string reason = ReasonAgainst(value, *parameter->value);
    if (reason.empty()) continue;
    const std::string place = Place(std::string("Parameters.").append(name), parameter->mark);
    return Bad(std::string("--parameter: ").append(place).append(": ").append(reason));
  }
  return {};
}

const Resource* Stack::FindResource(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &resources_[found->second];
}

const Entry* Stack::FindIn(std::string_view section, std::string_view name) const {
  const Entry* entries = root_->Find(section);
  return entries == nullptr ? nullptr : entries->value->Find(name);
}

const std::string* Stack::Given(const std::string& parameter) const {
  const auto found = options_.parameters.find(parameter);
  return found == options_.parameters.end() ? nullptr : &found->second;
}

std::string Stack::Place(const std::string& path, Mark mark) const {
  return path_ + ":" + std::to_string(mark.line) + ": " + path;
}

}  // namespace tandem::templates
