#include <cstddef>
#include <cstdint>
#include <set>

#include "conformance/report.h"
#include "host/digest.h"
#include "report_page.h"
#include "report_parts.h"
#include "report_text.h"

namespace tandem::conformance {
namespace {

// What of a text that is shown in lines, has escapes: line ends and tabs are only in what differs.
enum class PageSpace : std::uint8_t { kAsItIs, kShown };

void AppendPageText(std::string& page, std::string_view text, PageSpace space = PageSpace::kAsItIs) {
  while (!text.empty()) {
    const Character next = FirstCharacter(text);
    const std::string_view bytes = text.substr(0, next.size);
    const bool is_space = bytes == "\n" || bytes == "\t";
    if (next.escape.empty() || (is_space && space == PageSpace::kAsItIs)) {
      AppendMarkup(page, bytes);
    } else {
      page += "<span class=\"escape\">" + next.escape + "</span>";
      if (bytes == "\n") page += '\n';
    }
    text.remove_prefix(next.size);
  }
}

std::string PageText(std::string_view text) {
  std::string page;
  AppendPageText(page, text);
  return page;
}

// In quotes.
std::string PageAttribute(std::string_view text) {
  std::string page;
  AppendMarkup(page, Visible(text));
  return page;
}

// A text whose part [begin, end) differs; all of it is not worth a mark.
std::string MarkedText(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0 && end == text.size()) return PageText(text);
  std::string page = PageText(text.substr(0, begin)) + "<mark>";
  AppendPageText(page, text.substr(begin, end - begin), PageSpace::kShown);
  return page + "</mark>" + PageText(text.substr(end));
}

std::string SideOf(std::string_view title, const std::string& text) {
  const std::string shown = text.empty() ? "<span class=\"none\">(empty)</span>" : text;
  // A line end that follows <pre> is no part of the text.
  return "<div><h5>" + std::string(title) + "</h5><pre>\n" + shown + "</pre></div>";
}

std::string PageDifference(const Difference& difference) {
  const Apart apart = ApartOf(difference.expected, difference.seen);
  return "<h4>" + PageText(difference.what) + "</h4>\n<div class=\"sides\">" +
         SideOf("expected", MarkedText(difference.expected, apart.begin, apart.expected_end)) +
         SideOf("seen", MarkedText(difference.seen, apart.begin, apart.seen_end)) + "</div>\n";
}

std::string PageDetails(std::string_view title, const std::string& text) {
  if (text.empty()) return "";
  return "<details><summary>" + std::string(title) + "</summary><pre>\n" + PageText(text) + "</pre></details>\n";
}

std::string CountWords(const Counts& counts) {
  const auto word = [](std::size_t count, std::string_view name, std::string_view text) {
    return "<span class=\"" + std::string(name) + "\">" + std::to_string(count) + " " + std::string(text) + "</span> ";
  };
  return word(counts.passed, "passed", "passed") +
         word(counts.differing, "differs", counts.differing == 1 ? "differs" : "differ") +
         word(counts.skipped, "skipped", "skipped");
}

class Page {
 public:
  explicit Page(const Run& run) : run_(run) {}

  std::string Write() {
    WriteTop();
    for (const Matrix& matrix : MatricesOf(run_.results)) WriteSuite(matrix);
    page_ += "</main>\n<script>" + std::string(kPageScript) + "</script>\n</body>\n</html>\n";
    return std::move(page_);
  }

 private:
  void WriteTop() {
    const Counts counts = CountsOf(run_.results);
    page_ +=
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; "
        "form-action 'none'; style-src 'sha256-" +
        host::Sha256(kPageStyle) + "'; script-src 'sha256-" + host::Sha256(kPageScript) +
        "'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>tandem conform: " +
        (counts.differing == 0 ? "as expected" : std::to_string(counts.differing) + " differing") +
        "</title>\n<style>" + std::string(kPageStyle) +
        "</style>\n</head>\n<body>\n<header>\n<h1>tandem conform</h1>\n" + "<p class=\"counts\">" + CountWords(counts) +
        "</p>\n<p class=\"about\">Tandem " + PageText(run_.version) + " · " + TimeText(run_.start) + " · " +
        SecondsText(run_.duration, 1) +
        " s</p>\n<form hidden role=\"search\">\n"
        "<button type=\"button\" value=\"all\" aria-pressed=\"true\">All</button>\n"
        "<button type=\"button\" value=\"differs\" aria-pressed=\"false\">Differing</button>\n"
        "<button type=\"button\" value=\"skipped\" aria-pressed=\"false\">Skipped</button>\n"
        "<input type=\"search\" placeholder=\"Filter by text\" aria-label=\"Filter by "
        "text\">\n</form>\n</header>\n<main>\n";
  }

  void WriteSuite(const Matrix& matrix) {
    page_ += "<section data-suite=\"" + PageAttribute(matrix.suite) + "\">\n<h2>" + PageText(matrix.suite) + "</h2>\n";
    WriteMatrix(matrix);
    for (const CaseResult* each : matrix.results) {
      if (each->verdict == Verdict::kDiffers) WriteDiffering(*each);
    }
    WriteList(matrix, Verdict::kSkipped);
    WriteList(matrix, Verdict::kPassed);
    page_ += "</section>\n";
  }

  void WriteMatrix(const Matrix& matrix) {
    page_ += "<table class=\"matrix\">\n<thead>\n<tr><th rowspan=\"2\" scope=\"col\">Case</th>";
    for (std::size_t i = 0; i < matrix.columns.size();) {
      const std::string& language = matrix.columns[i].language;
      std::size_t end = i;
      while (end < matrix.columns.size() && matrix.columns[end].language == language) ++end;
      page_ += "<th class=\"language first\" scope=\"colgroup\" colspan=\"" + std::to_string(end - i) + "\">" +
               PageText(language) + "</th>";
      i = end;
    }
    page_ += "</tr>\n<tr>";
    for (std::size_t i = 0; i < matrix.columns.size(); ++i) {
      page_ += "<th scope=\"col\"" + ClassOf(matrix, i, "") + ">" + PageText(matrix.columns[i].target) + "</th>";
    }
    page_ += "</tr>\n</thead>\n<tbody>\n";
    for (const Matrix::Row& row : matrix.rows) WriteRow(matrix, row);
    page_ += "</tbody>\n</table>\n";
  }

  static std::string ClassOf(const Matrix& matrix, std::size_t column, std::string_view verdict) {
    const bool is_first = column == 0 || matrix.columns[column].language != matrix.columns[column - 1].language;
    return " class=\"" + std::string(verdict) + (is_first ? " first\"" : "\"");
  }

  void WriteRow(const Matrix& matrix, const Matrix::Row& row) {
    std::set<std::string_view> words;
    for (const CaseResult* cell : row) {
      if (cell != nullptr) words.insert(WordOf(cell->verdict));
    }
    std::string verdicts;
    for (const std::string_view word : words) verdicts += (verdicts.empty() ? "" : " ") + std::string(word);
    page_ += "<tr data-verdict=\"" + verdicts + "\"><th scope=\"row\">" + PageText(CaseOf(row).name);
    WriteRules(CaseOf(row));
    page_ += "</th>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string word = row[i] == nullptr ? "none" : std::string(WordOf(row[i]->verdict));
      page_ += "<td" + ClassOf(matrix, i, word) + ">";
      page_ +=
          row[i] == nullptr ? "–" : "<a href=\"#" + IdOf(*row[i]) + "\">" + (word == "passed" ? "ok" : word) + "</a>";
      page_ += "</td>";
    }
    page_ += "</tr>\n";
  }

  void WriteRules(const CaseResult& result) {
    if (result.rules.empty()) return;
    page_ += "<span class=\"rules\">";
    for (const std::string& rule : result.rules) page_ += PageText(rule) + " ";
    page_ += "</span>";
  }

  void WriteDiffering(const CaseResult& result) {
    const Observation& seen = result.observation;
    page_ += "<article class=\"differs\" data-verdict=\"differs\" id=\"" + IdOf(result) + "\">\n<h3>" +
             PageText(result.name) + " · " + PageText(result.language + " " + result.target) +
             "</h3>\n<p class=\"about\">" + PageText(result.place) + " · function " + PageText(result.function) +
             " · handler " + PageText(result.handler) + "</p>\n";
    for (const Difference& each : result.differences) page_ += PageDifference(each);
    page_ += "<p class=\"about\">" + PageText(EvidenceOf(seen)) + "</p>\n" + PageDetails("Answer", seen.payload) +
             PageDetails("Log", seen.log) + "</article>\n";
  }

  // Results that need no more than a line.
  void WriteList(const Matrix& matrix, Verdict verdict) {
    std::size_t count = 0;
    std::string lines;
    for (const CaseResult* each : matrix.results) {
      if (each->verdict != verdict) continue;
      ++count;
      const std::string word(WordOf(verdict));
      lines += "<tr data-verdict=\"" + word + "\" id=\"" + IdOf(*each) + "\"><td>" + PageText(each->name) +
               "</td><td>" + PageText(each->language + " " + each->target) + "</td><td>";
      lines += verdict == Verdict::kSkipped
                   ? PageText(each->reason)
                   : PageText(EvidenceOf(each->observation)) + PageDetails("Log", each->observation.log);
      lines += "</td></tr>\n";
    }
    if (count == 0) return;
    page_ += "<details class=\"results\"><summary>" + std::to_string(count) + " " + std::string(WordOf(verdict)) +
             "</summary>\n<table class=\"list\">\n" + lines + "</table>\n</details>\n";
  }

  // They are in one vector.
  std::string IdOf(const CaseResult& result) const { return "r" + std::to_string(&result - run_.results.data()); }

  const Run& run_;
  std::string page_;
};

}  // namespace

std::string HtmlReport(const Run& run) {
  return Page(run).Write();
}

}  // namespace tandem::conformance
