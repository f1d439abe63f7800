// Stack: the sections of a template by name, and what stands for the account that it would be deployed to.
#ifndef TANDEM_TEMPLATES_STACK_H_
#define TANDEM_TEMPLATES_STACK_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "document.h"
#include "tandem/status.h"
#include "templates/template.h"

namespace tandem::templates {

inline constexpr std::string_view kAccountId = "012345678912";
inline constexpr std::string_view kStackName = "local";
inline constexpr std::string_view kServerlessFunction = "AWS::Serverless::Function";
inline constexpr std::string_view kLambdaFunction = "AWS::Lambda::Function";
inline constexpr std::string_view kServerlessLayer = "AWS::Serverless::LayerVersion";
inline constexpr std::string_view kLambdaLayer = "AWS::Lambda::LayerVersion";

struct Resource {
  std::string id;
  std::string type;  // empty: it has none
  Mark mark;
  NodePtr body;
  NodePtr properties;  // a map, empty where the template has none

  bool is_function() const { return type == kServerlessFunction || type == kLambdaFunction; }
  bool is_layer() const { return type == kServerlessLayer || type == kLambdaLayer; }
};

// Threads: immutable. Owns: the document.
class Stack {
 public:
  // Errors: kInvalidArgument when the document is no template, or takes no such parameters.
  static Result<Stack> Create(NodePtr root, const std::string& path, const TemplateOptions& options);

  const TreeNode& root() const { return *root_; }
  const std::vector<Resource>& resources() const { return resources_; }
  // Null when there is none.
  const Resource* FindResource(std::string_view id) const;
  const Entry* FindParameter(std::string_view name) const { return FindIn("Parameters", name); }
  const Entry* FindIn(std::string_view section, std::string_view name) const;
  // The value that the caller gave; null: none.
  const std::string* Given(const std::string& parameter) const;
  const std::string& region() const { return options_.region; }
  const std::string& path() const { return path_; }

  // "template.yaml:12: Resources.Hello"
  std::string Place(const std::string& path, Mark mark) const;

 private:
  Status Index();
  Status CheckParameters() const;

  NodePtr root_;
  std::string path_;
  TemplateOptions options_;
  std::vector<Resource> resources_;
  std::map<std::string, std::size_t, std::less<>> by_id_;
};

// The text of a map's entry; empty where there is none, or it is no text.
std::string TextAt(const TreeNode& map, std::string_view key);

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_STACK_H_
