#include "templates/template.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "document.h"
#include "function_reader.h"
#include "resolver.h"
#include "stack.h"
#include "templates/one_line.h"

namespace tandem::templates {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kServerlessTransform = "AWS::Serverless-2016-10-31";

// Sections that are used, and those that say nothing about running a function.
constexpr std::array<std::string_view, 10> kSections = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Transform",
};

// Owns: the descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

Status NoFile(const std::string& path) {
  return {Code::kInvalidArgument, path + " is no regular file, so it is no template"};
}

Status CannotBeRead(const std::string& path) {
  return {Code::kInvalidArgument, path + ": cannot be read: " + std::generic_category().message(errno)};
}

Result<std::string> ReadTemplate(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return {Code::kNotFound, "there is no template " + path};
  if (fs::is_directory(status)) return {Code::kInvalidArgument, path + " is a folder, not a template"};
  if (!fs::is_regular_file(status)) return NoFile(path);
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));  // a pipe is not waited for
  if (file.number() < 0) return CannotBeRead(path);
  struct stat opened {};
  if (fstat(file.number(), &opened) != 0 || !S_ISREG(opened.st_mode)) return NoFile(path);
  // One byte more than allowed is enough to refuse it.
  std::string bytes(kMaxTemplateBytes + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CannotBeRead(path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

// What is said once about a template, whichever function is run.
class TemplateWarnings {
 public:
  explicit TemplateWarnings(const Stack& stack) : stack_(stack) {}

  std::vector<Note> Collect() {
    for (const Entry& section : stack_.root().entries) {
      if (std::find(kSections.begin(), kSections.end(), section.key) == kSections.end()) {
        Warn(section.key, section.mark, "not supported here (ignored)");
      }
      if (section.key == "Transform") AddTransforms(*section.value, section.mark);
      if (section.key == "Globals") AddGlobals(*section.value);
    }
    for (const Resource& resource : stack_.resources()) AddResource(resource);
    return std::move(notes_);
  }

 private:
  void Warn(const std::string& path, Mark mark, const std::string& text) {
    notes_.push_back({Subject::kOther, "", stack_.Place(path, mark) + ": " + text});
  }

  void AddTransforms(const TreeNode& value, Mark mark) {
    if (value.is_scalar() && value.text == kServerlessTransform) return;
    if (!value.is_list()) {
      const std::string name = value.is_scalar() ? value.text : TextAt(value, "Name");
      Warn("Transform", mark, "the transform " + name + " is not applied here (ignored)");
    }
    for (const NodePtr& item : value.items) AddTransforms(*item, item->mark);
  }

  void AddGlobals(const TreeNode& globals) {
    if (!globals.is_map()) Warn("Globals", globals.mark, "this is no map (ignored)");
    for (const Entry& entry : globals.entries) {
      if (entry.key == "Function" && entry.value->is_map()) continue;
      Warn("Globals." + entry.key, entry.mark,
           entry.key == "Function" ? "this is no map (ignored)" : "nothing of this kind is created here (ignored)");
    }
  }

  void AddResource(const Resource& resource) {
    if (resource.is_function() || resource.is_layer()) return;
    std::string text = "nothing of " + resource.type + " is created here (ignored)";
    if (resource.type.empty()) text = "this has no Type (ignored)";
    if (resource.id.starts_with("Fn::")) text = "functions among the Resources are not worked out here (ignored)";
    if (resource.type == "AWS::Serverless::Application" || resource.type == "AWS::CloudFormation::Stack") {
      text = "nested templates are not read: give theirs with --template (ignored)";
    }
    Warn("Resources." + resource.id, resource.mark, text);
  }

  const Stack& stack_;
  std::vector<Note> notes_;
};

Result<Template> Load(const std::string& path, const TemplateOptions& options) {
  auto bytes = ReadTemplate(path);
  if (!bytes) return bytes.status();
  auto root = ParseDocument(*bytes, path);
  if (!root) return root.status();
  auto stack = Stack::Create(*root, path, options);
  if (!stack) return stack.status();
  Template result;
  result.path = path;
  result.warnings = TemplateWarnings(*stack).Collect();
  Resolver resolver(*stack);
  for (const Resource& resource : stack->resources()) {
    if (!resource.is_function()) continue;
    if (resolver.is_exhausted()) {
      return {Code::kInvalidArgument, stack->Place("Resources." + resource.id, resource.mark) +
                                          ": the template before is too large to be worked out"};
    }
    result.functions.push_back(FunctionReader(*stack, resolver, resource, options).Read());
  }
  return result;
}

void KeepToLines(std::vector<Note>& notes) {
  for (Note& note : notes) note.text = OneLine(note.text);
}

// Whatever names and values the template has: what is told about it is in lines.
void KeepToLines(Template& loaded) {
  KeepToLines(loaded.warnings);
  for (TemplateFunction& function : loaded.functions) {
    KeepToLines(function.warnings);
    KeepToLines(function.problems);
    for (auto& [subject, place] : function.places) place = OneLine(place);
    for (Variable& variable : function.variables) variable.place = OneLine(variable.place);
  }
}

}  // namespace

const std::string& TemplateFunction::PlaceOf(Subject subject) const {
  static const std::string kNone;
  auto found = places.find(subject);
  if (found == places.end()) found = places.find(Subject::kFunction);
  return found == places.end() ? kNone : found->second;
}

const TemplateFunction* Template::Find(std::string_view name) const {
  for (const TemplateFunction& function : functions) {
    if (function.logical_id == name) return &function;
  }
  for (const TemplateFunction& function : functions) {
    if (function.config.name == name) return &function;
  }
  return nullptr;
}

Result<const TemplateFunction*> Template::Choose(std::optional<std::string_view> name, std::string_view hint) const {
  if (functions.empty()) return {Code::kNotFound, path + " has no functions"};
  if (!name && functions.size() == 1) return &functions.front();
  std::string names;
  for (const TemplateFunction& function : functions) names += (names.empty() ? "" : ", ") + function.logical_id;
  if (!name) return {Code::kInvalidArgument, path + " has several functions, so name one: " + names};
  if (const TemplateFunction* found = Find(*name); found != nullptr) return found;
  return {Code::kNotFound,
          path + " has no function '" + OneLine(*name) + "'" + std::string(hint) + "; its functions are " + names};
}

Result<Template> LoadTemplate(const std::string& path, const TemplateOptions& options) {
  auto loaded = Load(path, options);
  if (!loaded) return {loaded.status().code(), OneLine(loaded.status().message())};
  KeepToLines(*loaded);
  return loaded;
}

}  // namespace tandem::templates
