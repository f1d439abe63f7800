// What handlers write and how it reaches the log: L-28 to L-37.

#include <iterator>
#include <regex>
#include <string>
#include <tuple>
#include <vector>

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

struct Written {
  InvokeResult result;
  std::vector<KeptRecord> records;  // without what init wrote
  std::string text;
};

Written Write(const FunctionConfig& config, const std::string& event) {
  Function& function = JavaRuntime::Add(config);
  EXPECT_TRUE(JavaRuntime::Get().Prepare(function).ok());
  const size_t before = JavaRuntime::Log().Of(config.name).size();
  Written written;
  written.result = Invoke(function, event);
  written.records = JavaRuntime::Log().Of(config.name);
  written.records.erase(written.records.begin(), written.records.begin() + static_cast<std::ptrdiff_t>(before));
  for (const KeptRecord& record : written.records) {
    written.text += record.text;
    EXPECT_EQ(record.request_id, written.result.request_id.view()) << record.text;
  }
  return written;
}

TEST(Logs, L28AndHJAVA89TheSeedsLineReachesTheLog) {
  const Written written = Write(JavaRuntime::Config("example.Hello::myHandler"), "123");
  EXPECT_EQ(written.text, "received : 123");
  Covers("L-28", "H-JAVA-89");
}

TEST(Logs, L30TextIsWrittenAsItIs) {
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::logger"), R"("a\nb")").text, "a\nb");
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::nullText"), "1").text, "null");
  Covers("L-30/java");
}

TEST(Logs, L29BytesAreWrittenAsTheyAre) {
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::bytes"), "\"\xc3\xa9\"").text, "\xc3\xa9");
  Covers("L-29");
}

TEST(Logs, L31LevelsAreNamedInTextFormat) {
  Written written = Write(JavaRuntime::Config("rules.Logs::levels"), R"("x")");
  EXPECT_EQ(written.text, "[TRACE] x-trace[INFO] x-info[WARN] x-warnx-bytesx-filteredx-plain");
  ASSERT_EQ(written.records.size(), 6u);
  EXPECT_EQ(written.records[1].level, LogLevel::kInfo);
  EXPECT_EQ(written.records[5].level, LogLevel::kUnset);
  Covers("L-31", "L-29");
}

TEST(Logs, L32LevelsBelowTheFunctionsAreDropped) {
  FunctionConfig config = JavaRuntime::Config("rules.Logs::levels");
  config.log_level = "WARN";
  EXPECT_EQ(Write(config, R"("x")").text, "[WARN] x-warnx-bytesx-plain");
  Covers("L-32");
}

struct UnknownSetting {
  const char* format;
  const char* level;
  const char* reason;
  const char* origin;
};

std::ostream& operator<<(std::ostream& out, const UnknownSetting& row) {
  return out << "format '" << row.format << "', level '" << row.level << "'";
}

constexpr char kUnknownLevel[] = "Invalid log level: 'LOUD' expected one of [TRACE, DEBUG, INFO, WARN, ERROR, FATAL]";
constexpr char kUnknownFormat[] = "Invalid log format: 'XML' expected one of [JSON, TEXT]";

class UnknownLogSettings : public testing::TestWithParam<UnknownSetting> {};

// What a program says whose main method throws, and that it has ended; the function's classes are not even loaded.
TEST_P(UnknownLogSettings, L33EndTheProcessAtStart) {
  FunctionConfig config = JavaRuntime::Config("rules.Logs::logger");
  config.log_format = GetParam().format;
  config.log_level = GetParam().level;
  Function& function = JavaRuntime::Add(config);
  for (int i = 0; i < 2; ++i) {
    const std::string before = JavaRuntime::Log().TextOf(config.name);
    const InvokeResult result = Invoke(function, "1");
    ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFunctionError) << Show(result.outcome);
    EXPECT_EQ(result.outcome.disposition(), Disposition::kExited);
    EXPECT_EQ(result.outcome.error().exit_status, 1);
    EXPECT_EQ(Show(result.outcome), R"(error {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )" +
                                        std::string(result.request_id.view()) +
                                        R"( Error: Runtime exited with error: exit status 1"})");
    const std::string text = JavaRuntime::Log().TextOf(config.name).substr(before.size());
    EXPECT_EQ(text.rfind(std::string("Exception in thread \"main\" java.lang.IllegalArgumentException: ") +
                             GetParam().reason + "\n\tat com.amazonaws.services.lambda.runtime.logging." +
                             GetParam().origin + ".fromString(",
                         0),
              0U)
        << text;
    EXPECT_EQ(text.find("in init"), std::string::npos) << text;
    EXPECT_EQ(text.find("tandem"), std::string::npos) << text;
  }
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::logger"), R"("x")").text, "x") << "others are served";
  Covers("L-33", "L-07/java", "L-08/java");
}

INSTANTIATE_TEST_SUITE_P(Java, UnknownLogSettings,
                         testing::Values(UnknownSetting{"", "LOUD", kUnknownLevel, "LogLevel"},
                                         UnknownSetting{"JSON", "LOUD", kUnknownLevel, "LogLevel"},
                                         UnknownSetting{"XML", "", kUnknownFormat, "LogFormat"},
                                         UnknownSetting{"XML", "LOUD", kUnknownLevel, "LogLevel"}));

TEST(Logs, L33KnownSettingsMayBeOfAnyCase) {
  FunctionConfig config = JavaRuntime::Config("rules.Logs::levels");
  config.log_format = "Text";
  config.log_level = "warn";
  EXPECT_EQ(Write(config, R"("x")").text, "[WARN] x-warnx-bytesx-plain");
  Covers("L-33");
}

TEST(Logs, L34JsonFormat) {
  FunctionConfig config = JavaRuntime::Config("rules.Logs::levels");
  config.log_format = "JSON";
  config.log_level = "WARN";
  Written written = Write(config, R"("\"x\"")");
  const std::string id(written.result.request_id.view());
  ASSERT_EQ(written.records.size(), 3u) << written.text;
  const std::regex line(
      R"(\{"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","message":"\\"x\\"-warn","level":"WARN",)"
      R"("AWSRequestId":")" +
      id + R"("\}\n)");
  EXPECT_TRUE(std::regex_match(written.records[0].text, line)) << written.records[0].text;
  EXPECT_EQ(written.records[0].format, LogFormat::kJson);
  EXPECT_EQ(written.records[1].text, R"("x"-bytes)");
  Covers("L-34/java");
}

// Texts of several lines, each of which is one record.
class LogsAtLevel : public testing::TestWithParam<std::tuple<const char*, std::size_t>> {};

TEST_P(LogsAtLevel, L32HasThatOneAndWhatIsAboveIt) {
  static constexpr const char* kLevels[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  const auto& [format, least] = GetParam();
  const bool json = std::string(format) == "JSON";
  FunctionConfig config = JavaRuntime::Config("rules.Logs::everyLevel");
  config.log_format = format;
  config.log_level = kLevels[least];
  const Written written = Write(config, R"("a\nb")");
  const std::string id(written.result.request_id.view());
  const auto expected = [&](const std::string& level) {
    if (!json) return level.empty() ? std::string("a\nb") : "[" + level + "] a\nb";
    return R"({"timestamp":"{time}","message":"a\nb","level":")" + (level.empty() ? "UNDEFINED" : level) +
           R"(","AWSRequestId":")" + id + "\"}\n";
  };
  static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)");
  std::vector<std::string> texts;
  texts.reserve(written.records.size());
  for (const KeptRecord& record : written.records) texts.push_back(std::regex_replace(record.text, time, "{time}"));
  std::vector<std::string> all;
  for (std::size_t level = least; level < std::size(kLevels); ++level) all.push_back(expected(kLevels[level]));
  all.push_back(expected(""));  // L-32: always
  EXPECT_EQ(texts, all);
  if (json) {
    Covers("L-32", "L-34/java");
  } else {
    Covers("L-30/java", "L-31", "L-32");
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, LogsAtLevel,
                         testing::Combine(testing::Values("TEXT", "JSON"), testing::Range<std::size_t>(0, 6)),
                         [](const auto& of) {
                           return std::string(std::get<0>(of.param)) + std::to_string(std::get<1>(of.param));
                         });

TEST(Logs, C25RuntimeLoggerIsTheContextsLogger) {
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::runtimeLogger"), R"("x")").text, "x");
  Covers("C-25");
}

// Whether the appender is loaded is known for the whole VM only; functions without Log4j hear nothing of it.
TEST(Logs, L39Log4jHasTheRequestIdAndOthersDoNotCare) {
  Function& function = JavaRuntime::Add("log4j.Handler::handle", "log4j");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Show(Invoke(function, "1").outcome), Ok("true"));
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::logger"), R"("x")").text, "x");
  Covers("L-39");
}

TEST(Logs, L36StreamsAreUtf8AndAttributed) {
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::streams"), R"("x")").text, "x out \xc3\xa9\nx err\nno newline");
  FunctionConfig json = JavaRuntime::Config("rules.Logs::streams");
  json.log_format = "JSON";
  json.log_level = "FATAL";
  EXPECT_EQ(Write(json, R"("x\ny")").text, "x\ny out \xc3\xa9\nx\ny err\nno newline");
  Covers("L-36");
}

TEST(Logs, L25InitHasNoRequestId) {
  const FunctionConfig config = JavaRuntime::Config("rules.Logs::logger");
  ASSERT_TRUE(JavaRuntime::Get().Prepare(JavaRuntime::Add(config)).ok());
  std::vector<KeptRecord> records = JavaRuntime::Log().Of(config.name);
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records[0].request_id, "");
  EXPECT_EQ(JavaRuntime::Log().TextOf(config.name), "in init\n");
}

TEST(Logs, ThreadsOfTheHandlerWriteToItsLog) {
  EXPECT_EQ(Write(JavaRuntime::Config("rules.Logs::thread"), R"("x")").text, "x from a thread\n");
  const Written uncaught = Write(JavaRuntime::Config("rules.Logs::uncaught"), R"("x")");
  EXPECT_EQ(uncaught.text.rfind(R"(Exception in thread ")", 0), 0u) << uncaught.text;
  EXPECT_NE(uncaught.text.find("java.lang.IllegalStateException: x\n\tat rules.Logs."), std::string::npos);
}

TEST(Logs, L37ErrorsShowCausesAndWhatWasSuppressed) {
  const Written written = Write(JavaRuntime::Config("rules.Failures::caused"), "1");
  EXPECT_EQ(written.text.rfind("outer: java.lang.IllegalStateException\njava.lang.IllegalStateException: outer\n"
                               "\tat rules.Failures.caused(Failures.java:47)\n"
                               "\tSuppressed: java.io.IOException: suppressed\n",
                               0),
            0u)
      << written.text;
  EXPECT_NE(written.text.find("\nCaused by: java.lang.NumberFormatException: For input string: \"x\"\n"),
            std::string::npos);
  EXPECT_EQ(written.text.find("tandem.bridge"), std::string::npos) << written.text;
  EXPECT_EQ(written.text.substr(written.text.size() - 2), "\n\n");
  Covers("L-37");
}

TEST(Logs, L37CausesThatGoInACircleAreShownOnce) {
  const Written written = Write(JavaRuntime::Config("rules.Failures::circular"), "1");
  EXPECT_EQ(written.text.rfind("outer: java.lang.IllegalStateException\njava.lang.IllegalStateException: outer\n", 0),
            0u)
      << written.text;
  EXPECT_NE(written.text.find("\nCaused by: java.io.IOException: inner\n"), std::string::npos) << written.text;
  const size_t circle = written.text.find("[CIRCULAR REFERENCE: java.lang.IllegalStateException: outer]\n");
  EXPECT_NE(circle, std::string::npos) << written.text;
  EXPECT_EQ(written.text.find("CIRCULAR", circle + 2), std::string::npos) << written.text;
  Covers("L-37");
}

TEST(Logs, L37FaultsWithoutAnExceptionAreTheirText) {
  const FunctionConfig config = JavaRuntime::Config("rules.Shapes::nope");
  Function& function = JavaRuntime::Add(config);
  for (int i = 0; i < 2; ++i) Invoke(function, "1");  // is said once
  EXPECT_EQ(JavaRuntime::Log().TextOf(config.name),
            "No public method named nope with appropriate method signature found on class rules.Shapes\n");
  Covers("L-37");
}

// In JSON format an error is logged with the level ERROR, in text format with none (L-32).
TEST(Logs, L37ErrorsBelowTheFunctionsLevelAreNotLogged) {
  for (const auto& [format, level, logged] :
       {std::tuple("JSON", "FATAL", false), std::tuple("JSON", "ERROR", true), std::tuple("TEXT", "FATAL", true)}) {
    for (const char* handler :
         {"rules.Failures::runtime", "rules.Shapes::nope", "rules.Classes$ThrowingConstructor::run"}) {
      FunctionConfig config = JavaRuntime::Config(handler);
      config.log_format = format;
      config.log_level = level;
      EXPECT_EQ(Invoke(JavaRuntime::Add(config), "1").outcome.kind(), Outcome::Kind::kFunctionError);
      const std::string text = JavaRuntime::Log().TextOf(config.name);
      EXPECT_EQ(!text.empty(), logged) << format << " " << level << " " << handler << ": " << text;
    }
  }
  Covers("L-37", "L-32");
}

struct Unreadable {
  const char* handler;
  const char* package;
  std::string event;
  const char* complaint;
};

std::ostream& operator<<(std::ostream& out, const Unreadable& row) {
  return out << row.handler << " with " << row.event.substr(0, 20);
}

class UnreadableEvents : public testing::TestWithParam<Unreadable> {};

// What the parser complains of, and where: in a stream of bytes, whatever the event is to become and however large it
// is.
TEST_P(UnreadableEvents, J60AreExplainedInTheLog) {
  const FunctionConfig config = JavaRuntime::Config(GetParam().handler, GetParam().package);
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add(config), GetParam().event).outcome), ParseError());
  const std::string text = JavaRuntime::Log().TextOf(config.name);
  const std::string library = "com.amazonaws.lambda.thirdparty.com.fasterxml.jackson.";
  for (const char* wrapper : {"java.io.UncheckedIOException: ", ""}) {
    const std::string cause = "\nCaused by: " + (wrapper + library) + GetParam().complaint + "\n";
    EXPECT_NE(text.find(cause), std::string::npos) << cause << "\nin\n" << text;
  }
  Covers("J-60", "J-62", "L-37");
}

INSTANTIATE_TEST_SUITE_P(
    Java, UnreadableEvents,
    testing::Values(
        Unreadable{"rules.Types::text", "rules", "",
                   "databind.exc.MismatchedInputException: No content to map due to end-of-input\n"
                   " at [Source: (ByteArrayInputStream); line: 1, column: 0]"},
        Unreadable{"rules.Types::anInt", "rules", " ",
                   "databind.exc.MismatchedInputException: No content to map due to end-of-input\n"
                   " at [Source: (ByteArrayInputStream); line: 1, column: 0]"},
        Unreadable{
            "rules.Types::objectEcho", "rules", "{",
            "core.io.JsonEOFException: Unexpected end-of-input: expected close marker for Object (start marker at "
            "[Source: (ByteArrayInputStream); line: 1, column: 1])\n"
            " at [Source: (ByteArrayInputStream); line: 1, column: 2]"},
        Unreadable{"rules.Types::textMap", "rules", R"({"a":)",
                   "core.io.JsonEOFException: Unexpected end-of-input within/between Object entries\n"
                   " at [Source: (ByteArrayInputStream); line: 1, column: 6]"},
        Unreadable{
            "rules.Types::pojo", "rules", R"({"firstName":{}})",
            "databind.exc.MismatchedInputException: Cannot deserialize value of type `java.lang.String` from Object "
            "value (token `JsonToken.START_OBJECT`)\n"
            " at [Source: (ByteArrayInputStream); line: 1, column: 14] (through reference chain: "
            "rules.Pojo[\"firstName\"])"},
        Unreadable{
            "rules.Types::ints", "rules", R"([1,2,"x"])",
            "databind.exc.InvalidFormatException: Cannot deserialize value of type `java.lang.Integer` from String "
            "\"x\": not a valid `java.lang.Integer` value\n"
            " at [Source: (ByteArrayInputStream); line: 1, column: 6] (through reference chain: "
            "java.util.ArrayList[2])"},
        Unreadable{
            "rules.Types::rawMap", "rules", std::string(20000, ' ') + "{",
            "core.io.JsonEOFException: Unexpected end-of-input: expected close marker for Object (start marker at "
            "[Source: (ByteArrayInputStream); line: 1, column: 20001])\n"
            " at [Source: (ByteArrayInputStream); line: 1, column: 20002]"},
        Unreadable{"events.Echoes::sqs", "events", "",
                   "databind.exc.MismatchedInputException: No content to map due to end-of-input\n"
                   " at [Source: (ByteArrayInputStream); line: 1, column: 0]"},
        Unreadable{
            "events.Echoes::sqs", "events", std::string(20000, ' ') + "{",
            "core.io.JsonEOFException: Unexpected end-of-input: expected close marker for Object (start marker at "
            "[Source: (ByteArrayInputStream); line: 1, column: 20001])\n"
            " at [Source: (ByteArrayInputStream); line: 1, column: 20002]"}));

TEST(Logs, L37ErrorsInJsonFormatAreOneLine) {
  FunctionConfig config = JavaRuntime::Config("rules.Failures::runtime");
  config.log_format = "JSON";
  Written written = Write(config, "1");
  ASSERT_EQ(written.records.size(), 1u);
  EXPECT_EQ(written.records[0].level, LogLevel::kError);
  EXPECT_NE(written.text.find(R"("message":"went wrong: java.lang.RuntimeException\njava.lang.RuntimeException)"),
            std::string::npos)
      << written.text;
}

}  // namespace
}  // namespace tandem::test
