// Short events take a path of their own; whatever they are, the handler sees what a JSON library would give it.

#include <array>
#include <random>

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

// Makes JSON of every shape, most of it plain; the same on every run.
class Maker {
 public:
  std::string Value(int depth = 0) {
    std::string text = Blank();
    const unsigned kind = depth > 4 ? 0 : Below(4);
    if (kind < 2) return text + MostlyPlain(kScalars, 11) + Blank();
    text += kind == 2 ? '{' : '[';
    for (unsigned left = Below(4); left > 0; --left) {
      if (kind == 2) text += Blank() + MostlyPlain(kKeys, 4) + Blank() + ':';
      text += Value(depth + 1) + (left > 1 ? "," : "");
    }
    return text + (kind == 2 ? '}' : ']') + Blank();
  }

  // The text with a byte put in, and perhaps one taken out.
  std::string Spoil(std::string text) {
    constexpr std::string_view kBytes = "{}[],:\"\\ tn0-\x01\xE9";
    if (text.empty()) return text;
    text.replace(Below(static_cast<unsigned>(text.size())), Below(2), 1, kBytes[Below(kBytes.size())]);
    return text;
  }

  unsigned Below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

 private:
  // The first ones are plain.
  static constexpr std::array<const char*, 28> kScalars = {
      "null",         "true",    "false",        "0",
      "-0",           "7",       "-12",          "999999999999999999",
      "\"\"",         "\"a\"",   "\"Ada \x7F\"", "1.5",
      "1e3",          "-1.0E-2", "\"\\n\"",      "9999999999999999999",
      "\"\\u00e9\"",  "01",      "+1",           ".5",
      "nul",          "tru",     "NaN",          "-9223372036854775808",
      "\"\\ud834x\"", "\"é✓\"",  "[1,]",         "18446744073709551616"};
  static constexpr std::array<const char*, 7> kKeys = {"\"a\"",     "\"\"", "\"first_name\"", "\"b c\"", "\"é\"",
                                                       "\"a\\tb\"", "a"};

  std::string Blank() {
    static constexpr std::array<const char*, 6> kBlanks = {"", "", "", " ", "\n\t", "\r "};
    return kBlanks[Below(kBlanks.size())];
  }

  template <size_t kSize>
  std::string MostlyPlain(const std::array<const char*, kSize>& from, unsigned plain) {
    return from[Below(Below(20) == 0 ? kSize : plain)];
  }

  std::mt19937 random_{20260301};  // NOLINT(bugprone-random-generator-seed): the same on every run
};

TEST(PlainEvents, J34AreWhatAJsonLibraryGives) {
  Function& function = PythonRuntime::Add("wire.seen");
  Maker maker;
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = maker.Value();
    if (i % 3 == 0) text = maker.Spoil(text);
    Event as_bytes{std::string_view(text)};
    as_bytes.content_type = "text/plain";
    const std::string wanted = Show(PythonRuntime::Get().Invoke(function, as_bytes).outcome);
    const std::string got = Answer(function, text);
    if (wanted == "ok \"refused\"") {
      ++refused;
      EXPECT_NE(got.find("Runtime.UnmarshalError"), std::string::npos) << text << "\n" << got;
    } else {
      EXPECT_EQ(got, wanted) << text;
    }
  }
  EXPECT_GT(refused, 200);
  EXPECT_LT(refused, 2000);
  Covers("J-34");
}

TEST(PlainEvents, J43AreRefusedWhereTheyAreCutShort) {
  Function& function = PythonRuntime::Add("wire.seen");
  const std::string text = R"({"a": [true, 12, "b"]})";
  for (size_t size = 1; size < text.size(); ++size) {
    const std::string got = Answer(function, text.substr(0, size));
    EXPECT_NE(got.find("Runtime.UnmarshalError"), std::string::npos) << text.substr(0, size) << "\n" << got;
  }
  Covers("J-43/python");
}

TEST(PlainEvents, J45OfEverySizeAndDepth) {
  Function& function = PythonRuntime::Add("wire.echo");
  for (size_t size = 1; size < 1100; size += size < 40 ? 1 : 53) {
    const std::string text = "\"" + std::string(size, 'x') + "\"";
    EXPECT_EQ(Answer(function, text), "ok " + text);
    const std::string list = "[" + text + ", {\"" + std::string(size, 'k') + "\": 1}]";
    EXPECT_EQ(Answer(function, list), "ok " + list);
  }
  for (const size_t depth : {30, 31, 32, 33, 34, 64}) {
    const std::string text = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(Answer(function, text), "ok " + text);
  }
}

// At the end of the response's memory, whichever power of two that is; a byte too far is AddressSanitizer's to see.
TEST(PlainEvents, J45DeepListsBehindTextOfEverySize) {
  Function& function = PythonRuntime::Add("wire.echo");
  const std::string deep = std::string(198, '[') + std::string(198, ']');
  for (size_t capacity = 1024; capacity <= size_t{4} << 20; capacity *= 2) {
    for (const size_t left : {190, 170, 150}) {
      const std::string text = "[\"" + std::string(capacity - left, 'x') + "\", " + deep + "]";
      EXPECT_TRUE(Answer(function, text) == "ok " + text) << capacity << " " << left;
    }
  }
}

}  // namespace
}  // namespace tandem::test
