// The text of a template, as a tree: positions, tags, merge keys, and what is refused.
#include "document.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "templates/utf8.h"

namespace tandem::templates {
namespace {

NodePtr Parsed(const std::string& text) {
  const auto parsed = ParseDocument(text, "t.yaml");
  EXPECT_TRUE(parsed) << parsed.status().message();
  return parsed ? *parsed : MakeMap({}, {});
}

std::string Refusal(const std::string& text) {
  const auto parsed = ParseDocument(text, "t.yaml");
  return parsed ? "accepted" : parsed.status().message();
}

// The value below some keys.
const TreeNode& At(const TreeNode& root, const std::vector<std::string>& keys) {
  static const NodePtr kNothing = MakeAbsent({});
  const TreeNode* node = &root;
  for (const std::string& key : keys) {
    const Entry* entry = node->Find(key);
    EXPECT_NE(entry, nullptr) << key;
    if (entry == nullptr) return *kNothing;
    node = entry->value.get();
  }
  return *node;
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Document, KnowsWhereEverythingIsWritten) {
  const NodePtr root = Parsed("A: 1\nB:\n  C: [x, yy]\n");
  EXPECT_EQ(root->Find("B")->mark.line, 2);
  EXPECT_EQ(At(*root, {"B", "C"}).items.at(1)->mark.line, 3);
  EXPECT_EQ(At(*root, {"B", "C"}).items.at(1)->mark.column, 10);
}

TEST(Document, ReadsJson) {
  const NodePtr root =
      Parsed("{\n\t\"A\": {\"B\": [1, \"two\", true, null]},\n\t\"C\": \"a\\/b\\n\\u00e4 \\ud83d\\ude00\"\n}");
  EXPECT_EQ(At(*root, {"A", "B"}).items.at(1)->text, "two");
  EXPECT_FALSE(At(*root, {"A", "B"}).items.at(1)->plain);
  EXPECT_TRUE(At(*root, {"A", "B"}).items.at(2)->plain);
  EXPECT_EQ(At(*root, {"C"}).text, "a/b\nä 😀");
}

TEST(Document, LeavesEscapedBackslashesAlone) {
  EXPECT_EQ(JoinSurrogates("{\"a\": \"\\\\ud83d\\\\ude00\"}"), "{\"a\": \"\\\\ud83d\\\\ude00\"}");
  EXPECT_EQ(JoinSurrogates("a: \\ud83d\\ude00"), "a: \\ud83d\\ude00") << "no JSON";
}

TEST(Document, ShortFormsBecomeLongOnes) {
  const NodePtr root = Parsed(
      "A: !Ref X\nB: !Sub \"${X}\"\nC: !GetAtt X.Y.Z\nD: !If [Prod, 1, 2]\nE: !Condition Prod\nF: !Foo x\n"
      "G: !GetAtt [X, Y]\nH: !Join\n  - '-'\n  - [a, b]\n");
  EXPECT_EQ(At(*root, {"A", "Ref"}).text, "X");
  EXPECT_EQ(At(*root, {"B", "Fn::Sub"}).text, "${X}");
  EXPECT_EQ(At(*root, {"C", "Fn::GetAtt"}).items.at(0)->text, "X");
  EXPECT_EQ(At(*root, {"C", "Fn::GetAtt"}).items.at(1)->text, "Y.Z");
  EXPECT_EQ(At(*root, {"D", "Fn::If"}).items.size(), 3U);
  EXPECT_EQ(At(*root, {"E", "Condition"}).text, "Prod");
  EXPECT_EQ(At(*root, {"F", "!Foo"}).text, "x");
  EXPECT_EQ(At(*root, {"G", "Fn::GetAtt"}).items.size(), 2U);
  EXPECT_EQ(At(*root, {"H", "Fn::Join"}).items.size(), 2U);
}

TEST(Document, FollowsAnchorsAndMergesMaps) {
  const NodePtr root = Parsed(
      "Base: &base {A: 1, B: 2}\nMore: &more {B: 3, C: 4}\n"
      "One:\n  <<: *base\n  B: own\nTwo:\n  <<: [*base, *more]\nThree: *base\nFour: {\"<<\": plain}\n");
  EXPECT_EQ(At(*root, {"One", "A"}).text, "1");
  EXPECT_EQ(At(*root, {"One", "B"}).text, "own");
  EXPECT_EQ(At(*root, {"Two", "B"}).text, "2");
  EXPECT_EQ(At(*root, {"Two", "C"}).text, "4");
  EXPECT_EQ(At(*root, {"Two"}).entries.size(), 3U) << "each key once";
  EXPECT_EQ(&At(*root, {"Three"}), &At(*root, {"Base"})) << "an alias is no copy";
  EXPECT_EQ(At(*root, {"Four", "<<"}).text, "plain");
}

TEST(Document, AnAnchorNamesWhatItsTagMakes) {
  EXPECT_EQ(At(*Parsed("A: &a !Ref X\nB: *a\n"), {"B", "Ref"}).text, "X");
  EXPECT_EQ(At(*Parsed("A: &a !Join ['', [x]]\nB: *a\n"), {"B", "Fn::Join"}).items.size(), 2U);
}

TEST(Document, KeysAreNamesAsTheyAreWritten) {
  const NodePtr root = Parsed("123: a\non: b\n0755: c\n1.10: d\n\"x\": e\n");
  for (const char* key : {"123", "on", "0755", "1.10", "x"}) EXPECT_NE(root->Find(key), nullptr) << key;
}

TEST(Document, ARefusalNamesLineAndColumn) {
  EXPECT_EQ(Refusal("A: 1\nB: 2\nA: 3\n"), "t.yaml:3:1: the key 'A' is there twice, first in line 1");
  EXPECT_EQ(Refusal("{\"A\": {\"b\": 1,\n \"b\": 2}}"), "t.yaml:2:2: the key 'b' is there twice, first in line 1");
  EXPECT_TRUE(Refusal("A: [1, 2\nB: 3\n").starts_with("t.yaml:")) << Refusal("A: [1, 2\nB: 3\n");
  EXPECT_TRUE(Refusal("A:\n  - x\n B: 1\n").starts_with("t.yaml:3:2: ")) << Refusal("A:\n  - x\n B: 1\n");
  EXPECT_EQ(Refusal("A:\n\t- x\n"), "t.yaml:2:2: illegal block entry (YAML is indented by blanks, not by tabs)");
  EXPECT_TRUE(Refusal("A: *gone\n").starts_with("t.yaml:1:")) << Refusal("A: *gone\n");
  EXPECT_EQ(Refusal("A: 1\n---\nB: 2\n"), "t.yaml:2:1: a second document begins here; a template is one");
  EXPECT_EQ(Refusal(""), "t.yaml:1:1: the template is empty");
  EXPECT_EQ(Refusal("# nothing\n"), "t.yaml:1:1: the template is empty");
  EXPECT_EQ(Refusal("A: {[1]: 2}"), "t.yaml:1:5: a key must be a text, not a list");
  EXPECT_EQ(Refusal("A: 1\n<<: 2\n"), "t.yaml:2:5: '<<' takes a map, not a text");
}

TEST(Document, MustBeUtf8) {
  EXPECT_EQ(Refusal("A: 1\nB: \xE4\n"), "t.yaml:2:4: this is no UTF-8 text");
  EXPECT_EQ(Refusal("\xFF\xFE"), "t.yaml:1:1: this is no UTF-8 text");
  EXPECT_EQ(Refusal(std::string("A: \0", 4)), "t.yaml:1:4: this is no UTF-8 text");
  EXPECT_EQ(Refusal("A: \xED\xA0\x80"), "t.yaml:1:4: this is no UTF-8 text");
  EXPECT_EQ(Refusal("A: \xC0\xAF"), "t.yaml:1:4: this is no UTF-8 text");
  EXPECT_EQ(At(*Parsed("\xEF\xBB\xBF"
                       "A: \xC3\xA4"),
               {"A"})
                .text,
            "ä")
      << "a byte order mark";
}

// Each alias level doubles what an expansion would be.
TEST(Document, AliasesAreNotExpanded) {
  std::ostringstream text;
  text << "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) text << 'a' << i << ": &a" << i << " [*a" << i - 1 << ", *a" << i - 1 << "]\n";
  EXPECT_EQ(Parsed(text.str())->entries.size(), 60U);
}

TEST(Document, DepthIsLimitedHoweverItIsMade) {
  const std::string too_deep = "nested more than 100 levels deep";
  EXPECT_NE(Refusal(Repeated("[", 200000)).find(too_deep), std::string::npos);
  EXPECT_NE(Refusal(Repeated("{a: ", 5000)).find(too_deep), std::string::npos);
  EXPECT_NE(Refusal(Repeated("- ", 5000) + "x").find(too_deep), std::string::npos);
  EXPECT_NE(Refusal(Repeated("? ", 5000) + "x").find("t.yaml:1:"), std::string::npos);
  std::ostringstream chain;
  chain << "a0: &a0 x\n";
  for (int i = 1; i < 5000; ++i) chain << 'a' << i << ": &a" << i << " [*a" << i - 1 << "]\n";
  EXPECT_NE(Refusal(chain.str()).find(too_deep), std::string::npos);
  EXPECT_EQ(Parsed(Repeated("[", 99) + Repeated("]", 99))->height, 99);
}

TEST(Document, AnAliasWithinWhatItNamesIsRefused) {
  EXPECT_EQ(Refusal("A: &a [x, *a]\n"), "t.yaml:1:11: this alias is part of what it names");
  EXPECT_EQ(Refusal("A: &a\n  <<: *a\n"), "t.yaml:2:7: this alias is part of what it names");
}

TEST(Document, SizesAreLimited) {
  EXPECT_EQ(Refusal("A: " + std::string(kMaxTemplateBytes, 'x')), "t.yaml: a template has 1000000 bytes at most");
  EXPECT_NE(Refusal("[" + Repeated("1,", 250000) + "1]").find("more than 200000 values"), std::string::npos);
  std::ostringstream merges;
  merges << "base: &b\n";
  for (int i = 0; i < 1000; ++i) merges << "  k" << i << ": 1\n";
  for (int i = 0; i < 1000; ++i) merges << 'm' << i << ":\n  <<: *b\n";
  EXPECT_NE(Refusal(merges.str()).find("more than 200000 values"), std::string::npos);
}

}  // namespace
}  // namespace tandem::templates
