// Reports: every result is in them, and no text of a handler's is anything but text there.
#include "conformance/report.h"

#include <gtest/gtest.h>
#include <json/value.h>

#include <algorithm>
#include <regex>

#include "json_match.h"
#include "report_text.h"

namespace tandem::conformance {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kWidth = 80;

// What handlers should not be able to do with a report.
const std::vector<std::string>& HostileTexts() {
  static const std::vector<std::string> kTexts = {
      "</script><img src=x onerror=alert(1)>",
      "\"'><b>&amp;</pre></textarea>",
      "]]></failure><!--",
      "\x1b[31m\x1b]0;title\x07",
      std::string("a\0b", 3),
      "\xff lone \xc3 bytes \xed\xa0\x80",
      "\xc2\x9bK",
      "\xe2\x80\xae turned\xe2\x80\xac",
      "\xef\xbf\xbf none",
      "lines\r\nand\ttabs",
  };
  return kTexts;
}

CaseResult Passed(const std::string& name, const std::string& language, const std::string& target) {
  CaseResult result;
  result.suite = "pricing";
  result.name = name;
  result.place = "suites/pricing/suite.json:12";
  result.function = "price";
  result.handler = "app.handler";
  result.language = language;
  result.target = target;
  result.observation.payload = "12.34";
  result.observation.duration = milliseconds(7);
  result.observation.evidence = {"pid 4711", language + " 3"};
  return result;
}

CaseResult Differing(CaseResult result, const std::string& expected, const std::string& seen) {
  result.verdict = Verdict::kDiffers;
  result.differences = {{"payload", expected, seen}};
  return result;
}

CaseResult Skipped(CaseResult result, const std::string& reason) {
  result.verdict = Verdict::kSkipped;
  result.reason = reason;
  result.observation = {};
  return result;
}

Run RunOf(std::vector<CaseResult> results) {
  Run run;
  run.version = "1.2.3";
  run.start = std::chrono::system_clock::time_point(std::chrono::seconds(1'795'852'800) + milliseconds(45));
  run.duration = milliseconds(12'345);
  run.results = std::move(results);
  return run;
}

// A text in every place where a handler, a server or a suite can have one.
Run HostileRun(const std::string& text) {
  CaseResult result = Differing(Passed(text, text, text), "12.34 " + text, "12.35 " + text);
  for (std::string* const each : {&result.suite, &result.place, &result.function, &result.handler}) *each = text;
  result.rules = {text};
  result.differences.push_back({text, text, ""});
  Observation& seen = result.observation;
  seen.failed = true;
  for (std::string* const each : {&seen.payload, &seen.error_type, &seen.error_message, &seen.log}) *each = text;
  seen.chunks = {text};
  seen.evidence = {text, text};
  CaseResult other = result;
  other.name += '!';
  CaseResult no_answer = result;
  no_answer.observation.problem = text;
  return RunOf({result, Skipped(other, text), no_answer});
}

Run SomeRun() {
  const CaseResult java = Passed("rounds half even", "java", "process");
  const CaseResult python = Passed("rounds half even", "python", "process");
  return RunOf({java, Differing(python, "12.34", "12.35"), Passed("no items", "python", "process"),
                Skipped(Passed("no items", "python", "ric"), "there is no client")});
}

std::size_t TimesIn(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Lines, without their ends.
std::vector<std::string> ReportLines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(ReportText, ShowsWhatIsNoCharacterByAnEscape) {
  EXPECT_EQ(Visible("a\x1b[1m\n\t\r\x7f"), "a\\x1b[1m\\n\\t\\r\\x7f");
  EXPECT_EQ(Visible(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(Visible("\xff\xc3\xa9\xc3"), "\\xff\xc3\xa9\\xc3");
  EXPECT_EQ(Visible("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(Visible("\xc2\x9b\xe2\x80\xae\xe2\x80\xac\xef\xbf\xbf"), "\\u009b\\u202e\\u202c\\uffff");
  EXPECT_EQ(Visible("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
}

TEST(ReportText, IsCutByColumns) {
  EXPECT_EQ(ColumnsOf("\xe6\x97\xa5\xe6\x9c\xac"), 4U) << "two wide characters";
  EXPECT_EQ(ColumnsOf("e\xcc\x81"), 1U) << "an accent of its own";
  EXPECT_EQ(ColumnsOf("\x1b"), 4U);
  EXPECT_EQ(VisibleWithin("abcdef", 6), "abcdef");
  EXPECT_EQ(VisibleWithin("abcdef", 5), "abcd…");
  EXPECT_EQ(VisibleWithin("\xe6\x97\xa5\xe6\x9c\xac", 3), "\xe6\x97\xa5…");
  EXPECT_EQ(VisibleWithin("\xe6\x97\xa5\xe6\x9c\xac", 2), "…");
  EXPECT_EQ(VisibleWithin("ab\x1b", 5), "ab…") << "no half of an escape";
}

TEST(ReportText, TextsAreApartBetweenCharacters) {
  const auto parts = [](const std::string& one, const std::string& other) {
    const Apart apart = ApartOf(one, other);
    return one.substr(apart.begin, apart.expected_end - apart.begin) + "|" +
           other.substr(apart.begin, apart.seen_end - apart.begin);
  };
  EXPECT_EQ(parts("12.34 EUR", "12.35 EUR"), "4|5");
  EXPECT_EQ(parts("aaa", "aa"), "a|");
  EXPECT_EQ(parts("", "x"), "|x");
  EXPECT_EQ(parts("\xc3\xa9", "\xc3\xa8"), "\xc3\xa9|\xc3\xa8") << "they share the first byte";
  EXPECT_EQ(parts("\xc3\xa9", "\xc5\xa9"), "\xc3\xa9|\xc5\xa9") << "and these the last";
  EXPECT_EQ(parts("\x80", "\x81"), "\x80|\x81");
  EXPECT_EQ(parts("a\xff", "a"), "\xff|");
}

TEST(Report, CountsEachResultOnce) {
  const Counts counts = CountsOf(SomeRun().results);
  EXPECT_EQ(counts.passed, 2U);
  EXPECT_EQ(counts.differing, 1U);
  EXPECT_EQ(counts.skipped, 1U);
}

TEST(TextReport, IsAMatrixThenDifferencesThenSkipsThenCounts) {
  EXPECT_EQ(TextReport(SomeRun(), Colour::kOff, kWidth),
            "pricing            java      python\n"
            "                   process   process  ric\n"
            "rounds half even   ok        DIFFERS  –\n"
            "no items           –         ok       skipped\n"
            "\n"
            "DIFFERS pricing / rounds half even / python process\n"
            "  suites/pricing/suite.json:12\n"
            "  payload\n"
            "    expected  12.34\n"
            "    seen      12.35\n"
            "                  ^\n"
            "  pid 4711, python 3, 7 ms\n"
            "\n"
            "1 skipped: there is no client\n"
            "  pricing / no items / python ric\n"
            "\n"
            "2 passed, 1 differs, 1 skipped in 12.3 s\n");
}

TEST(TextReport, HasAMatrixForEachFileAndARowForEachCase) {
  const CaseResult one = Passed("a", "java", "process");
  CaseResult other = one;
  other.place = "suites/other/suite.json:12";  // whose suite has the same name
  EXPECT_EQ(TextReport(RunOf({one, one, other}), Colour::kOff, kWidth),
            "pricing   java\n"
            "          process\n"
            "a         ok\n"
            "a         ok\n"
            "\n"
            "pricing   java\n"
            "          process\n"
            "a         ok\n"
            "\n"
            "3 passed, 0 differ, 0 skipped in 12.3 s\n");
}

TEST(TextReport, HasAPlaceBesideATitleThatLeavesRoom) {
  EXPECT_EQ(TimesIn(TextReport(SomeRun(), Colour::kOff, 120),
                    "DIFFERS pricing / rounds half even / python process   suites/pricing/suite.json:12\n"),
            1U);
}

TEST(TextReport, ColoursOnlyWhereTheyAreWanted) {
  const std::string coloured = TextReport(SomeRun(), Colour::kOn, kWidth);
  const std::string plain = std::regex_replace(coloured, std::regex("\x1b\\[[0-9;]+m"), "");
  EXPECT_NE(coloured, plain);
  EXPECT_EQ(plain, TextReport(SomeRun(), Colour::kOff, kWidth));
}

TEST(TextReport, ItsMatrixFitsTheTerminal) {
  std::vector<CaseResult> results;
  for (const std::string name : {"a name that is far too long for its column, and so has to be cut", "\xe6\x97\xa5"}) {
    for (const std::string language : {"java", "python", "native"}) {
      for (const std::string target : {"inline", "process", "ric", "https://lambda.eu-central-1.amazonaws.com"}) {
        results.push_back(Passed(name, language, target));
      }
    }
  }
  for (const std::size_t width : {40U, 80U, 200U}) {
    const std::string report = TextReport(RunOf(results), Colour::kOff, width);
    for (const std::string& line : ReportLines(report))
      EXPECT_LE(ColumnsOf(line), std::max<std::size_t>(width, 50)) << line;
    EXPECT_EQ(TimesIn(report, " ok"), results.size()) << report;
    EXPECT_EQ(report.substr(0, report.find('\n')), "url 1: https://lambda.eu-central-1.amazonaws.com");
  }
}

TEST(TextReport, CutsANameBeforeItsParameters) {
  const CaseResult result = Passed(std::string(100, 'n') + "[digits=2]", "java", "process");
  const std::string report = TextReport(RunOf({result}), Colour::kOff, 40);
  EXPECT_EQ(TimesIn(report, "[digits=2]   ok\n"), 1U) << report;
}

TEST(TextReport, ShowsLongTextsAroundTheirFirstDifference) {
  const std::string same(1000, 's');
  const auto run = RunOf({Differing(Passed("a", "java", "process"), same + "EXPECTED" + same, same + "SEEN" + same)});
  const std::vector<std::string> lines = ReportLines(TextReport(run, Colour::kOff, kWidth));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_LE(ColumnsOf(lines[i]), kWidth);
    const std::size_t at = lines[i].find("SEEN");
    if (at == std::string::npos) continue;
    EXPECT_NE(lines[i - 1].find("EXPECTED"), std::string::npos);
    EXPECT_EQ(ColumnsOf(lines[i].substr(0, at)), lines[i + 1].find('^')) << "it points there";
    return;
  }
  ADD_FAILURE() << "the difference is not shown";
}

TEST(TextReport, ShowsFewLinesAndTheLastLineEnd) {
  std::string expected;
  for (int i = 1; i <= 20; ++i) expected += "line " + std::to_string(i) + "\n";
  std::string seen = expected;
  seen.replace(seen.find("10"), 2, "X");
  const std::string report =
      TextReport(RunOf({Differing(Passed("a", "java", "process"), expected, seen)}), Colour::kOff, kWidth);
  EXPECT_NE(report.find("    seen      … 8 lines before\n"
                        "              line 9\n"
                        "              line X\n"
                        "                   ^\n"
                        "              line 11\n"),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("              … 6 more lines\n"), std::string::npos) << report;
  const std::string ended =
      TextReport(RunOf({Differing(Passed("a", "java", "process"), "x", "x\n")}), Colour::kOff, 80);
  EXPECT_NE(ended.find("    seen      x\\n\n"), std::string::npos) << ended;
}

TEST(TextReport, NamesAFewOfWhatIsSkippedForOneReason) {
  std::vector<CaseResult> results(9, Skipped(Passed("a", "java", "ric"), "why"));
  results[4] = Skipped(Passed("b", "java", "ric"), "other");
  const std::string report = TextReport(RunOf(results), Colour::kOff, kWidth);
  EXPECT_NE(report.find("8 skipped: why\n"), std::string::npos);
  EXPECT_NE(report.find("  and 5 more\n"), std::string::npos);
  EXPECT_NE(report.find("1 skipped: other\n  pricing / b / java ric\n"), std::string::npos);
}

TEST(TextReport, NoTextReachesTheTerminalAsMoreThanText) {
  for (const std::string& text : HostileTexts()) {
    const std::string report = TextReport(HostileRun(text), Colour::kOff, kWidth);
    for (const std::string& line : ReportLines(report)) EXPECT_EQ(Visible(line), line);
  }
}

TEST(HtmlReport, HasEachResultAndItsEvidence) {
  const auto run = SomeRun();
  const std::string page = HtmlReport(run);
  for (std::size_t i = 0; i < run.results.size(); ++i) {
    const std::string id = "r" + std::to_string(i) + "\"";
    EXPECT_EQ(TimesIn(page, " id=\"" + id), 1U);
    EXPECT_EQ(TimesIn(page, " href=\"#" + id), 1U);
  }
  EXPECT_EQ(TimesIn(page, "pid 4711, "), 3U);
  EXPECT_EQ(TimesIn(page, "there is no client"), 1U);
  EXPECT_NE(page.find("12.3<mark>4</mark></pre>"), std::string::npos);
  EXPECT_NE(page.find("12.3<mark>5</mark></pre>"), std::string::npos);
}

TEST(HtmlReport, NoTextIsMarkup) {
  // But for what shows escapes.
  const auto tags = [](const std::string& page) {
    return TimesIn(page, "<") - TimesIn(page, "<span") - TimesIn(page, "</span");
  };
  const std::size_t expected = tags(HtmlReport(HostileRun("harmless")));
  for (const std::string& text : HostileTexts()) {
    const std::string page = HtmlReport(HostileRun(text));
    EXPECT_EQ(tags(page), expected) << text;
    EXPECT_EQ(TimesIn(page, "<script"), 1U);
    EXPECT_EQ(TimesIn(page, "<img"), 0U);
    EXPECT_TRUE(IsText(page));
  }
}

TEST(HtmlReport, ShowsBytesThatAreNoText) {
  const auto run = RunOf({Differing(Passed("a", "java", "process"), "x", std::string("x\0\xff\n", 4))});
  EXPECT_NE(HtmlReport(run).find("x<mark><span class=\"escape\">\\x00</span><span class=\"escape\">\\xff</span>"
                                 "<span class=\"escape\">\\n</span>\n</mark></pre>"),
            std::string::npos);
}

TEST(JunitReport, HasATestcaseForEachResult) {
  const std::string xml = JunitReport(SomeRun());
  EXPECT_EQ(TimesIn(xml, "<testcase "), 4U);
  EXPECT_EQ(TimesIn(xml, " tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""), 2U) << "of the suite, and of all";
  EXPECT_NE(xml.find("<testcase name=\"rounds half even\" classname=\"pricing.python.process\" time=\"0.007\">"),
            std::string::npos);
  EXPECT_NE(xml.find("<failure type=\"difference\" message=\"payload: expected 12.34, seen 12.35\">"),
            std::string::npos);
  EXPECT_NE(xml.find("<skipped message=\"there is no client\"/>"), std::string::npos);
  EXPECT_NE(xml.find("<property name=\"evidence.place\" value=\"pid 4711\"/>"), std::string::npos);
}

TEST(JunitReport, HasOnlyWhatXmlAllows) {
  for (const std::string& text : HostileTexts()) {
    const std::string xml = JunitReport(HostileRun(text));
    for (const std::string& line : ReportLines(xml)) EXPECT_EQ(Visible(line), line);
    EXPECT_EQ(xml.find("]]>"), std::string::npos);
    EXPECT_EQ(TimesIn(xml, "<"), TimesIn(JunitReport(HostileRun("a")), "<")) << text;
  }
}

TEST(JsonReport, HasAllOfEachResult) {
  const auto report = ValueOf(JsonReport(SomeRun()));
  ASSERT_TRUE(report);
  EXPECT_EQ((*report)["start"].asString(), "2026-11-28T08:00:00.045Z");
  EXPECT_EQ((*report)["duration"].asDouble(), 12.345);
  EXPECT_EQ(LineOf((*report)["counts"]), R"({"differs": 1, "passed": 2, "skipped": 1})");
  EXPECT_EQ(
      LineOf((*report)["results"][1]),
      R"({"differences": [{"expected": "12.34", "seen": "12.35", "what": "payload"}], )"
      R"("evidence": {"place": "pid 4711", "runtime": "python 3"}, "function": "price", "handler": "app.handler", )"
      R"("language": "python", "name": "rounds half even", )"
      R"("observation": {"duration": 0.007, "failed": false, "log": "", "payload": "12.34"}, )"
      R"("place": "suites/pricing/suite.json:12", "rules": [], "suite": "pricing", "target": "process", )"
      R"("verdict": "differs"})");
  EXPECT_EQ(
      LineOf((*report)["results"][3]),
      R"({"differences": [], "function": "price", "handler": "app.handler", "language": "python", "name": "no items", )"
      R"("place": "suites/pricing/suite.json:12", "reason": "there is no client", "rules": [], "suite": "pricing", )"
      R"("target": "ric", "verdict": "skipped"})");
}

TEST(JsonReport, KeepsEveryByte) {
  for (const std::string& text : HostileTexts()) {
    const auto report = ValueOf(JsonReport(HostileRun(text)));
    ASSERT_TRUE(report) << text;
    const Json::Value& seen = (*report)["results"][0]["observation"];
    for (const std::string name : {"payload", "errorType", "errorMessage", "log"}) {
      EXPECT_EQ(seen.isMember(name), IsText(text)) << name;
      EXPECT_EQ(seen.isMember(name + "Base64"), !IsText(text)) << name;
    }
    if (IsText(text)) {
      EXPECT_EQ(seen["payload"].asString(), text);
    }
    EXPECT_EQ(seen[IsText(text) ? "chunks" : "chunksBase64"].size(), 1U);
  }
  const auto report = ValueOf(JsonReport(HostileRun("\xff")));
  EXPECT_EQ((*report)["results"][0]["observation"]["payloadBase64"].asString(), "/w==");
}

}  // namespace
}  // namespace tandem::conformance
