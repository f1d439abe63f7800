// The fixture of tests of whole templates, each in a folder of its own.
#ifndef TANDEM_TESTS_TEMPLATES_TEMPLATE_FIXTURE_H_
#define TANDEM_TESTS_TEMPLATES_TEMPLATE_FIXTURE_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "templates/template.h"

namespace tandem::templates {

namespace fs = std::filesystem;

// "a\nb"
inline std::string Texts(const std::vector<Note>& notes) {
  std::string all;
  for (const Note& note : notes) all += (all.empty() ? "" : "\n") + note.text;
  return all;
}

inline std::string ValueOf(const TemplateFunction& function, const std::string& variable) {
  for (const Variable& entry : function.variables) {
    if (entry.name == variable) return entry.value;
  }
  return "(none)";
}

class TemplateTest : public testing::Test {
 protected:
  // From the fixture's folder, so that messages have no path of this machine.
  Template Fixture(const std::string& folder, const std::string& file, const TemplateOptions& options = {}) {
    fs::current_path(fs::path(TANDEM_TEST_TEMPLATES) / folder);
    const auto loaded = LoadTemplate(file, options);
    EXPECT_TRUE(loaded) << loaded.status().message();
    return loaded ? *loaded : Template{};
  }

  void SetUp() override {
    const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / ("templates-" + std::to_string(getpid()));
    folder_ = root_ / info->name();
    fs::create_directories(folder_);
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path("/");
    fs::remove_all(root_);
  }

  static void Write(const fs::path& path, const std::string& text) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  // A function Hello with these lines as its properties, in code that is there.
  TemplateFunction Hello(const std::string& properties, const std::string& rest = "",
                         const TemplateOptions& options = {}) {
    Write("code/app.py", "");
    Write("t.yaml", "Resources:\n  Hello:\n    Type: AWS::Serverless::Function\n    Properties:\n" + properties + rest);
    const auto loaded = LoadTemplate("t.yaml", options);
    EXPECT_TRUE(loaded) << loaded.status().message();
    return loaded && !loaded->functions.empty() ? loaded->functions.front() : TemplateFunction{};
  }

  std::string Refusal(const std::string& text) {
    Write("t.yaml", text);
    const auto loaded = LoadTemplate("t.yaml", {});
    return loaded ? "accepted" : loaded.status().message();
  }

  static constexpr char kFine[] = "      CodeUri: code\n      Handler: app.handler\n      Runtime: python3.11\n";
  fs::path root_;  // of this process
  fs::path folder_;
};

}  // namespace tandem::templates

#endif  // TANDEM_TESTS_TEMPLATES_TEMPLATE_FIXTURE_H_
