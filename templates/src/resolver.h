// Resolver: works out a template's functions (Ref, Fn::Sub, ...) where this machine knows the values.
#ifndef TANDEM_TEMPLATES_RESOLVER_H_
#define TANDEM_TEMPLATES_RESOLVER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document.h"
#include "stack.h"

namespace tandem::templates {

// Why a value cannot be worked out, and where that is written. Thrown within this folder only.
class Unresolvable : public std::runtime_error {
 public:
  Unresolvable(Mark mark, const std::string& reason) : std::runtime_error(reason), mark_(mark) {}
  Mark mark() const { return mark_; }

 private:
  Mark mark_;
};

// Something to tell about a value that was worked out.
struct Remark {
  Mark mark;
  std::string text;
};

// Whether a map is a function: Ref, Condition, Fn::Sub, or a tag that stands for none.
bool IsIntrinsic(const TreeNode& node);

// Refuses a text that has a dynamic reference in it, whose value is kept in an account: {{resolve:ssm:/a}}. What was
// put together may have one as well. Errors: Unresolvable.
void RefuseDynamicReference(const TreeNode& value);

// Errors: Unresolvable, also where the working out would take too long (aliases make exponential templates short).
class Resolver {
 public:
  explicit Resolver(const Stack& stack) : stack_(stack) {}

  // The value without functions; AWS::NoValue leaves lists and maps, and is absent elsewhere.
  NodePtr Resolve(const NodePtr& node);
  // Whether a condition holds, by its name.
  bool Holds(const std::string& condition, Mark mark);
  // The name that a function resource has here.
  std::string FunctionName(const Resource& resource);
  std::string FunctionArn(const Resource& resource);
  // What Ref makes of a layer that the template defines.
  std::string LayerArn(const Resource& resource) const;
  // Whether all that it takes to work out a template is spent: everything is unresolvable from now on.
  bool is_exhausted() const;
  // The remarks since the last call.
  std::vector<Remark> TakeRemarks() { return std::exchange(remarks_, {}); }

 private:
  using Names = std::map<std::string, NodePtr, std::less<>>;
  class Level;

  void Spend(Mark mark, std::size_t bytes);
  NodePtr Text(std::string text, Mark mark);
  std::string TextArgument(const NodePtr& node, std::string_view function);
  const std::vector<NodePtr>& Arguments(const TreeNode& node, std::string_view function, std::size_t least,
                                        std::size_t most) const;

  NodePtr ResolveList(const TreeNode& node);
  NodePtr ResolveMap(const TreeNode& node);
  NodePtr Call(const Entry& entry);

  NodePtr Ref(const TreeNode& node);
  NodePtr RefTo(const std::string& name, Mark mark);
  NodePtr Parameter(const std::string& name, const TreeNode& declared, Mark mark);
  const std::string& ReasonAgainstDefault(const std::string& name, const std::string& value, const TreeNode& declared,
                                          Mark mark);
  NodePtr Pseudo(const std::string& name, Mark mark);
  NodePtr RefToResource(const Resource& resource, Mark mark);
  NodePtr GetAtt(const TreeNode& node);
  NodePtr Attribute(const std::string& name, const std::string& attribute, Mark mark);
  NodePtr Sub(const TreeNode& node);
  NodePtr Placeholder(const std::string& name, const Names& names, Mark mark);
  NodePtr Join(const TreeNode& node);
  NodePtr Select(const TreeNode& node);
  NodePtr Split(const TreeNode& node);
  NodePtr If(const TreeNode& node);
  NodePtr Base64(const TreeNode& node);
  NodePtr FindInMap(const TreeNode& node);
  NodePtr Length(const TreeNode& node);
  NodePtr ToJsonString(const TreeNode& node);
  void AppendJson(const TreeNode& node, std::string& json);

  bool Test(const NodePtr& node);
  bool TestCall(const Entry& entry);
  bool Equals(const TreeNode& node);

  const Stack& stack_;
  std::vector<Remark> remarks_;
  std::map<std::string, std::string> default_reasons_;  // by the parameter's name
  std::size_t spent_ = 0;                               // of kMaxSteps
  int depth_ = 0;
};

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_RESOLVER_H_
