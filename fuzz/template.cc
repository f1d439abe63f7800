// Templates: any text as a template's file, YAML or JSON.
//
// Input: the file.
#include "templates/template.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/lib.h"

namespace tandem::fuzz {
namespace {

// A folder with code for templates to name.
class Place {
 public:
  Place() {
    Write(scratch_.path() / "code/app.py", "def handler(event, context):\n  return event\n");
    Write(scratch_.path() / "layer/python/shared.py", "");
  }

  std::filesystem::path file() const { return scratch_.path() / "template.yaml"; }

 private:
  Scratch scratch_;
};

const Place& ThePlace() {
  static const Place place;
  return place;
}

// No control character, whatever the template has in quotes.
void RequireLine(std::string_view text, std::string_view what) {
  RequireOneLine(text, what);
  Require(std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }), what, text);
}

void RequireNotes(const std::vector<templates::Note>& notes) {
  for (const templates::Note& note : notes) RequireLine(note.text, "a note that is no line");
}

void RequireFunction(const templates::Template& all, const templates::TemplateFunction& function) {
  Require(!function.logical_id.empty(), "a function without an id");
  Require(all.Find(function.logical_id) != nullptr, "a function that is not found by its id", function.logical_id);
  RequireNotes(function.warnings);
  RequireNotes(function.problems);
  for (int subject = 0; subject <= static_cast<int>(templates::Subject::kOther); ++subject) {
    RequireLine(function.PlaceOf(static_cast<templates::Subject>(subject)), "a place that is no line");
  }
  for (const templates::Variable& variable : function.variables) RequireLine(variable.place, "a variable's place");
  for (const std::string& layer : function.config.layers) {
    Require(std::filesystem::path(layer).is_absolute(), "a layer's path is relative", layer);
  }
}

}  // namespace
}  // namespace tandem::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tandem::fuzz;
  const std::filesystem::path file = ThePlace().file();
  Write(file, {reinterpret_cast<const char*>(data), size});
  const auto loaded = tandem::templates::LoadTemplate(file.string(), {.parameters = {}, .package_folders = {}});
  if (!loaded.ok()) {
    RequireLine(loaded.status().message(), "an error that is no line");
    Require(loaded.status().code() == tandem::Code::kInvalidArgument, "a strange error", loaded.status().message());
    return 0;
  }
  RequireNotes(loaded->warnings);
  for (const auto& function : loaded->functions) RequireFunction(*loaded, function);
  return 0;
}
