// Texts of handlers, as a reader may be shown them: nothing in them reaches a terminal or a parser as anything but
// text.
#ifndef TANDEM_CONFORMANCE_REPORT_TEXT_H_
#define TANDEM_CONFORMANCE_REPORT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tandem::conformance {

// What a text begins with: a character, or a byte that is no UTF-8.
struct Character {
  std::size_t size = 1;     // in bytes
  std::size_t columns = 1;  // of a terminal
  std::string escape;       // "\n", "\x1b", "\xff", "\u202e", where it is not to be shown itself
};
Character FirstCharacter(std::string_view text);  // which is not empty

// One line, in UTF-8: what has an escape is shown by it.
std::string Visible(std::string_view text);

// Those that `Visible(text)` takes.
std::size_t ColumnsOf(std::string_view text);

// The same in at most `width` columns, with … at the end where that is not all.
std::string VisibleWithin(std::string_view text, std::size_t width);

// Appends text that is shown as it is, with & < > and quotes as XML and HTML have them.
void AppendMarkup(std::string& out, std::string_view text);

// UTF-8 text without NULs.
bool IsText(std::string_view text);

// Where two texts begin to differ and where they have ended to, in bytes. All are between characters.
struct Apart {
  std::size_t begin = 0;
  std::size_t expected_end = 0;
  std::size_t seen_end = 0;
};
Apart ApartOf(std::string_view expected, std::string_view seen);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_REPORT_TEXT_H_
