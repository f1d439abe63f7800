#include "conformance/report.h"
#include "report_parts.h"
#include "report_text.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kMessageColumns = 300;

// XML 1.0 has no control characters but a few, which attributes do not keep: they are shown as escapes, line ends of
// texts excepted.
std::string XmlText(std::string_view text) {
  std::string xml;
  while (!text.empty()) {
    const Character next = FirstCharacter(text);
    const std::string_view bytes = text.substr(0, next.size);
    AppendMarkup(xml, next.escape.empty() || bytes == "\n" ? bytes : next.escape);
    text.remove_prefix(next.size);
  }
  return xml;
}

std::string XmlAttribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + XmlText(Visible(value)) + "\"";
}

std::string XmlCounts(const Counts& counts) {
  const std::size_t all = counts.passed + counts.differing + counts.skipped;
  return XmlAttribute("tests", std::to_string(all)) + XmlAttribute("failures", std::to_string(counts.differing)) +
         XmlAttribute("errors", "0") + XmlAttribute("skipped", std::to_string(counts.skipped));
}

std::string XmlProperty(std::string_view name, std::string_view value) {
  if (value.empty()) return "";
  return "        <property" + XmlAttribute("name", name) + XmlAttribute("value", value) + "/>\n";
}

std::string XmlProperties(const CaseResult& result) {
  std::string xml = "      <properties>\n";
  xml += XmlProperty("place", result.place);
  xml += XmlProperty("function", result.function);
  xml += XmlProperty("handler", result.handler);
  xml += XmlProperty("evidence.place", result.observation.evidence.place);
  xml += XmlProperty("evidence.runtime", result.observation.evidence.runtime);
  for (const std::string& rule : result.rules) xml += XmlProperty("rule", rule);
  return xml + "      </properties>\n";
}

std::string XmlFailure(const std::vector<Difference>& differences) {
  std::string message;
  std::string detail;
  for (const Difference& each : differences) {
    if (message.empty()) message = each.what + ": expected " + each.expected + ", seen " + each.seen;
    detail += each.what + "\nexpected: " + each.expected + "\nseen:     " + each.seen + "\n";
  }
  message = VisibleWithin(message, kMessageColumns);
  if (differences.size() > 1) message += " (and " + std::to_string(differences.size() - 1) + " more)";
  return "      <failure" + XmlAttribute("type", "difference") + XmlAttribute("message", message) + ">" +
         XmlText(detail) + "</failure>\n";
}

std::string XmlCase(const CaseResult& result) {
  std::string xml = "    <testcase" + XmlAttribute("name", result.name) +
                    XmlAttribute("classname", result.suite + "." + result.language + "." + result.target) +
                    XmlAttribute("time", SecondsText(result.observation.duration, 3)) + ">\n";
  xml += XmlProperties(result);
  if (result.verdict == Verdict::kSkipped) xml += "      <skipped" + XmlAttribute("message", result.reason) + "/>\n";
  if (result.verdict == Verdict::kDiffers) xml += XmlFailure(result.differences);
  if (const std::string& log = result.observation.log; !log.empty()) {
    xml += "      <system-out>" + XmlText(log) + "</system-out>\n";
  }
  return xml + "    </testcase>\n";
}

std::string XmlSuite(const Matrix& matrix, const Run& run) {
  Counts counts;
  std::chrono::nanoseconds time{};
  std::string cases;
  for (const CaseResult* each : matrix.results) {
    AddTo(counts, each->verdict);
    time += each->observation.duration;
    cases += XmlCase(*each);
  }
  const std::string start = TimeText(run.start);
  return "  <testsuite" + XmlAttribute("name", matrix.suite) + XmlCounts(counts) +
         XmlAttribute("time", SecondsText(time, 3)) +
         XmlAttribute("timestamp", std::string_view(start).substr(0, start.find('.'))) + ">\n" + cases +
         "  </testsuite>\n";
}

}  // namespace

std::string JunitReport(const Run& run) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + XmlAttribute("name", "tandem conform") +
                    XmlCounts(CountsOf(run.results)) + XmlAttribute("time", SecondsText(run.duration, 3)) + ">\n";
  for (const Matrix& matrix : MatricesOf(run.results)) xml += XmlSuite(matrix, run);
  return xml + "</testsuites>\n";
}

}  // namespace tandem::conformance
