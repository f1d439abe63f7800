#include <algorithm>
#include <map>

#include "conformance/report.h"
#include "report_parts.h"
#include "report_text.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kLeastNameColumns = 24;
constexpr std::size_t kMostNameColumns = 60;  // beyond, the eye loses the line
constexpr std::size_t kMostTargetColumns = 14;
constexpr std::size_t kColumnGap = 2;
constexpr std::size_t kLanguageGap = 3;
constexpr std::size_t kMostLines = 6;       // of a text
constexpr std::size_t kMostNamedSkips = 3;  // for each reason
constexpr std::size_t kTextIndent = 14;     // of "    expected  "
constexpr std::size_t kLeastTextColumns = 20;

constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "1;31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";

std::string Blanks(std::size_t count) {
  return std::string(count, ' ');
}

// In at most `width` columns. Names differ at their ends: "rounds ha…[digits=2]".
std::string NameWithin(std::string_view name, std::size_t width) {
  std::size_t columns = ColumnsOf(name);
  if (columns <= width) return Visible(name);
  std::string_view end = name;
  while (columns > width / 3) {
    const Character next = FirstCharacter(end);
    columns -= next.columns;
    end.remove_prefix(next.size);
  }
  return VisibleWithin(name, width - columns) + Visible(end);
}

// How a cell of the matrix is shown.
struct CellMark {
  std::string_view text;
  std::size_t columns;
  std::string_view colour;
};

CellMark MarkOf(const CaseResult* cell) {
  if (cell == nullptr) return {"–", 1, kDim};
  if (cell->verdict == Verdict::kPassed) return {"ok", 2, kGreen};
  if (cell->verdict == Verdict::kDiffers) return {"DIFFERS", 7, kRed};
  return {"skipped", 7, kYellow};
}

// A piece of a matrix that is as wide as the terminal, at most.
struct MatrixPart {
  std::size_t name_columns;
  std::size_t begin;  // of the matrix's columns
  std::size_t end;
};

// Where a line is shown from, and the column of its difference then.
struct LineView {
  std::size_t dropped;  // bytes before it
  std::size_t pointer;
};

LineView ViewOf(std::string_view same, std::size_t room) {
  LineView view{0, ColumnsOf(same)};
  if (view.pointer <= room / 2) return view;
  while (view.pointer >= room / 3) {
    const Character next = FirstCharacter(same.substr(view.dropped));
    view.dropped += next.size;
    view.pointer -= next.columns;
  }
  ++view.pointer;  // behind the …
  return view;
}

std::vector<std::string_view> LinesIn(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    // The last line end is shown, as nothing else would tell that it is there.
    const bool is_last = end == std::string_view::npos || end + 1 == text.size();
    lines.push_back(is_last ? text : text.substr(0, end));
    text.remove_prefix(is_last ? text.size() : end + 1);
  }
  return lines;
}

std::string CountText(std::size_t count, std::string_view one, std::string_view more) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : more);
}

class TerminalReport {
 public:
  TerminalReport(const Run& run, Colour colour, std::size_t width)
      : run_(run), is_coloured_(colour == Colour::kOn), width_(width) {}

  std::string Write() {
    NameTargets();
    for (std::size_t i = 0; i < long_targets_.size(); ++i) {
      Line("url " + std::to_string(i + 1) + ": " + Visible(long_targets_[i]));
    }
    if (!long_targets_.empty()) text_ += '\n';
    for (const Matrix& matrix : MatricesOf(run_.results)) WriteMatrix(matrix);
    for (const CaseResult& each : run_.results) {
      if (each.verdict == Verdict::kDiffers) WriteResult(each);
    }
    WriteSkips();
    WriteCounts();
    return std::move(text_);
  }

 private:
  std::string Painted(std::string_view colour, std::string_view text) const {
    if (!is_coloured_ || text.empty()) return std::string(text);
    return "\x1b[" + std::string(colour) + "m" + std::string(text) + "\x1b[0m";
  }

  void Line(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    text_ += line + "\n";
  }

  // Long ones, which are URLs, get a number, which the first lines explain.
  void NameTargets() {
    for (const CaseResult& each : run_.results) {
      if (labels_.contains(each.target)) continue;
      const bool is_short = ColumnsOf(each.target) <= kMostTargetColumns;
      if (!is_short) long_targets_.push_back(each.target);
      labels_[each.target] = is_short ? Visible(each.target) : "url " + std::to_string(long_targets_.size());
    }
  }

  static bool BeginsLanguage(const Matrix& matrix, std::size_t column, std::size_t begin) {
    return column == begin || matrix.columns[column].language != matrix.columns[column - 1].language;
  }

  std::size_t WidthOf(const Matrix& matrix, std::size_t column) const {
    std::size_t most = ColumnsOf(labels_.at(matrix.columns[column].target));
    for (const Matrix::Row& row : matrix.rows) most = std::max(most, MarkOf(row[column]).columns);
    const std::string& language = matrix.columns[column].language;
    const auto has_language = [&](const Matrix::Column& each) { return each.language == language; };
    const bool is_alone = std::count_if(matrix.columns.begin(), matrix.columns.end(), has_language) == 1;
    return is_alone ? std::max(most, ColumnsOf(language)) : most;
  }

  std::vector<MatrixPart> PartsOf(const Matrix& matrix, const std::vector<std::size_t>& widths) const {
    std::size_t longest = ColumnsOf(matrix.suite);
    for (const Matrix::Row& row : matrix.rows) longest = std::max(longest, ColumnsOf(CaseOf(row).name));
    longest = std::min(longest, kMostNameColumns);
    const std::size_t least = std::min(longest, kLeastNameColumns);
    std::vector<MatrixPart> parts;
    for (std::size_t begin = 0; begin < widths.size();) {
      std::size_t end = begin;
      std::size_t used = 0;
      for (; end < widths.size(); ++end) {
        const std::size_t more = widths[end] + (BeginsLanguage(matrix, end, begin) ? kLanguageGap : kColumnGap);
        if (end > begin && least + used + more > width_) break;
        used += more;
      }
      const std::size_t left = width_ > used ? width_ - used : 0;
      parts.push_back({std::min(longest, std::max(left, least)), begin, end});
      begin = end;
    }
    return parts;
  }

  void WriteMatrix(const Matrix& matrix) {
    std::vector<std::size_t> widths;
    widths.reserve(matrix.columns.size());
    for (std::size_t i = 0; i < matrix.columns.size(); ++i) widths.push_back(WidthOf(matrix, i));
    for (const MatrixPart& part : PartsOf(matrix, widths)) {
      WriteHead(matrix, part, widths);
      for (const Matrix::Row& row : matrix.rows) WriteRow(matrix, row, part, widths);
      text_ += '\n';
    }
  }

  // The suite and the languages, above the targets.
  void WriteHead(const Matrix& matrix, const MatrixPart& part, const std::vector<std::size_t>& widths) {
    const std::string suite = VisibleWithin(matrix.suite, part.name_columns);
    std::string languages = Painted(kBold, suite) + Blanks(part.name_columns - ColumnsOf(suite));
    std::string targets = Blanks(part.name_columns);
    for (std::size_t i = part.begin; i < part.end;) {
      std::size_t room = 0;
      const std::size_t first = i;
      do {
        const std::size_t gap = i == first ? 0 : kColumnGap;
        const std::string& label = labels_.at(matrix.columns[i].target);
        targets +=
            Blanks(i == first ? kLanguageGap : gap) + Painted(kDim, label) + Blanks(widths[i] - ColumnsOf(label));
        room += gap + widths[i];
        ++i;
      } while (i < part.end && !BeginsLanguage(matrix, i, part.begin));
      const std::string name = VisibleWithin(matrix.columns[first].language, room);
      languages += Blanks(kLanguageGap) + Painted(kBold, name) + Blanks(room - ColumnsOf(name));
    }
    Line(languages);
    Line(targets);
  }

  void WriteRow(const Matrix& matrix, const Matrix::Row& row, const MatrixPart& part,
                const std::vector<std::size_t>& widths) {
    const std::string name = NameWithin(CaseOf(row).name, part.name_columns);
    std::string line = name + Blanks(part.name_columns - ColumnsOf(name));
    for (std::size_t i = part.begin; i < part.end; ++i) {
      const CellMark mark = MarkOf(row[i]);
      line += Blanks(BeginsLanguage(matrix, i, part.begin) ? kLanguageGap : kColumnGap);
      line += Painted(mark.colour, mark.text) + Blanks(widths[i] - mark.columns);
    }
    Line(line);
  }

  // "pricing / rounds / java process"
  static std::string TitleOf(const CaseResult& result) {
    return Visible(result.suite + " / " + result.name + " / " + result.language + " " + result.target);
  }

  void WriteResult(const CaseResult& result) {
    const std::string title = TitleOf(result);
    const std::string place = Visible(result.place);
    const bool fits = 8 + ColumnsOf(title) + 3 + ColumnsOf(place) <= width_;
    Line(Painted(kRed, "DIFFERS") + " " + Painted(kBold, title) + (fits ? "   " + Painted(kDim, place) : ""));
    if (!fits) Line("  " + Painted(kDim, place));
    for (const Difference& each : result.differences) WriteDifference(each);
    Line("  " + Painted(kDim, Visible(EvidenceOf(result.observation))));
    text_ += '\n';
  }

  // Whole, as the user takes it along.
  void WriteEvent(const Difference& event) {
    Line("  smallest event");
    Line("    " + Visible(event.expected));
    Line("    " + VisibleWithin(event.seen, std::max(width_, kTextIndent + kLeastTextColumns) - 4));
  }

  void WriteDifference(const Difference& difference) {
    if (difference.what == kSmallestEvent) return WriteEvent(difference);
    Line("  " + Visible(difference.what));
    const std::vector<std::string_view> expected = LinesIn(difference.expected);
    const std::vector<std::string_view> seen = LinesIn(difference.seen);
    const std::size_t shorter = std::min(expected.size(), seen.size());
    std::size_t line = 0;  // the first that differs
    while (line < shorter && expected[line] == seen[line]) ++line;
    std::string_view same;  // how both begin there
    if (line < shorter) same = seen[line].substr(0, ApartOf(expected[line], seen[line]).begin);
    WriteText("expected", expected, line, same, false);
    WriteText("seen", seen, line, same, difference.what != "log");
  }

  // Some lines, from the one before the first that differs, which is shown from a little before the difference.
  void WriteText(std::string_view label, const std::vector<std::string_view>& lines, std::size_t differing,
                 std::string_view same, bool has_pointer) {
    const std::size_t room = std::max(width_ - std::min(width_, kTextIndent), kLeastTextColumns);
    const LineView view = ViewOf(same, room);
    const std::size_t begin = differing == 0 ? 0 : differing - 1;
    const std::size_t end = std::min(lines.size(), begin + kMostLines);
    std::string head = "    " + std::string(label);
    head += Blanks(kTextIndent - head.size());
    const auto write = [&](const std::string& line) {
      Line(head + line);
      head = Blanks(kTextIndent);
    };
    if (lines.empty()) write(Painted(kDim, "(empty)"));
    if (begin > 0) write(Painted(kDim, "… " + CountText(begin, "line", "lines") + " before"));
    for (std::size_t i = begin; i < end; ++i) {
      if (i != differing || view.dropped == 0) {
        write(VisibleWithin(lines[i], room));
      } else {
        write("…" + VisibleWithin(lines[i].substr(view.dropped), room - 1));
      }
      if (i == differing && has_pointer && !same.empty()) write(Blanks(view.pointer) + Painted(kRed, "^"));
    }
    if (end < lines.size()) write(Painted(kDim, "… " + CountText(lines.size() - end, "more line", "more lines")));
  }

  void WriteSkips() {
    std::vector<std::string> reasons;  // in the order of the run
    std::map<std::string, std::vector<const CaseResult*>> skipped;
    for (const CaseResult& each : run_.results) {
      if (each.verdict != Verdict::kSkipped) continue;
      if (skipped[each.reason].empty()) reasons.push_back(each.reason);
      skipped[each.reason].push_back(&each);
    }
    for (const std::string& reason : reasons) {
      const std::vector<const CaseResult*>& results = skipped[reason];
      Line(Painted(kYellow, std::to_string(results.size()) + " skipped") + ": " + Visible(reason));
      const std::size_t named = results.size() == kMostNamedSkips + 1 ? results.size() : kMostNamedSkips;
      for (std::size_t i = 0; i < std::min(named, results.size()); ++i)
        Line("  " + Painted(kDim, TitleOf(*results[i])));
      if (results.size() > named) Line("  " + Painted(kDim, "and " + std::to_string(results.size() - named) + " more"));
      text_ += '\n';
    }
  }

  void WriteCounts() {
    const Counts counts = CountsOf(run_.results);
    const std::string differing = CountText(counts.differing, "differs", "differ");
    Line(std::to_string(counts.passed) + " passed, " + (counts.differing > 0 ? Painted(kRed, differing) : differing) +
         ", " + std::to_string(counts.skipped) + " skipped in " + SecondsText(run_.duration, 1) + " s");
  }

  const Run& run_;
  const bool is_coloured_;
  const std::size_t width_;
  std::map<std::string, std::string> labels_;  // of targets
  std::vector<std::string> long_targets_;
  std::string text_;
};

}  // namespace

std::string TextReport(const Run& run, Colour colour, std::size_t width) {
  return TerminalReport(run, colour, width).Write();
}

}  // namespace tandem::conformance
