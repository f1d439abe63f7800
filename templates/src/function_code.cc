// The parts of FunctionReader that lead to files: code and layers.
#include <array>
#include <system_error>

#include "built_code.h"
#include "function_reader.h"
#include "scalar.h"

namespace tandem::templates {
namespace {

namespace fs = std::filesystem;

constexpr char kInline[] = "inline code is not run here; put it into a file, and name its folder";
constexpr char kImage[] = "container images are not run here; name a folder, zip or jar instead";
constexpr char kStore[] = "code in S3 is not fetched; name a folder, zip or jar instead";

bool IsRemote(const std::string& text) {
  return text.starts_with("s3://") || text.starts_with("https://") || text.starts_with("http://");
}

}  // namespace

fs::path FunctionReader::Absolute(const std::string& path) const {
  fs::path absolute = (folder_ / path).lexically_normal();
  if (!absolute.has_filename() && absolute.has_relative_path()) absolute = absolute.parent_path();
  return absolute;
}

void FunctionReader::ReadPackageType(const NodePtr& value, const Where& where) {
  if (value->is_scalar() && value->text == "Image") ReadImage(value, where);
}

void FunctionReader::ReadImage(const NodePtr& /*value*/, const Where& where) {
  names_code_ = true;
  Refuse(Subject::kCode, where, kImage);
}

void FunctionReader::ReadInlineCode(const NodePtr& /*value*/, const Where& where) {
  names_code_ = true;
  Refuse(Subject::kCode, where, kInline);
}

void FunctionReader::ReadCode(const NodePtr& value, const Where& where) {
  names_code_ = true;
  if (const std::string asset = AssetPath(resource_, "Code"); !asset.empty()) {
    UseCode(asset, where);
  } else if (value->is_map()) {
    const bool is_inline = value->Find("ZipFile") != nullptr;
    Refuse(Subject::kCode, where, is_inline ? kInline : value->Find("ImageUri") != nullptr ? kImage : kStore);
  } else if (std::string path; TakeText(Subject::kCode, value, where, path)) {
    if (IsRemote(path)) {
      Refuse(Subject::kCode, where, kStore);
    } else {
      UseCode(path, where);
    }
  }
}

std::string FunctionReader::AssetPath(const Resource& resource, std::string_view property) {
  const Entry* metadata = resource.body->Find("Metadata");
  if (metadata == nullptr || TextAt(*metadata->value, "aws:asset:property") != property) return {};
  return TextAt(*metadata->value, "aws:asset:path");
}

void FunctionReader::UseCode(const std::string& text, const Where& where) {
  function_.config.code = Absolute(text).string();
  code_ = where;
  has_code_ = true;
}

std::string FunctionReader::BuiltTemplateHint() const {
  const fs::path built = fs::path(stack_.path()).parent_path() / ".aws-sam" / "build" / "template.yaml";
  std::error_code error;
  if (!fs::is_regular_file(built, error)) return {};
  return "; --template " + built.string() + " is what sam build has made";
}

// Runs last, as the packages may lie in layers.
void FunctionReader::CheckCode() {
  const fs::path code = function_.config.code;
  std::error_code error;
  if (!fs::exists(code, error)) {
    const std::string command = BuildCommandFor(code, folder_);
    Refuse(Subject::kCode, code_,
           "there is no " + code.string() + (command.empty() ? "" : "; build it: sam build, or " + command) +
               BuiltTemplateHint());
    return;
  }
  const bool is_java = function_.config.runtime.starts_with("java") ||
                       (function_.config.runtime.empty() && function_.config.handler.find("::") != std::string::npos);
  if (is_java) {
    const std::string reason = UnbuiltJava(code);
    if (!reason.empty()) Refuse(Subject::kCode, code_, reason + BuiltTemplateHint());
    return;
  }
  std::vector<fs::path> folders(options_.package_folders.begin(), options_.package_folders.end());
  for (const std::string& layer : function_.config.layers) {
    for (fs::path& folder : PythonFoldersOfLayer(layer)) folders.push_back(std::move(folder));
  }
  const std::string missing = MissingPackages(code, folders);
  if (!missing.empty()) Warn(Subject::kCode, code_, missing + BuiltTemplateHint());
}

void FunctionReader::ReadLayers(const NodePtr& value, const Where& where) {
  if (!value->is_list()) RefuseValue(Subject::kLayers, where, *value, "a list");
  for (const NodePtr& item : value->items) ReadLayer(item, {where.path, where.in_globals, item->mark});
}

void FunctionReader::ReadLayer(const NodePtr& item, const Where& where) {
  try {
    const NodePtr value = resolver_.Resolve(item);
    FlushRemarks(Subject::kLayers, where);
    if (value->is_absent()) return;
    if (!value->is_scalar()) throw Unresolvable(where.mark, "a layer is named by a text");
    for (const Resource& resource : stack_.resources()) {
      if (resource.is_layer() && resolver_.LayerArn(resource) == value->text) return UseLayer(resource, where);
    }
    throw Unresolvable(where.mark, "the layer " + value->text + " is not fetched");
  } catch (const Unresolvable& error) {
    Warn(Subject::kLayers, {where.path, where.in_globals, error.mark()}, std::string(error.what()) + " (left out)");
  }
}

void FunctionReader::UseLayer(const Resource& layer, const Where& where) {
  const std::string property = layer.type == kServerlessLayer ? "ContentUri" : "Content";
  const Entry* content = layer.properties->Find(property);
  if (content == nullptr) throw Unresolvable(where.mark, "the layer " + layer.id + " has no " + property);
  std::string text = AssetPath(layer, property);
  if (text.empty()) {
    const NodePtr value = resolver_.Resolve(content->value);
    if (!value->is_scalar() || IsRemote(value->text)) {
      throw Unresolvable(where.mark, "the layer " + layer.id + " lies in S3, from where it is not fetched");
    }
    RefuseDynamicReference(*value);
    text = TextOf(*value);
  }
  const fs::path path = Absolute(text);
  const std::string place = stack_.Place("Resources." + layer.id + ".Properties." + property, content->mark);
  std::error_code error;
  if (!fs::exists(path, error)) {
    function_.problems.push_back(
        {Subject::kLayers, "", place + ": there is no " + path.string() + BuiltTemplateHint()});
    return;
  }
  const bool has_content = fs::exists(path / "python", error) || fs::exists(path / "java", error);
  const bool is_source = fs::exists(path / "requirements.txt", error) || fs::exists(path / "pom.xml", error);
  if (is_source && !has_content) {
    function_.warnings.push_back({Subject::kLayers, "",
                                  place + ": " + path.string() +
                                      " has neither python/ nor java/, so it is not built; " + "run sam build" +
                                      BuiltTemplateHint()});
  }
  function_.config.layers.push_back(path.string());
}

}  // namespace tandem::templates
