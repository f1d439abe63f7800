// FunctionReader: from one function's resource to what this machine needs of it.
#ifndef TANDEM_TEMPLATES_FUNCTION_READER_H_
#define TANDEM_TEMPLATES_FUNCTION_READER_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "resolver.h"
#include "stack.h"
#include "templates/template.h"

namespace tandem::templates {

// Reads one function. What cannot be had becomes a problem where an invocation needs it, else a warning.
class FunctionReader {
 public:
  FunctionReader(const Stack& stack, Resolver& resolver, const Resource& resource, const TemplateOptions& options);

  TemplateFunction Read();

 private:
  // A place below the function's properties, or below Globals.Function.
  struct Where {
    std::string path;  // "Environment.Variables"
    bool in_globals = false;
    Mark mark;
  };
  using Reader = void (FunctionReader::*)(const NodePtr& value, const Where& where);
  struct Property {
    std::string_view name;
    Subject subject;
    Reader read;
  };

  static const Property* Find(std::string_view name);
  static Where Below(const Where& where, const Entry& entry);
  std::string Place(const Where& where) const;
  std::string PlaceAt(const Where& where, Mark mark) const;
  void Warn(Subject subject, const Where& where, const std::string& text, const std::string& variable = {});
  void Refuse(Subject subject, const Where& where, const std::string& text);
  void RefuseValue(Subject subject, const Where& where, const TreeNode& value, const std::string& wanted);

  void ReadAttributes();
  void ReadProperties();
  void ReadProperty(const Entry& entry, const Where& where);
  void Complete();
  void FlushRemarks(Subject subject, const Where& where, const std::string& variable = {});
  // The text of a value that was worked out; false: it is none, which was said.
  bool TakeText(Subject subject, const NodePtr& value, const Where& where, std::string& text);
  bool TakeNumber(Subject subject, const NodePtr& value, const Where& where, std::int64_t least, std::int64_t most,
                  std::int64_t& number);
  void NoteReading(Subject subject, const TreeNode& value, const Where& where, const std::string& variable = {});

  void ReadHandler(const NodePtr& value, const Where& where);
  void ReadRuntime(const NodePtr& value, const Where& where);
  void ReadName(const NodePtr& value, const Where& where);
  void ReadTimeout(const NodePtr& value, const Where& where);
  void ReadMemorySize(const NodePtr& value, const Where& where);
  void ReadDescription(const NodePtr& value, const Where& where);
  void ReadArchitectures(const NodePtr& value, const Where& where);
  void ReadLogging(const NodePtr& value, const Where& where);
  void ReadPackageType(const NodePtr& value, const Where& where);
  void ReadCode(const NodePtr& value, const Where& where);
  void ReadInlineCode(const NodePtr& value, const Where& where);
  void ReadImage(const NodePtr& value, const Where& where);
  // These get their value as it is written, because each part of it is worked out by itself.
  void ReadEnvironment(const NodePtr& value, const Where& where);
  void ReadVariable(const Entry& entry, const Where& where);
  void ReadLayers(const NodePtr& value, const Where& where);
  void ReadLayer(const NodePtr& item, const Where& where);
  void UseLayer(const Resource& layer, const Where& where);
  void ReadEvents(const NodePtr& value, const Where& where);

  void UseCode(const std::string& text, const Where& where);
  // The path of an asset that CDK keeps beside its template, for that property; empty: there is none.
  static std::string AssetPath(const Resource& resource, std::string_view property);
  void CheckCode();
  std::filesystem::path Absolute(const std::string& path) const;
  // A hint at the template that `sam build` has written; empty where there is none.
  std::string BuiltTemplateHint() const;

  const Stack& stack_;
  Resolver& resolver_;
  const Resource& resource_;
  const TemplateOptions& options_;
  const std::filesystem::path folder_;  // the template's, absolute
  TemplateFunction function_;
  Where code_;
  bool has_code_ = false;
  bool names_code_ = false;
};

}  // namespace tandem::templates

#endif  // TANDEM_TEMPLATES_FUNCTION_READER_H_
