// What handlers print and log: L-01 to L-19.

#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

// Without what its init phase wrote, which is where the package's other functions have not had it.
std::vector<KeptRecord> Records(const Function& function) {
  std::vector<KeptRecord> records = PythonRuntime::Log().Of(function.config().name);
  std::erase_if(records, [](const KeptRecord& record) { return record.request_id.empty(); });
  return records;
}

std::string Text(const Function& function) {
  std::string text;
  for (const KeptRecord& record : Records(function)) text += record.text;
  return text;
}

// Dates as "{time}".
std::string Undated(const std::string& text) {
  static const std::regex date(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z)");
  return std::regex_replace(text, date, "{time}");
}

Function& AddJson(const std::string& handler) {
  FunctionConfig config = PythonRuntime::Config(handler);
  config.log_format = "json";  // L-08: in any case
  return PythonRuntime::Add(config);
}

// Inline, the first function of the module sees its init; gtest runs a file's tests in their order.
TEST(Logs, L03InitHasNoRequestId) {
  Function& function = PythonRuntime::Add("logs.prints");
  ASSERT_TRUE(PythonRuntime::Get().Prepare(function).ok());
  EXPECT_EQ(Undated(PythonRuntime::Log().TextOf(function.config().name)),
            "during init\n[WARNING]\t{time}\t\twarned during init\n");  // L-02, L-22
  EXPECT_EQ(Text(function), "");
  Covers("L-01", "L-02", "L-03", "L-22");
}

TEST(Logs, L14PrintIsPassedThrough) {
  Function& function = PythonRuntime::Add("logs.prints");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(Text(function), "one\ntwo\na-b\nx\ny\nbytes\né ✓\nunfinished");
  for (const KeptRecord& record : Records(function)) {
    EXPECT_EQ(record.request_id, "test-id");
    EXPECT_EQ(record.level, LogLevel::kUnset);
    EXPECT_EQ(record.format, LogFormat::kText);
  }
  Covers("L-14");
}

TEST(Logs, L14EachWriteIsPassedOnInItsOrder) {
  Function& function = PythonRuntime::Add("logs.both_streams");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  std::vector<std::string> texts;
  for (const KeptRecord& record : Records(function)) texts.push_back(Undated(record.text));
  const std::vector<std::string> expected = {"a", "b", "c", "d", "e\n", "f", "[WARNING]\t{time}\ttest-id\tg\n",
                                             "h", "i"};
  EXPECT_EQ(texts, expected);
  Covers("L-14");
}

TEST(Logs, L14LinesOfThreadsStayWhole) {
  Function& function = PythonRuntime::Add("logs.chorus");
  EXPECT_EQ(Answer(function, "[4, 200]"), "ok null");
  std::istringstream text(Text(function));
  std::map<std::string, int> lines;
  for (std::string line; std::getline(text, line);) ++lines[line];
  const std::map<std::string, int> expected = {{"0 of 4", 200}, {"1 of 4", 200}, {"2 of 4", 200}, {"3 of 4", 200}};
  EXPECT_EQ(lines, expected);
}

TEST(Logs, L14StreamsKeepTheirAttributes) {
  EXPECT_EQ(Answer(PythonRuntime::Add("logs.attributes"), "1"), R"(ok [1, 2, false, "<stdout>", true])");
  EXPECT_EQ(Answer(PythonRuntime::Add("contexts.sink"), "1"), R"(ok [1, true, "utf-8"])");  // L-01
  Covers("L-14", "L-01");
}

TEST(Logs, L14StreamsCanBeReplacedAndRestored) {
  Function& function = PythonRuntime::Add("logs.replaced");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(Text(function), "wrapped\nrestored\nrestored, too\n");
}

TEST(Logs, L01RecordsFollowStandardOutput) {
  Function& function = PythonRuntime::Add("logs.redirected");
  EXPECT_EQ(Answer(function, "\"kept\""), R"(ok "\ttest-id\tredirected\nsaidprinted\n")");
  EXPECT_EQ(Undated(Text(function)), "[WARNING]\t{time}\ttest-id\tnot redirected\n");
  Covers("L-01", "L-02", "C-07");
}

// In place of sys.stdout, from one invocation to the next; a function of two handlers, as each has its own process.
TEST(Logs, L16TheErrorLogFollowsStandardOutputWhereThatTakesIt) {
  Function& function = PythonRuntime::Add("logs.redirected_or_restored");
  EXPECT_NE(Answer(function, "\"lost\"").find("of lost"), std::string::npos);
  EXPECT_EQ(Answer(function, "\"restore\""), R"(ok "[ERROR] ValueError: of lost")");
  EXPECT_EQ(Undated(Text(function)), "[WARNING]\t{time}\ttest-id\tnot redirected\n");
  EXPECT_NE(Answer(function, "\"closed\"").find("of closed"), std::string::npos);
  EXPECT_EQ(Answer(function, "\"restore\""), "ok null");
  EXPECT_NE(Text(function).find("[ERROR] ValueError: of closed\rTraceback"), std::string::npos) << Text(function);
  Covers("L-16");
}

TEST(Logs, L14StreamsTakeAttributesAndOtherEncodings) {
  Function& function = PythonRuntime::Add("logs.open_stream");
  EXPECT_EQ(Answer(function, "1"),
            R"(ok [["SHOUTED", "\n"], "\tTEST-ID\tLOGGED\n", true, "<stdout>", "strict", "Unbuffered"])");
  EXPECT_EQ(Undated(Text(function)), "written\nreplaced ?\nlines\n[WARNING]\t{time}\ttest-id\t?\n");
  Covers("L-14");
}

TEST(Logs, L14AStreamWithoutItsInitRefusesToWrite) {
  const std::string refusal = R"("I/O operation on uninitialized object")";
  EXPECT_EQ(Answer(PythonRuntime::Add("logs.unfinished_stream"), "1"),
            "ok [[" + refusal + ", " + refusal + ", " + refusal + "], false, null]");
}

TEST(Logs, L02RecordsHaveLevelTimeAndRequestId) {
  Function& function = PythonRuntime::Add("logs.records");
  EXPECT_EQ(Answer(function, "1"), "ok 1");
  const std::vector<KeptRecord> records = Records(function);
  ASSERT_EQ(records.size(), 5u);  // L-04: info is silent
  EXPECT_EQ(Undated(records[0].text), "[WARNING]\t{time}\ttest-id\twarned é\n");
  EXPECT_EQ(records[0].level, LogLevel::kWarn);
  EXPECT_EQ(Undated(records[1].text), "[ERROR]\t{time}\ttest-id\tfailed\n");
  EXPECT_EQ(Undated(records[2].text), "[Level 37]\t{time}\ttest-id\todd level\n");  // L-12
  EXPECT_EQ(Undated(records[3].text).find("[ERROR]\t{time}\ttest-id\tcaught\nTraceback (most recent call last):\n"), 0u)
      << records[3].text;
  EXPECT_EQ(records[3].text.back(), '\n');  // L-06, without the glued line
  EXPECT_EQ(records[4].level, LogLevel::kFatal);
  Covers("L-02", "L-04", "L-06", "L-12");
}

TEST(Logs, L09JsonRecords) {
  Function& function = AddJson("logs.records");
  EXPECT_EQ(Answer(function, "1"), "ok 1");
  const std::vector<KeptRecord> records = Records(function);
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(Undated(records[0].text),
            "{\"timestamp\": \"{time}\", \"level\": \"WARNING\", \"message\": \"warned é\", \"logger\": \"root\", "
            "\"requestId\": \"test-id\"}\n");
  EXPECT_EQ(records[0].format, LogFormat::kJson);
  EXPECT_EQ(Undated(records[1].text),
            "{\"timestamp\": \"{time}\", \"level\": \"ERROR\", \"message\": \"failed\", \"logger\": \"some.logger\", "
            "\"requestId\": \"test-id\"}\n");
  EXPECT_NE(records[2].text.find("\"level\": \"WARNING\", \"message\": \"odd level\""), std::string::npos);  // L-12
  for (const char* part : {"\"stackTrace\": [\"  File ", "\"errorType\": \"ValueError\"", "\"errorMessage\": \"inner\"",
                           "logs.py:records:"}) {  // L-10
    EXPECT_NE(records[3].text.find(part), std::string::npos) << part << " in " << records[3].text;
  }
  EXPECT_NE(records[4].text.find("\"color\": \"red\", \"7\": \"seven\"}\n"), std::string::npos) << records[4].text;
  Covers("L-09", "L-10", "L-12", "L-34/python");
}

// In one interpreter there may be functions of both formats.
TEST(Logs, L02AndL09TheRootHandlerHasAFormatter) {
  Function& text = PythonRuntime::Add("logs.formatters");
  Function& json = AddJson("logs.formatters");
  for (int round = 0; round < 2; ++round) {
    const char* const line = R"([INFO]\t1970-01-01T00:00:00.000Z\ttest-id\tm\n", "m"])";
    EXPECT_EQ(Answer(text, "1"),
              R"(ok ["[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", )"
              R"("1970-01-01T00:00:00", ")" +
                  std::string(line));
    EXPECT_EQ(Answer(json, "1"),
              R"(ok ["%(message)s", "1970-01-01T00:00:00Z", "{\"timestamp\": \"1970-01-01T00:00:00Z\", )"
              R"(\"level\": \"INFO\", \"message\": \"m\", \"logger\": \"n\", \"requestId\": )"
              R"(\"test-id\"}\n", "m"])");
  }
  EXPECT_EQ(Records(text).size(), 4u);
  EXPECT_EQ(Undated(Records(text)[0].text), "[WARNING]\t{time}\ttest-id\tmy ***\n");
  EXPECT_EQ(Undated(Records(text)[1].text), "[WARNING]\t{time}\ttest-id\tplain secret\n");
  EXPECT_NE(Records(json)[0].text.find("\"message\": \"my ***\""), std::string::npos) << Records(json)[0].text;
  EXPECT_EQ(Records(json)[2].format, LogFormat::kJson);
  Covers("L-01", "L-02", "L-09");
}

// As the standard library prints it, which the text format is of.
TEST(Logs, L06AnErrorThatIsNoneIsSaidToBeNone) {
  Function& function = PythonRuntime::Add("logs.without_an_error");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(Undated(Text(function)),
            "[ERROR]\t{time}\ttest-id\tnone\nNoneType: None\n[ERROR]\t{time}\ttest-id\ttold\nNoneType: None\n");
  Covers("L-06");
}

TEST(Logs, L10AnErrorThatIsNoneHasNoMembersInJson) {
  Function& function = AddJson("logs.without_an_error");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  const std::vector<KeptRecord> records = Records(function);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(Undated(records[0].text),
            R"({"timestamp": "{time}", "level": "ERROR", "message": "none", "logger": "root", "requestId": "test-id"})"
            "\n");
  Covers("L-10");
}

// The rules are silent about it; the current client does so.
TEST(Logs, L09AMappingIsAMappingInJson) {
  const std::string head = R"({"timestamp": "{time}", "level": "WARNING", "message": )";
  const std::string tail = ", \"logger\": \"root\", \"requestId\": \"test-id\"}\n";
  Function& function = AddJson("logs.mapping");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(Undated(Text(function)), head + R"({"order": 7, "items": ["é"], "gone": null, "set": "{1}"})" + tail +
                                         head + R"("{'name': '{'an': 'argument'}'}")" + tail + head + R"("by name")" +
                                         tail);
  Function& plain = PythonRuntime::Add("logs.mapping");
  EXPECT_EQ(Answer(plain, "1"), "ok null");
  EXPECT_EQ(Undated(Text(plain)).find("[WARNING]\t{time}\ttest-id\t{'order': 7, 'items': ['é'], 'gone': None, "), 0u);
  Covers("L-09");
}

TEST(Logs, L11InitHasAnEmptyRequestIdInJson) {
  Function& function = AddJson("logs_at_init.attributes");
  ASSERT_TRUE(PythonRuntime::Get().Prepare(function).ok());
  EXPECT_EQ(Undated(PythonRuntime::Log().TextOf(function.config().name)),
            "{\"timestamp\": \"{time}\", \"level\": \"WARNING\", \"message\": \"at init\", \"logger\": \"root\", "
            "\"requestId\": \"\"}\n");
  Covers("L-11");
}

TEST(Logs, L05RecordsKnowTheInvocation) {
  InvokeOptions options;
  options.tenant_id = "tenant";
  Function& function = PythonRuntime::Add("logs_at_init.attributes");
  EXPECT_EQ(Answer(function, "1", options), R"(ok ["test-id", "tenant"])");
  EXPECT_EQ(Answer(function, "1"), R"(ok ["test-id", null])");
  Covers("L-05");
}

TEST(Logs, L17AnErrorWithoutAMessageIsItsType) {
  Function& function = PythonRuntime::Add("failures.value_error");
  EXPECT_NE(Answer(function, "[]").find("\"ValueError\""), std::string::npos);
  EXPECT_EQ(Text(function).find("[ERROR] ValueError\rTraceback (most recent call last):\r"), 0u) << Text(function);
  Covers("L-17");
}

TEST(Logs, L17AnErrorWithoutATypeIsItsMessage) {
  Function& function = PythonRuntime::Add("failures.nameless");
  EXPECT_NE(Answer(function, R"(["only a message"])").find(R"("errorMessage": "only a message", "errorType": "")"),
            std::string::npos);
  EXPECT_EQ(Text(function).find("[ERROR] only a message\rTraceback (most recent call last):\r"), 0u) << Text(function);
  Covers("L-17");
}

TEST(Logs, L17AnErrorWithNeitherIsTheWordAlone) {
  Function& function = PythonRuntime::Add("failures.nameless");
  EXPECT_NE(Answer(function, "[]").find(R"("errorMessage": "", "errorType": "")"), std::string::npos);
  EXPECT_EQ(Text(function).find("[ERROR]\rTraceback (most recent call last):\r"), 0u) << Text(function);
  Covers("L-17");
}

// Levels beyond both ends; no logger lets one below zero through, so that the record goes to the handler itself.
TEST(Logs, L12LevelsAreCappedInJson) {
  Function& function = AddJson("logs.levels_beyond");
  EXPECT_EQ(Answer(function, "[-7, 0, 9, 10, 49, 50, 51, 1000]"), "ok null");
  std::string levels;
  for (const KeptRecord& record : Records(function)) {
    static const std::regex level(R"x("level": "(\w+)")x");
    std::smatch found;
    ASSERT_TRUE(std::regex_search(record.text, found, level)) << record.text;
    levels += found.str(1) + " ";
  }
  EXPECT_EQ(levels, "NOTSET NOTSET NOTSET DEBUG ERROR CRITICAL CRITICAL CRITICAL ");
  Function& plain = PythonRuntime::Add("logs.levels_beyond");
  EXPECT_EQ(Answer(plain, "[-7, 9, 51, 1000]"), "ok null");
  EXPECT_EQ(Undated(Text(plain)),
            "[Level -7]\t{time}\ttest-id\tx\n[Level 9]\t{time}\ttest-id\tx\n[Level 51]\t{time}\ttest-id\tx\n"
            "[Level 1000]\t{time}\ttest-id\tx\n");
  Covers("L-12");
}

TEST(Logs, L15JsonDoesNotWrapPrint) {
  Function& function = AddJson("logs.prints");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(Text(function).find("one\ntwo\n"), 0u);
  Covers("L-15");
}

TEST(Logs, L13LoggingErrorsReachTheHandler) {
  EXPECT_NE(Answer(PythonRuntime::Add("logs.bad_arguments"), "1").find("\"errorType\": \"TypeError\""),
            std::string::npos);
  EXPECT_NE(Answer(AddJson("logs.bad_arguments"), "1").find("\"errorType\": \"TypeError\""), std::string::npos);
  EXPECT_EQ(
      Answer(AddJson("logs.bad_extra"), "1")
          .find(R"(error {"errorMessage": "Object of type set is not JSON serializable", "errorType": "TypeError")"),
      0u);
  Covers("L-13");
}

TEST(Logs, L13RecordsThatCannotBeEncodedAreAnError) {
  for (Function* function : {&PythonRuntime::Add("logs.logged_surrogate"), &AddJson("logs.logged_surrogate")}) {
    for (const char* event : {"\"logged\"", "\"said\""}) {
      EXPECT_NE(Answer(*function, event).find("\"errorType\": \"UnicodeEncodeError\""), std::string::npos) << event;
    }
    for (const KeptRecord& record : Records(*function)) EXPECT_EQ(record.level, LogLevel::kError) << record.text;
  }
  Covers("L-13", "C-07");
}

TEST(Logs, L16FunctionErrorIsOneRecord) {
  Function& function = PythonRuntime::Add("logs.fails");
  EXPECT_NE(Answer(function, "1").find("\"ValueError\""), std::string::npos);
  const std::vector<KeptRecord> records = Records(function);
  ASSERT_EQ(records.size(), 1u);
  const std::string text = "[ERROR] ValueError: bad\nnews\rTraceback (most recent call last):\r\u00a0\u00a0File \"" +
                           PythonRuntime::Package("rules/logs.py") +
                           "\", line 57, in fails\r\u00a0\u00a0\u00a0\u00a0raise ValueError(\"bad\\nnews\")\n";
  EXPECT_EQ(records[0].text, text);
  EXPECT_EQ(records[0].level, LogLevel::kError);
  EXPECT_EQ(records[0].request_id, "test-id");
  Covers("L-16");
}

TEST(Logs, L16InitErrorIsLoggedToo) {
  Function& function = PythonRuntime::Add("nothing.fn");
  EXPECT_NE(Answer(function, "1").find("ImportModuleError"), std::string::npos);
  EXPECT_EQ(PythonRuntime::Log().TextOf(function.config().name),
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'nothing': No module named 'nothing'\r"
            "Traceback (most recent call last):\n");
  Covers("L-16");
}

TEST(Logs, L19FunctionErrorInJson) {
  Function& function = AddJson("logs.fails");
  EXPECT_NE(Answer(function, "1").find("\"ValueError\""), std::string::npos);
  const std::vector<KeptRecord> records = Records(function);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(
      Undated(records[0].text)
          .find(
              R"({"timestamp": "{time}", "log_level": "ERROR", "errorMessage": "bad\nnews", "errorType": "ValueError", "requestId": "test-id", "stackTrace": [)"),
      0u)
      << records[0].text;
  EXPECT_EQ(records[0].format, LogFormat::kJson);
  Covers("L-19", "L-08/python");
}

TEST(Logs, L02ThreadsAreAttributed) {
  Function& function = PythonRuntime::Add("logs.from_thread");
  EXPECT_EQ(Answer(function, "1"), "ok null");
  EXPECT_EQ(Text(function), "from a thread\nwith a context\n");
  for (const KeptRecord& record : Records(function)) EXPECT_EQ(record.request_id, "test-id");
  Covers("L-02");
}

// The threads name no function: they talk for the only one of their package, also while it is closed.
TEST(Logs, E50ThreadsTalkWhileFunctionsComeAndGo) {
  const FunctionConfig config = PythonRuntime::Config("talkers.start", "talkative");
  for (int round = 0; round < 40; ++round) {
    EXPECT_EQ(Answer(PythonRuntime::Add(config), "3"), "ok null");
    ASSERT_TRUE(PythonRuntime::Get().Remove(config.name).ok());
  }
  EXPECT_EQ(Answer(PythonRuntime::Add("talkers.join", "talkative"), "1"), "ok null");
  Covers("E-50");
}

TEST(Logs, L14SurrogatesAreAnErrorOnStandardOutputOnly) {
  Function& function = PythonRuntime::Add("logs.surrogate");
  EXPECT_NE(Answer(function, "1").find("\"UnicodeEncodeError\""), std::string::npos);
  EXPECT_EQ(Text(function).find("\\ud800\n"), 0u);
}

TEST(Logs, L14ChildrenWorkFromHandlers) {
  EXPECT_EQ(Answer(PythonRuntime::Add("logs.child"), "1"), "ok \"42\"");
}

// Texts of several lines, each of which is one record; what is printed is never formatted or left out.
class LogsAtLevel : public testing::TestWithParam<std::tuple<const char*, std::size_t>> {};

TEST_P(LogsAtLevel, L07HasThatOneAndWhatIsAboveIt) {
  static constexpr const char* kLevels[] = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};
  const auto& [format, least] = GetParam();
  const bool json = std::string(format) == "JSON";
  FunctionConfig config = PythonRuntime::Config("logs.every_level");
  config.log_format = format;
  config.log_level = kLevels[least];
  Function& function = PythonRuntime::Add(config);
  EXPECT_EQ(Answer(function, R"("a\nb")"), "ok null");
  std::vector<std::string> logged;
  std::string printed;
  for (const KeptRecord& record : Records(function)) {
    if (record.level == LogLevel::kUnset) {
      printed += record.text;
    } else {
      logged.push_back(Undated(record.text));
    }
  }
  std::vector<std::string> expected;
  for (std::size_t at = least; at < std::size(kLevels); ++at) {
    const std::string level = kLevels[at];
    expected.push_back(json ? R"({"timestamp": "{time}", "level": ")" + level +
                                  R"(", "message": "a\nb", "logger": "root", "requestId": "test-id"})" + "\n"
                            : "[" + level + "]\t{time}\ttest-id\ta\nb\n");
  }
  EXPECT_EQ(logged, expected);
  EXPECT_EQ(printed, "a\nb\n");
  if (json) {
    Covers("L-07/python", "L-08/python", "L-09", "L-15");
  } else {
    Covers("L-02", "L-07/python", "L-08/python");
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, LogsAtLevel,
                         testing::Combine(testing::Values("Text", "JSON"), testing::Range<std::size_t>(0, 5)),
                         [](const auto& of) {
                           return std::string(std::get<0>(of.param)) + std::to_string(std::get<1>(of.param));
                         });

// The root level is the interpreter's, so that this is the last test here: a level that is no name leaves the one that
// the function before has set, where that is in the same interpreter.
TEST(Logs, L07LevelNames) {
  const char* const left_alone = InProcessIsolation() ? "30" : "10";
  const std::pair<const char*, const char*> levels[] = {
      {"TRACE", "10"}, {"trace", left_alone}, {"nonsense", left_alone}, {"info", "20"},
      {"WARN", "30"},  {"FATAL", "50"},       {"WARNING", "30"}};
  for (const auto& [name, expected] : levels) {
    FunctionConfig config = PythonRuntime::Config("logs.debug");
    config.log_level = name;
    Function& function = PythonRuntime::Add(config);
    EXPECT_EQ(Answer(function, "1"), "ok " + std::string(expected)) << name;
    const size_t shown = *expected == '1' ? 2 : *expected == '2' ? 1 : 0;
    EXPECT_EQ(Records(function).size(), shown) << name;
  }
  Covers("L-07/python");
}

}  // namespace
}  // namespace tandem::test
