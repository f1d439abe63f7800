#include "resolver.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>

#include "json_text.h"
#include "parameter_rules.h"
#include "scalar.h"

namespace tandem::templates {
namespace {

constexpr std::size_t kMaxSteps = 1'000'000;  // in all; a large real template takes some thousands
constexpr std::size_t kBytesPerStep = 64;
constexpr std::size_t kMaxText = 1'000'000;

// Resources whose Ref is the name that the template gives them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNamedBy = {{
    {"AWS::DynamoDB::Table", "TableName"},
    {"AWS::Events::EventBus", "Name"},
    {"AWS::IAM::Role", "RoleName"},
    {"AWS::Kinesis::Stream", "Name"},
    {"AWS::Logs::LogGroup", "LogGroupName"},
    {"AWS::S3::Bucket", "BucketName"},
    {"AWS::SSM::Parameter", "Name"},
    {"AWS::Serverless::SimpleTable", "TableName"},
}};

std::string_view NameProperty(const std::string& type) {
  for (const auto& [named, property] : kNamedBy) {
    if (type == named) return property;
  }
  return {};
}

// Items between commas, without the blanks around them.
NodePtr SplitAtCommas(const std::string& text, Mark mark) {
  std::vector<NodePtr> items;
  std::string_view rest = text;
  for (bool more = !rest.empty(); more;) {
    const std::size_t comma = rest.find(',');
    more = comma != std::string_view::npos;
    std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(more ? comma + 1 : rest.size());
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item.remove_suffix(item.size() - std::min(item.find_last_not_of(' ') + 1, item.size()));
    items.push_back(MakeText(std::string(item), mark));
  }
  return MakeList(std::move(items), mark);
}

std::string Encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');  // and the end that EVP_EncodeBlock writes
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return text;
}

}  // namespace

bool IsIntrinsic(const TreeNode& node) {
  if (!node.is_map() || node.entries.size() != 1) return false;
  const std::string& key = node.entries.front().key;
  return key == "Ref" || key == "Condition" || key.starts_with("Fn::") || key.starts_with('!');
}

void RefuseDynamicReference(const TreeNode& value) {
  constexpr std::string_view kBegin = "{{resolve:";
  constexpr std::array<std::string_view, 3> kServices = {"secretsmanager", "ssm", "ssm-secure"};
  const std::string_view text = value.is_scalar() ? std::string_view(value.text) : std::string_view();
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + 1)) {
    const std::string_view rest = text.substr(at + kBegin.size());
    const std::string_view service = rest.substr(0, rest.find(':'));
    const bool is_known = std::find(kServices.begin(), kServices.end(), service) != kServices.end();
    if (!is_known || service.size() == rest.size() || rest.find("}}") == std::string_view::npos) continue;
    throw Unresolvable(value.mark,
                       "{{resolve:" + std::string(service) + ":...}} needs an account, so it has no value here");
  }
}

// One level of nesting more, until its end.
class Resolver::Level {
 public:
  Level(Resolver& resolver, Mark mark) : depth_(resolver.depth_) {
    if (depth_ >= kMaxDepth) throw Unresolvable(mark, "this goes in a circle, or is nested too deeply");
    ++depth_;
  }
  ~Level() { --depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  int& depth_;
};

void Resolver::Spend(Mark mark, std::size_t bytes) {
  spent_ += 1 + bytes / kBytesPerStep;
  if (bytes > kMaxText || spent_ > kMaxSteps) throw Unresolvable(mark, "this is too large to be worked out");
}

bool Resolver::is_exhausted() const {
  return spent_ > kMaxSteps;
}

NodePtr Resolver::Text(std::string text, Mark mark) {
  Spend(mark, text.size());
  return MakeText(std::move(text), mark);
}

NodePtr Resolver::Resolve(const NodePtr& node) {
  const Level level(*this, node->mark);
  Spend(node->mark, 0);
  if (IsIntrinsic(*node)) return Call(node->entries.front());
  if (node->is_list()) return ResolveList(*node);
  if (node->is_map()) return ResolveMap(*node);
  return node;
}

NodePtr Resolver::ResolveList(const TreeNode& node) {
  std::vector<NodePtr> items;
  for (const NodePtr& item : node.items) {
    NodePtr value = Resolve(item);
    if (!value->is_absent()) items.push_back(std::move(value));
  }
  return MakeList(std::move(items), node.mark);
}

NodePtr Resolver::ResolveMap(const TreeNode& node) {
  std::vector<Entry> entries;
  for (const Entry& entry : node.entries) {
    NodePtr value = Resolve(entry.value);
    if (!value->is_absent()) entries.push_back({entry.key, entry.mark, std::move(value), entry.from_globals});
  }
  return MakeMap(std::move(entries), node.mark);
}

NodePtr Resolver::Call(const Entry& entry) {
  using Function = NodePtr (Resolver::*)(const TreeNode&);
  static constexpr std::array<std::pair<std::string_view, Function>, 11> kFunctions = {{
      {"Ref", &Resolver::Ref},
      {"Fn::GetAtt", &Resolver::GetAtt},
      {"Fn::Sub", &Resolver::Sub},
      {"Fn::Join", &Resolver::Join},
      {"Fn::Select", &Resolver::Select},
      {"Fn::Split", &Resolver::Split},
      {"Fn::If", &Resolver::If},
      {"Fn::Base64", &Resolver::Base64},
      {"Fn::FindInMap", &Resolver::FindInMap},
      {"Fn::Length", &Resolver::Length},
      {"Fn::ToJsonString", &Resolver::ToJsonString},
  }};
  for (const auto& [name, function] : kFunctions) {
    if (entry.key == name) return (this->*function)(*entry.value);
  }
  if (entry.key == "Fn::GetAZs" || entry.key == "Fn::ImportValue" || entry.key == "Fn::Transform") {
    throw Unresolvable(entry.mark, entry.key + " needs an account, so it has no value here");
  }
  throw Unresolvable(entry.mark, entry.key + " is not worked out here");
}

std::string Resolver::TextArgument(const NodePtr& node, std::string_view function) {
  const NodePtr value = Resolve(node);
  if (value->is_scalar()) return TextOf(*value);
  throw Unresolvable(node->mark, std::string(function) + " takes a text here, not " + std::string(KindName(*value)));
}

const std::vector<NodePtr>& Resolver::Arguments(const TreeNode& node, std::string_view function, std::size_t least,
                                                std::size_t most) const {
  if (node.is_list() && node.items.size() >= least && node.items.size() <= most) return node.items;
  throw Unresolvable(node.mark, std::string(function) + " takes a list of " + std::to_string(least) +
                                    (most == least ? "" : " or more"));
}

NodePtr Resolver::Ref(const TreeNode& node) {
  if (!node.is_scalar()) throw Unresolvable(node.mark, "Ref takes a name, not " + std::string(KindName(node)));
  return RefTo(node.text, node.mark);
}

NodePtr Resolver::RefTo(const std::string& name, Mark mark) {
  if (name.starts_with("AWS::")) return Pseudo(name, mark);
  if (const Entry* parameter = stack_.FindParameter(name); parameter != nullptr) {
    return Parameter(name, *parameter->value, mark);
  }
  if (const Resource* resource = stack_.FindResource(name); resource != nullptr) return RefToResource(*resource, mark);
  throw Unresolvable(mark, "there is no parameter or resource '" + name + "'");
}

NodePtr Resolver::Parameter(const std::string& name, const TreeNode& declared, Mark mark) {
  const std::string type = TextAt(declared, "Type");
  const std::string* given = stack_.Given(name);
  const Entry* fallback = declared.Find("Default");
  const std::string remedy = "; give one with --parameter " + name + "=VALUE";
  if (given == nullptr) {
    if (type.starts_with("AWS::SSM::")) {
      throw Unresolvable(mark, "the parameter " + name + " is kept in an account, so it has no value here" + remedy);
    }
    if (fallback == nullptr) throw Unresolvable(mark, "the parameter " + name + " has no Default" + remedy);
    if (!fallback->value->is_scalar()) throw Unresolvable(mark, "the Default of " + name + " is no text" + remedy);
    const std::string& reason = ReasonAgainstDefault(name, TextOf(*fallback->value), declared, mark);
    if (!reason.empty()) throw Unresolvable(mark, "the Default of " + name + ", " + reason);
  }
  const bool is_list = type == "CommaDelimitedList" || type.starts_with("List<");
  if (is_list) return SplitAtCommas(given != nullptr ? *given : TextOf(*fallback->value), mark);
  if (given != nullptr) return Text(*given, mark);
  return fallback->value;
}

// Looks once, as many values may refer to one parameter.
const std::string& Resolver::ReasonAgainstDefault(const std::string& name, const std::string& value,
                                                  const TreeNode& declared, Mark mark) {
  const auto [reason, is_new] = default_reasons_.try_emplace(name);
  if (is_new) {
    Spend(mark, CostOfRules(value, declared));
    reason->second = ReasonAgainst(value, declared);
  }
  return reason->second;
}

NodePtr Resolver::Pseudo(const std::string& name, Mark mark) {
  const std::string account(kAccountId);
  const std::string stack(kStackName);
  if (name == "AWS::NoValue") return MakeAbsent(mark);
  if (name == "AWS::NotificationARNs") return MakeList({}, mark);
  if (name == "AWS::Region") return Text(stack_.region(), mark);
  if (name == "AWS::AccountId") return Text(account, mark);
  if (name == "AWS::Partition") return Text("aws", mark);
  if (name == "AWS::URLSuffix") return Text("amazonaws.com", mark);
  if (name == "AWS::StackName") return Text(stack, mark);
  if (name == "AWS::StackId") {
    return Text("arn:aws:cloudformation:" + stack_.region() + ":" + account + ":stack/" + stack + "/" + stack, mark);
  }
  throw Unresolvable(mark, "there is no pseudo parameter " + name);
}

NodePtr Resolver::RefToResource(const Resource& resource, Mark mark) {
  if (resource.is_function()) return Text(FunctionName(resource), mark);
  if (resource.is_layer()) return Text(LayerArn(resource), mark);
  const std::string_view property = NameProperty(resource.type);
  if (const Entry* name = property.empty() ? nullptr : resource.properties->Find(property); name != nullptr) {
    return Text(TextArgument(name->value, property), mark);
  }
  remarks_.push_back({mark, "nothing of " + resource.type + " is created here, so the id " + resource.id +
                                " stands for what Ref would give"});
  return Text(resource.id, mark);
}

std::string Resolver::FunctionName(const Resource& resource) {
  const Entry* name = resource.properties->Find("FunctionName");
  return name == nullptr ? resource.id : TextArgument(name->value, "FunctionName");
}

std::string Resolver::FunctionArn(const Resource& resource) {
  return "arn:aws:lambda:" + stack_.region() + ":" + std::string(kAccountId) + ":function:" + FunctionName(resource);
}

std::string Resolver::LayerArn(const Resource& resource) const {
  return "arn:aws:lambda:" + stack_.region() + ":" + std::string(kAccountId) + ":layer:" + resource.id + ":1";
}

NodePtr Resolver::GetAtt(const TreeNode& node) {
  if (node.is_scalar()) {
    const std::size_t dot = node.text.find('.');
    if (dot != std::string::npos) return Attribute(node.text.substr(0, dot), node.text.substr(dot + 1), node.mark);
  }
  const auto& arguments = Arguments(node, "Fn::GetAtt", 2, 2);
  return Attribute(TextArgument(arguments[0], "Fn::GetAtt"), TextArgument(arguments[1], "Fn::GetAtt"), node.mark);
}

NodePtr Resolver::Attribute(const std::string& name, const std::string& attribute, Mark mark) {
  const Resource* resource = stack_.FindResource(name);
  if (resource == nullptr) throw Unresolvable(mark, "there is no resource '" + name + "'");
  if (resource->is_function() && attribute == "Arn") return Text(FunctionArn(*resource), mark);
  if (resource->is_layer() && attribute == "LayerVersionArn") return Text(LayerArn(*resource), mark);
  throw Unresolvable(
      mark, "nothing of " + resource->type + " is created here, so " + name + "." + attribute + " has no value");
}

NodePtr Resolver::Sub(const TreeNode& node) {
  Names names;
  const TreeNode* text = &node;
  if (!node.is_scalar()) {
    const auto& arguments = Arguments(node, "Fn::Sub", 2, 2);
    text = arguments[0].get();
    if (!arguments[1]->is_map()) throw Unresolvable(node.mark, "Fn::Sub takes a text and a map");
    for (const Entry& entry : arguments[1]->entries) names[entry.key] = entry.value;
  }
  if (!text->is_scalar()) throw Unresolvable(node.mark, "Fn::Sub takes a text, or a text and a map");
  std::string result;
  std::string_view rest = text->text;
  for (std::size_t open = rest.find("${"); open != std::string_view::npos; open = rest.find("${")) {
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) break;
    result += rest.substr(0, open);
    const std::string name(rest.substr(open + 2, close - open - 2));
    result += name.starts_with('!') ? "${" + name.substr(1) + "}"
                                    : TextArgument(Placeholder(name, names, text->mark), "${" + name + "}");
    Spend(text->mark, result.size());
    rest.remove_prefix(close + 1);
  }
  return Text(result.append(rest), node.mark);
}

NodePtr Resolver::Placeholder(const std::string& name, const Names& names, Mark mark) {
  if (const auto found = names.find(name); found != names.end()) return found->second;
  const std::size_t dot = name.find('.');
  if (dot != std::string::npos) return Attribute(name.substr(0, dot), name.substr(dot + 1), mark);
  return RefTo(name, mark);
}

NodePtr Resolver::Join(const TreeNode& node) {
  const auto& arguments = Arguments(node, "Fn::Join", 2, 2);
  const std::string delimiter = TextArgument(arguments[0], "Fn::Join");
  const NodePtr parts = Resolve(arguments[1]);
  if (!parts->is_list()) throw Unresolvable(node.mark, "Fn::Join takes a text and a list");
  std::string joined;
  for (std::size_t i = 0; i < parts->items.size(); ++i) {
    joined += (i == 0 ? "" : delimiter) + TextArgument(parts->items[i], "Fn::Join");
    Spend(node.mark, joined.size());
  }
  return Text(std::move(joined), node.mark);
}

NodePtr Resolver::Select(const TreeNode& node) {
  const auto& arguments = Arguments(node, "Fn::Select", 2, 2);
  const auto index = IntegerOf(*Resolve(arguments[0]));
  const NodePtr items = Resolve(arguments[1]);
  if (!index || !items->is_list()) throw Unresolvable(node.mark, "Fn::Select takes a whole number and a list");
  if (*index < 0 || static_cast<std::size_t>(*index) >= items->items.size()) {
    throw Unresolvable(node.mark, "Fn::Select: there is no item " + std::to_string(*index) + " among " +
                                      std::to_string(items->items.size()));
  }
  return items->items[static_cast<std::size_t>(*index)];
}

NodePtr Resolver::Split(const TreeNode& node) {
  const auto& arguments = Arguments(node, "Fn::Split", 2, 2);
  const std::string delimiter = TextArgument(arguments[0], "Fn::Split");
  const std::string text = TextArgument(arguments[1], "Fn::Split");
  if (delimiter.empty()) throw Unresolvable(node.mark, "Fn::Split takes a delimiter that is not empty");
  std::vector<NodePtr> items;
  std::size_t at = 0;
  for (std::size_t end = text.find(delimiter); end != std::string::npos; end = text.find(delimiter, at)) {
    items.push_back(Text(text.substr(at, end - at), node.mark));
    at = end + delimiter.size();
  }
  items.push_back(Text(text.substr(at), node.mark));
  return MakeList(std::move(items), node.mark);
}

NodePtr Resolver::If(const TreeNode& node) {
  const auto& arguments = Arguments(node, "Fn::If", 3, 3);
  if (!arguments[0]->is_scalar()) throw Unresolvable(node.mark, "Fn::If takes a condition's name first");
  return Resolve(Holds(arguments[0]->text, arguments[0]->mark) ? arguments[1] : arguments[2]);
}

NodePtr Resolver::Base64(const TreeNode& node) {
  const auto copy = std::make_shared<TreeNode>(node);
  return Text(Encode(TextArgument(copy, "Fn::Base64")), node.mark);
}

NodePtr Resolver::FindInMap(const TreeNode& node) {
  const auto& arguments = Arguments(node, "Fn::FindInMap", 3, 4);
  std::array<std::string, 3> keys;
  for (std::size_t i = 0; i < keys.size(); ++i) keys.at(i) = TextArgument(arguments[i], "Fn::FindInMap");
  const Entry* found = stack_.FindIn("Mappings", keys[0]);
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    found = found == nullptr || !found->value->is_map() ? nullptr : found->value->Find(keys.at(i));
  }
  if (found != nullptr) return Resolve(found->value);
  const Entry* fallback = arguments.size() == 4 ? arguments[3]->Find("DefaultValue") : nullptr;
  if (fallback != nullptr) return Resolve(fallback->value);
  throw Unresolvable(node.mark, "there is no Mappings." + keys[0] + "." + keys[1] + "." + keys[2]);
}

NodePtr Resolver::Length(const TreeNode& node) {
  const NodePtr list = Resolve(std::make_shared<TreeNode>(node));
  if (!list->is_list()) throw Unresolvable(node.mark, "Fn::Length takes a list, not " + std::string(KindName(*list)));
  return Text(std::to_string(list->items.size()), node.mark);
}

NodePtr Resolver::ToJsonString(const TreeNode& node) {
  const NodePtr value = Resolve(std::make_shared<TreeNode>(node));
  if (!value->is_list() && !value->is_map()) {
    throw Unresolvable(node.mark, "Fn::ToJsonString takes a map or a list, not " + std::string(KindName(*value)));
  }
  std::string json;
  AppendJson(*value, json);
  return Text(std::move(json), node.mark);
}

// Of a value without functions, as compact as the cloud writes it.
void Resolver::AppendJson(const TreeNode& node, std::string& json) {
  const char* separator = "";
  if (node.is_list()) {
    json += '[';
    for (const NodePtr& item : node.items) {
      json += std::exchange(separator, ",");
      AppendJson(*item, json);
    }
    json += ']';
  } else if (node.is_map()) {
    json += '{';
    for (const Entry& entry : node.entries) {
      json.append(std::exchange(separator, ",")).append(JsonText(entry.key)).append(":");
      AppendJson(*entry.value, json);
    }
    json += '}';
  } else {
    json += JsonScalar(node);
  }
  if (json.size() > kMaxText) Spend(node.mark, json.size());
}

bool Resolver::Holds(const std::string& condition, Mark mark) {
  const Entry* entry = stack_.FindIn("Conditions", condition);
  if (entry == nullptr) throw Unresolvable(mark, "there is no condition '" + condition + "'");
  return Test(entry->value);
}

bool Resolver::Test(const NodePtr& node) {
  const Level level(*this, node->mark);
  Spend(node->mark, 0);
  if (!IsIntrinsic(*node)) throw Unresolvable(node->mark, "this is no condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not");
  return TestCall(node->entries.front());
}

bool Resolver::TestCall(const Entry& entry) {
  const TreeNode& node = *entry.value;
  if (entry.key == "Condition") {
    if (!node.is_scalar()) throw Unresolvable(entry.mark, "Condition takes a name");
    return Holds(node.text, entry.mark);
  }
  if (entry.key == "Fn::Equals") return Equals(node);
  if (entry.key == "Fn::Not") return !Test(Arguments(node, entry.key, 1, 1).front());
  const auto holds = [this](const NodePtr& item) { return Test(item); };
  constexpr std::size_t kMost = 10;
  if (entry.key == "Fn::And" || entry.key == "Fn::Or") {
    const auto& items = Arguments(node, entry.key, 1, kMost);
    return entry.key == "Fn::And" ? std::all_of(items.begin(), items.end(), holds)
                                  : std::any_of(items.begin(), items.end(), holds);
  }
  throw Unresolvable(entry.mark, entry.key + " is no condition");
}

bool Resolver::Equals(const TreeNode& node) {
  const auto& arguments = Arguments(node, "Fn::Equals", 2, 2);
  const NodePtr left = Resolve(arguments[0]);
  const NodePtr right = Resolve(arguments[1]);
  if (!left->is_scalar() || !right->is_scalar()) throw Unresolvable(node.mark, "Fn::Equals compares two texts");
  return left->text == right->text || TextOf(*left) == TextOf(*right);
}

}  // namespace tandem::templates
