// Suites as they are read from files, and what is said of each kind of bad one.
#include "conformance/suite.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace tandem::conformance {
namespace {

namespace fs = std::filesystem;

std::string ContentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> FixturesIn(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(TANDEM_TEST_SUITES) / folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> FilesOf(const std::vector<Suite>& suites) {
  std::vector<std::string> files;
  files.reserve(suites.size());
  for (const Suite& suite : suites) files.push_back(suite.file);
  return files;
}

// In an empty folder of its own.
class SuiteTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::canonical(testing::TempDir()) / ("suites-" + std::to_string(getpid()));
    fs::create_directories(root_);
    fs::current_path(root_);
  }
  void TearDown() override {
    fs::current_path("/");
    fs::remove_all(root_);
  }

  static void Write(const fs::path& path, const std::string& text) {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string Smallest() { return ContentOf(fs::path(TANDEM_TEST_SUITES) / "good/smallest/suite.json"); }

  static Suite Good(const std::string& name) {
    fs::current_path(fs::path(TANDEM_TEST_SUITES) / "good");
    auto suites = ReadSuites({name});
    EXPECT_TRUE(suites) << suites.status().message();
    return suites && suites->size() == 1 ? std::move(suites->front()) : Suite{};
  }
  static std::string MessageOf(const std::vector<std::string>& paths) {
    const auto suites = ReadSuites(paths);
    return suites ? "(none)" : suites.status().message();
  }

  fs::path root_;
};

// Named as its file is, which begins with the message.
class BadSuiteTest : public SuiteTest, public testing::WithParamInterface<fs::path> {};

TEST_P(BadSuiteTest, IsRefusedByOneLine) {
  const std::string text = ContentOf(GetParam());
  std::string message = text.substr(3, text.find('\n') - 3);
  if (const std::size_t at = message.find("{folder}"); at != std::string::npos) message.replace(at, 8, root_.string());
  Write("suite.json", text);
  EXPECT_EQ(MessageOf({"suite.json"}), message);
}

INSTANTIATE_TEST_SUITE_P(All, BadSuiteTest, testing::ValuesIn(FixturesIn("bad")), [](const auto& given) {
  std::string name = given.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST_F(SuiteTest, FunctionsHaveAllThatIsSaidOfThem) {
  const Suite suite = Good("pricing");
  EXPECT_EQ(suite.name, "prices");
  EXPECT_EQ(suite.file, "pricing/suite.json");
  EXPECT_EQ(suite.folder, fs::canonical("pricing").string());
  EXPECT_EQ(suite.languages(), (std::vector<std::string>{"java", "python"}));
  ASSERT_EQ(suite.functions.size(), 2U);
  const SuiteFunction& price = *suite.functions[0];
  EXPECT_EQ(price.name, "price");
  EXPECT_EQ(price.timeout, std::chrono::seconds(5));
  EXPECT_EQ(price.memory_size_mb, 256);
  EXPECT_EQ(price.log_format, "JSON");
  EXPECT_EQ(price.log_level, "DEBUG");
  const Implementation& java = price.implementations.at("java");
  EXPECT_EQ(java.language, "java");
  EXPECT_EQ(java.handler, "pricing.Handler::price");
  EXPECT_EQ(java.code, suite.folder + "/java/pricing.jar");
  EXPECT_EQ(java.runtime, "");
  EXPECT_EQ(java.endpoint_name, "price-java");
  EXPECT_EQ(java.variables, (std::map<std::string, std::string>{{"CURRENCY", "EUR"}, {"DIGITS", "3"}}));
  const Implementation& python = price.implementations.at("python");
  EXPECT_EQ(python.code, suite.folder + "/python");
  EXPECT_EQ(python.runtime, "python3.13");
  EXPECT_EQ(python.endpoint_name, "prices");
  EXPECT_EQ(python.variables.at("DIGITS"), "2");
  EXPECT_EQ(suite.functions[1]->name, "audit");
  EXPECT_EQ(suite.functions[1]->implementations.at("python").code, suite.folder + "/python");
}

TEST_F(SuiteTest, WhatIsNotSaidIsTheServicesDefault) {
  const Suite suite = Good("smallest");
  EXPECT_EQ(suite.name, "smallest");
  const SuiteFunction& echo = *suite.functions.at(0);
  EXPECT_EQ(echo.timeout, std::chrono::seconds(3));
  EXPECT_EQ(echo.memory_size_mb, 128);
  EXPECT_EQ(echo.log_format + echo.log_level, "");
  const Case& given = suite.cases.at(0);
  EXPECT_EQ(given.function, &echo);
  EXPECT_EQ(given.event, "{}");
  EXPECT_EQ(given.content_type + given.request_id + given.client_context + given.qualifier, "");
  EXPECT_EQ(given.type, InvocationType::kRequestResponse);
}

TEST_F(SuiteTest, ACaseHasAllThatIsSaidOfIt) {
  const Suite suite = Good("pricing");
  const Case& first = suite.cases.at(0);
  EXPECT_EQ(first.name, "keeps the event's text");
  EXPECT_EQ(first.place, "pricing/suite.json:19");
  EXPECT_EQ(first.function, suite.functions[0].get());
  EXPECT_EQ(first.event,
            R"({"total":1.10,"count":123456789012345678901234567890,"name":"a // b /* c */ \u00e9 é","a":[]})");
  EXPECT_EQ(first.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(first.request_id, "11111111-2222-4333-8444-555555555555");
  EXPECT_EQ(first.client_context, R"({"custom":{"a":1.0}})");
  EXPECT_EQ(first.cognito_identity, R"({"cognitoIdentityId":"i"})");
  EXPECT_EQ(first.trace_id, "Root=1-2-3");
  EXPECT_EQ(first.tenant_id, "t");
  EXPECT_EQ(first.qualifier, "live");
  EXPECT_EQ(first.rules, (std::vector<std::string>{"J-03", "H-JAVA-10"}));
  EXPECT_EQ(first.tags, std::vector<std::string>{"money"});
  EXPECT_FALSE(first.has_parameters);
  EXPECT_FALSE(first.streams());
  EXPECT_EQ(suite.text.substr(first.expect_text.begin, first.expect_text.end - first.expect_text.begin),
            R"({"payload": "\"1.10\"", "maxDuration": 0.5, "log": ["^priced \\d+"], "noLog": ["ERROR"]})");
}

TEST_F(SuiteTest, ExpectationsAreByLanguage) {
  const Suite suite = Good("pricing");
  const Expectation& python = suite.cases.at(0).expected.at("python");
  EXPECT_EQ(python.payload, "\"1.10\"");
  EXPECT_EQ(python.most_duration, std::chrono::milliseconds(500));
  EXPECT_EQ(python.log, std::vector<std::string>{"^priced \\d+"});
  EXPECT_EQ(python.no_log, std::vector<std::string>{"ERROR"});
  EXPECT_FALSE(python.is_error());
  const Expectation& java = suite.cases.at(0).expected.at("java");
  EXPECT_FALSE(java.payload) << "expectFor replaces all of expect";
  EXPECT_EQ(java.error_type->text, "java.lang.IllegalStateException");
  EXPECT_FALSE(java.error_type->is_pattern);
  EXPECT_EQ(java.error_message->text, "^no");
  EXPECT_TRUE(java.error_message->is_pattern);
}

TEST_F(SuiteTest, EventsComeFromFilesTextsAndBytes) {
  const Suite suite = Good("pricing");
  EXPECT_EQ(suite.cases.at(1).event, "{\"items\": [],\n \"total\": 1.10}\n");
  EXPECT_EQ(suite.cases.at(1).expected.at("java").payload, "\"1.10\"");
  EXPECT_EQ(suite.cases.at(2).event, "{\"a\":");
  EXPECT_EQ(suite.cases.at(3).event, std::string("\0\xFF", 2));
  EXPECT_EQ(suite.cases.at(3).expected.at("python").payload, std::string("\0\xFF\xFF", 3));
}

TEST_F(SuiteTest, WhatIsSkippedNeedsNoExpectation) {
  const Suite suite = Good("pricing");
  using Reasons = std::map<std::string, std::string>;
  EXPECT_EQ(suite.cases.at(2).skipped, (Reasons{{"java", "it is no JSON"}, {"python", "it is no JSON"}}));
  EXPECT_EQ(suite.cases.at(3).skipped, (Reasons{{"java", "it is no text"}}));
  EXPECT_FALSE(suite.cases.at(3).expected.contains("java"));
}

TEST_F(SuiteTest, StreamsAndJsonAreExpectedAsTheyStand) {
  const Suite suite = Good("pricing");
  EXPECT_TRUE(suite.cases.at(4).streams());
  EXPECT_EQ(suite.cases.at(4).type, InvocationType::kEvent);
  EXPECT_EQ(suite.cases.at(4).expected.at("python").chunks, (std::vector<std::string>{"a", ""}));
  const Json::Value json = *suite.cases.at(5).expected.at("python").json;
  EXPECT_EQ(json["near"]["within"].asDouble(), 0.001);
  EXPECT_EQ(json["most"].asUInt64(), 18446744073709551615U);
}

TEST_F(SuiteTest, ParametersMakeACaseEach) {
  const Suite suite = Good("pricing");
  ASSERT_EQ(suite.cases.size(), 8U);
  const Case& one = suite.cases[6];
  const Case& none = suite.cases[7];
  EXPECT_EQ(one.name, "rounds[x=1,shown=1.00]");
  EXPECT_EQ(none.name, "rounds[x=null,shown=]");
  EXPECT_EQ(one.event, R"({"x":1})");
  EXPECT_EQ(none.event, R"({"x":null})");
  EXPECT_EQ(one.expected.at("python").payload, "\"1.00\"");
  EXPECT_EQ(none.expected.at("python").payload, "\"\"");
  EXPECT_TRUE(one.has_parameters && none.has_parameters);
  EXPECT_EQ(none.place, "pricing/suite.json:45");
  for (const Case& each : {one, none}) {
    EXPECT_EQ(suite.text.substr(each.expect_text.begin, each.expect_text.end - each.expect_text.begin),
              R"({"payload": "\"${shown}\""})");
  }
}

TEST_F(SuiteTest, ParametersStandForValuesOfAnyKind) {
  const Suite suite = Good("templates");
  ASSERT_EQ(suite.cases.size(), 4U);
  EXPECT_EQ(suite.cases[0].event, R"("${x}")");
  EXPECT_EQ(suite.cases[0].expected.at("python").payload, R"("${x}")");
  const Case& number = suite.cases[1];
  EXPECT_EQ(number.event, R"({"x":2.50,"k":"2.502.50","deep":[[1,"a\"b"]],"as text":"is [1,\"a\\\"b\"]"})");
  EXPECT_EQ(number.expected.at("python").payload, "2.50");
  EXPECT_EQ(number.type, InvocationType::kEvent);
  const Case& text = suite.cases[2];
  EXPECT_EQ(text.event, R"({"x":"a\nb","x y":"a\nba\nb","deep":[[]],"as text":"is []"})");
  EXPECT_EQ(text.expected.at("python").json->get("a", {})[0].asInt(), 1);
  const Case& all = suite.cases[3];
  EXPECT_EQ(all.rules, std::vector<std::string>{"J-03"});
  EXPECT_EQ(all.event, std::string("\0\xFF", 2));
  EXPECT_EQ(all.client_context, R"({"a":1})");
  EXPECT_EQ(all.expected.at("python").most_duration, std::chrono::seconds(1));
  EXPECT_EQ(all.expected.at("python").error_type->text, "E");
  EXPECT_TRUE(all.streams());
}

TEST_F(SuiteTest, TheSuiteThatTheReadmeTeachesIsOne) {
  const std::string readme = ContentOf(fs::path(TANDEM_TEST_SUITES) / "../../../conformance/README.md");
  const std::size_t begin = readme.find("\n    {\n");
  ASSERT_NE(begin, std::string::npos);
  Write("pricing/suite.json", readme.substr(begin + 1, readme.find("\n    }\n", begin) + 6 - begin));
  Write("pricing/java/target/pricing.jar", "");
  Write("pricing/python/pricing.py", "");
  const auto suites = ReadSuites({"pricing"});
  ASSERT_TRUE(suites) << suites.status().message();
  EXPECT_EQ(suites->at(0).cases.size(), 3U);
  EXPECT_EQ(suites->at(0).cases[0].place, "pricing/suite.json:11");
}

TEST_F(SuiteTest, ExpectMayBeLeftOutWhereItIsToBeRecorded) {
  Write("suite.json", ContentOf(fs::path(TANDEM_TEST_SUITES) / "bad/no-expect.json"));
  const auto suites = ReadSuites({"."}, Expected::kOrRecorded);
  ASSERT_TRUE(suites) << suites.status().message();
  const Case& given = suites->at(0).cases.at(0);
  EXPECT_TRUE(given.expected.empty());
  EXPECT_EQ(given.expect_text.end, 0U);
  EXPECT_EQ(suites->at(0).text.substr(given.text.end - 4, 6), "\"a\"}\n ") << "where it is to be written";
}

TEST_F(SuiteTest, SuitesAreFoundAtAnyDepthInOrder) {
  for (const char* const folder : {"all/b", "all/a/deep/er", "all/.git/x", "all/c/build"}) {
    Write(fs::path(folder) / "suite.json", Smallest());
  }
  Write("all/b/below/suite.json", "not looked at: it is a suite's own");
  Write("all/c/other.json", "{");
  const auto suites = ReadSuites({"all/", "all/b"});
  ASSERT_TRUE(suites) << suites.status().message();
  EXPECT_EQ(FilesOf(*suites),
            (std::vector<std::string>{"all/a/deep/er/suite.json", "all/b/suite.json", "all/c/build/suite.json"}));
}

TEST_F(SuiteTest, ASuiteIsItsFolderOrItsFile) {
  Write("a/suite.json", Smallest());
  Write("b/other.json", Smallest());
  const auto suites = ReadSuites({"a/suite.json", "a", "./a/", "b/other.json"});
  ASSERT_TRUE(suites) << suites.status().message();
  EXPECT_EQ(FilesOf(*suites), (std::vector<std::string>{"a/suite.json", "b/other.json"}));
  EXPECT_EQ(suites->at(0).name, "a");
}

TEST_F(SuiteTest, LinksThatGoRoundEnd) {
  Write("all/a/suite.json", Smallest());
  fs::create_directory_symlink("..", "all/round");
  fs::create_directory_symlink("self", "all/self");
  fs::create_directory_symlink("a", "all/z");
  const auto suites = ReadSuites({"all"});
  ASSERT_TRUE(suites) << suites.status().message();
  EXPECT_EQ(FilesOf(*suites), std::vector<std::string>{"all/a/suite.json"});
}

TEST_F(SuiteTest, WhereThereIsNoSuiteOneLineSaysSo) {
  fs::create_directories("empty/.hidden");
  Write("empty/.hidden/suite.json", Smallest());
  EXPECT_EQ(MessageOf({"empty"}), "empty: there is no suite.json in it");
  EXPECT_EQ(MessageOf({"nothing"}), "nothing: there is no such file or folder");
  EXPECT_EQ(MessageOf({"a\nb"}), "a\\nb: there is no such file or folder");
  EXPECT_EQ(MessageOf({"/dev/null"}), "/dev/null: /dev/null is no file");
  EXPECT_EQ(ReadSuites({"empty"}).status().code(), Code::kNotFound);
  EXPECT_EQ(ReadSuites({"nothing"}).status().code(), Code::kNotFound);
}

TEST_F(SuiteTest, MissingFilesAreNotFoundAndOtherwiseBadSuitesInvalid) {
  for (const char* const name : {"missing-code", "event-file", "payload-file"}) {
    Write("suite.json", ContentOf(fs::path(TANDEM_TEST_SUITES) / "bad" / (std::string(name) + ".json")));
    EXPECT_EQ(ReadSuites({"."}).status().code(), Code::kNotFound) << name;
  }
  Write("suite.json", "[]");
  EXPECT_EQ(ReadSuites({"."}).status().code(), Code::kInvalidArgument);
}

TEST_F(SuiteTest, CodeMayBeBuiltIntoAnotherFolder) {
  Write("a/suite.json", ContentOf(fs::path(TANDEM_TEST_SUITES) / "bad/missing-code.json"));
  const auto missing = ReadSuites({"a"}, Expected::kAlways, "build");
  EXPECT_EQ(missing.status().message(), "a/suite.json:6: functions.price.implementations.java.code: there is no " +
                                            root_.string() + "/a/target/x.jar, and no " + root_.string() +
                                            "/build/target/x.jar; build it first");
  const auto code_in = [] {
    const auto suites = ReadSuites({"a"}, Expected::kAlways, "build");
    return suites ? suites->at(0).functions.at(0)->implementations.at("java").code : suites.status().message();
  };
  Write("build/target/x.jar", "");
  EXPECT_EQ(code_in(), root_.string() + "/build/target/x.jar");
  Write("a/target/x.jar", "");
  EXPECT_EQ(code_in(), root_.string() + "/a/target/x.jar");
}

TEST_F(SuiteTest, FilesOfAbsurdSizesAreNotRead) {
  Write("suite.json", "");
  fs::resize_file("suite.json", (std::uintmax_t{64} << 20U) + 1);
  EXPECT_EQ(MessageOf({"."}), "./suite.json: ./suite.json has 67108865 bytes; at most 67108864 are read");
}

TEST_F(SuiteTest, DepthHasAnEnd) {
  Write("suite.json", "{\"name\": " + std::string(100'000, '['));
  EXPECT_EQ(MessageOf({"suite.json"}), "suite.json:1: this is nested more than 1000 levels deep");
}

// Whatever the bytes are, a suite is read or refused by a line with its place.
class MutatedSuiteTest : public SuiteTest {
 protected:
  void SetUp() override {
    SuiteTest::SetUp();
    fs::copy(fs::path(TANDEM_TEST_SUITES) / "good", ".", fs::copy_options::recursive);
    for (const fs::path& path : FixturesIn("good")) texts_.push_back(ContentOf(path / "suite.json"));
  }

  static std::string Try(const std::string& text) {
    Write("pricing/suite.json", text);
    const std::string message = MessageOf({"pricing"});
    const bool has_place = message == "(none)" || message.starts_with("pricing/suite.json:");
    const bool is_line = std::none_of(message.begin(), message.end(), [](char c) { return c >= 0 && c < 0x20; });
    EXPECT_TRUE(has_place && is_line) << message << "\nfor:\n" << text;
    return message;
  }

  std::vector<std::string> texts_;
};

TEST_F(MutatedSuiteTest, TruncatedOnesAreRefused) {
  for (const std::string& text : texts_) {
    const std::size_t last_brace = text.rfind('}');
    for (std::size_t size = 0; size <= last_brace; size += 7) {
      EXPECT_NE(Try(text.substr(0, size)), "(none)") << size;
    }
  }
}

TEST_F(MutatedSuiteTest, ChangedOnesAreReadOrRefused) {
  using namespace std::string_view_literals;
  std::mt19937 random(9);  // NOLINT(bugprone-random-generator-seed): the same run each time
  const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
  constexpr std::string_view kBytes = "{}[]\":,/*$\\\n \0\xFF\xC3-10eE.tn"sv;
  for (int i = 0; i < 2000; ++i) {
    std::string text = texts_[below(texts_.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(text.size());
      const std::size_t size = std::min(below(12), text.size() - at);
      const bool is_copied = below(3) == 0;
      text.replace(
          at, size,
          is_copied ? text.substr(below(text.size()), below(40)) : std::string(1, kBytes[below(kBytes.size())]));
    }
    Try(text);
  }
}

}  // namespace
}  // namespace tandem::conformance
