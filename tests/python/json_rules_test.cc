// Results to bytes and bytes to events: J-01 to J-46.

#include "python_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

// A result of packages/rules/wire.py, and what Show gives with escapes and raw; `raw` empty: the same.
struct Result {
  const char* rule;
  const char* name;
  std::string escaped;
  std::string raw = {};  // NOLINT(readability-redundant-member-init): lets gcc know that rows may leave it out
};

std::ostream& operator<<(std::ostream& out, const Result& row) {
  return out << row.rule << " " << row.name;
}

std::string MarshalError(const std::string& message) {
  return Error("Runtime.MarshalError", "Unable to marshal response: " + message);
}

const std::vector<Result>& Results() {
  static const std::vector<Result> rows = {
      {"J-01 H-JAVA-39/python", "none", R"(ok null)"},
      {"J-02/python", "separators", R"(ok {"a": 1, "b": [1, 2]})"},
      {"J-05", "escapes", R"(ok "\n\r\t\b\f\u0001\u001f/\"\\\u007f")", R"(ok "\n\r\t\b\f\u0001\u001f/\"\\")"},
      {"J-03", "text", R"(ok "\u00e9 \u2713 \ud834\udd1e")", R"(ok "é ✓ 𝄞")"},
      {"J-04", "line_separators", R"(ok "\u2028\u2029")", R"(ok "  ")"},
      {"J-07/python", "nan", R"(ok [NaN, Infinity, -Infinity])"},
      {"J-08", "decimal", R"(ok [1.10, 1E+3])"},
      {"J-09", "decimal_nan", R"(ok [NaN, NaN, NaN, Infinity])"},
      {"J-10", "floats",
       R"(ok [1.0, 0.1, 1e+16, 1e-07, -0.0, 123456.789, 1e+22, 5e-324, 1.7976931348623157e+308, 0.0001, 2.5e-05])"},
      {"J-11", "integers",
       R"(ok [0, -1, 9223372036854775808, -9223372036854775808, 10000000000000000000000000000000000000000])"},
      {"J-12", "tuple", R"(ok [1, "a"])"},
      {"J-13", "named_tuple", R"(ok [{"left": 1, "right": 2}, {"as": "dict"}])"},
      {"J-14", "enums", R"(ok [3, "yes"])"},
      {"J-14", "plain_enum", MarshalError("Object of type Plain is not JSON serializable")},
      {"J-15", "booleans", R"(ok {"true": true, "false": false})"},
      {"J-17 J-19", "bytes_inside", R"(ok {"a": "text", "key": 1})"},
      {"J-18", "bad_bytes_inside",
       MarshalError("'utf-8' codec can't decode byte 0xff in position 0: invalid start byte")},
      {"J-20", "subclasses", R"(ok [{"z": 1, "a": 2}, {"a": 2, "b": 1}, 5])"},
      {"J-20", "default_dict", R"(ok {"z": [1], "a": ["\u00e9"]})", R"(ok {"z": [1], "a": ["é"]})"},
      {"J-20", "number_subclasses", R"(ok [-5, 1.5, 1e+16, NaN, true])"},
      {"J-20", "text_subclasses", R"(ok {"key": "value"})"},
      {"J-20", "container_subclasses", R"(ok [[1, []], {"z": 1, "a": 2}, [1], {}])"},
      {"J-21", "keys", R"(ok {"1": 1, "1.5": 2, "NaN": 3, "null": 4})"},
      {"J-22", "bad_key", MarshalError("keys must be str, int, float, bool or None, not tuple")},
      {"J-22", "decimal_key", MarshalError("keys must be str, int, float, bool or None, not Decimal")},
      {"J-23", "same_keys", R"(ok {"1": "a", "1": "b"})"},
      {"J-24 J-81/python", "cycle", MarshalError("Circular reference detected")},
      {"J-27", "json_text", R"(ok "{\"a\": 1}")"},
      {"J-28", "hooks", MarshalError("Object of type Hooks is not JSON serializable")},
      {"J-02/python", "empty", R"(ok [{}, [], ""])"},
      {"J-29 J-30", "set", MarshalError("Object of type set is not JSON serializable")},
      {"J-29 J-30", "frozenset", MarshalError("Object of type frozenset is not JSON serializable")},
      {"J-29 J-30", "bytearray", MarshalError("Object of type bytearray is not JSON serializable")},
      {"J-29 J-30", "memoryview", MarshalError("Object of type memoryview is not JSON serializable")},
      {"J-29 J-30", "deque", MarshalError("Object of type deque is not JSON serializable")},
      {"J-29 J-30", "datetime", MarshalError("Object of type datetime is not JSON serializable")},
      {"J-29 J-30", "uuid", MarshalError("Object of type UUID is not JSON serializable")},
      {"J-29 J-30", "range", MarshalError("Object of type range is not JSON serializable")},
      {"J-29 J-30", "complex", MarshalError("Object of type complex is not JSON serializable")},
      {"J-29 J-30", "class", MarshalError("Object of type type is not JSON serializable")},
      {"J-29 J-30", "exception", MarshalError("Object of type ValueError is not JSON serializable")},
      {"J-29 J-30", "partial", MarshalError("Object of type partial is not JSON serializable")},
  };
  return rows;
}

class ResultTest : public ::testing::TestWithParam<Result> {};

// Every identifier up to python3.11 writes escapes, on whatever interpreter it runs (J-03).
TEST_P(ResultTest, Escaped) {
  FunctionConfig config = PythonRuntime::Config("wire.result");
  config.runtime = "python3.9";
  EXPECT_EQ(Answer(PythonRuntime::Add(config), '"' + std::string(GetParam().name) + '"'), GetParam().escaped);
  Covers(GetParam().rule);
}

TEST_P(ResultTest, AsTheInterpreter) {
  const bool raw = PythonRuntime::Minor() >= 12 && !GetParam().raw.empty();
  EXPECT_EQ(Answer(PythonRuntime::Add("wire.result"), '"' + std::string(GetParam().name) + '"'),
            raw ? GetParam().raw : GetParam().escaped);
  Covers(GetParam().rule);
}

INSTANTIATE_TEST_SUITE_P(Rules, ResultTest, ::testing::ValuesIn(Results()),
                         [](const ::testing::TestParamInfo<Result>& tested) { return std::string(tested.param.name); });

std::string UnmarshalError(const std::string& message) {
  return Error("Runtime.UnmarshalError", "Unable to unmarshal input: " + message);
}

const std::vector<Case>& Events() {
  static const std::vector<Case> rows = {
      {"J-26", "wire.echo", "\"text\"", "ok \"text\""},
      {"J-26", "wire.echo", "5", "ok 5"},
      {"J-26", "wire.echo", "true", "ok true"},
      {"J-26", "wire.echo", "1.5", "ok 1.5"},
      {"J-68/python", "wire.echo", R"({"a":null,"b":[null]})", R"(ok {"a": null, "b": [null]})"},
      {"J-34", "wire.kind", "{\"a\":1}", "ok \"dict\""},
      {"J-34", "wire.kind", "[1]", "ok \"list\""},
      {"J-34", "wire.kind", "\"x\"", "ok \"str\""},
      {"J-34", "wire.kind", "5", "ok \"int\""},
      {"J-34", "wire.kind", "5.0", "ok \"float\""},
      {"J-34", "wire.kind", "null", "ok \"NoneType\""},
      {"J-34", "wire.kind", "true", "ok \"bool\""},
      {"J-35", "wire.shown", "123456789012345678901234567890", "ok \"123456789012345678901234567890\""},
      {"J-35", "wire.shown", "18446744073709551615", "ok \"18446744073709551615\""},
      {"J-35", "wire.shown", "-9223372036854775808", "ok \"-9223372036854775808\""},
      {"J-35", "wire.shown", "1.0", "ok \"1.0\""},
      {"J-35", "wire.shown", "-0", "ok \"0\""},
      {"J-35", "wire.shown", "-0.0", "ok \"-0.0\""},
      {"J-35", "wire.shown", "1e400", "ok \"inf\""},
      {"J-35", "wire.shown", "1E2", "ok \"100.0\""},
      {"J-36", "wire.shown", "{\"a\":1,\"b\":2,\"a\":3}", "ok \"{'a': 3, 'b': 2}\""},
      {"J-37", "wire.shown", "\xEF\xBB\xBF{\"a\":1}", "ok \"{'a': 1}\""},
      {"J-37", "wire.shown", std::string("\xFF\xFE\x31\0", 4),
       UnmarshalError("'utf-8' codec can't decode byte 0xff in position 0: invalid start byte")},
      {"J-37", "wire.shown", "\"\xFF\"",
       UnmarshalError("'utf-8' codec can't decode byte 0xff in position 1: invalid start byte")},
      {"J-38", "wire.length", "\"\\ud834\\udd1e\"", "ok 1"},
      {"J-38", "wire.shown", "\"\\ud800\"", "ok \"'\\\\ud800'\""},
      {"J-38", "wire.shown", "\"\\udc00x\"", "ok \"'\\\\udc00x'\""},
      {"J-38", "wire.shown", "{\"\\udc00\":1}", "ok \"{'\\\\udc00': 1}\""},
      {"J-39", "wire.shown", "", UnmarshalError("Expecting value: line 1 column 1 (char 0)")},
      {"J-40", "wire.shown", " \n\t [1 , 2 ] \r\n", "ok \"[1, 2]\""},
      {"J-40", "wire.shown", " \n", UnmarshalError("Expecting value: line 2 column 1 (char 2)")},
      {"J-41/python", "wire.shown", "NaN", UnmarshalError("Expecting value: line 1 column 1 (char 0)")},
      {"J-41/python", "wire.shown", "Infinity", UnmarshalError("Expecting value: line 1 column 1 (char 0)")},
      {"J-41/python", "wire.shown", "-Infinity", UnmarshalError("Expecting value: line 1 column 1 (char 0)")},
      {"J-42/python", "wire.shown", "[1] 2",
       UnmarshalError("Extra data: line 1 column 5 - line 1 column 6 (char 4 - 5)")},
      {"J-42/python", "wire.shown", std::string("1\0", 2),
       UnmarshalError("Extra data: line 1 column 2 - line 1 column 3 (char 1 - 2)")},
      {"J-43/python", "wire.shown", "{'a':1}",
       UnmarshalError("Expecting property name enclosed in double quotes or '}': line 1 column 2 (char 1)")},
      {"J-43/python", "wire.shown", "{a:1}",
       UnmarshalError("Expecting property name enclosed in double quotes or '}': line 1 column 2 (char 1)")},
      {"J-43/python", "wire.shown", "[1,]",
       UnmarshalError("Illegal trailing comma before end of array: line 1 column 3 (char 2)")},
      {"J-43/python", "wire.shown", "// c\n1", UnmarshalError("Expecting value: line 1 column 1 (char 0)")},
      {"J-43/python", "wire.shown", "01", UnmarshalError("Extra data: line 1 column 2 - line 1 column 3 (char 1 - 2)")},
      {"J-43/python", "wire.shown", "\"\x01\"",
       UnmarshalError("Invalid control character '\\\\x01' at: line 1 column 2 (char 1)")},
      {"J-58", "wire.length", "\"äöü ✅ 🎉\"", "ok 7"},
      {"J-46", "shapes.count", "{",
       UnmarshalError("Expecting property name enclosed in double quotes or '}': line 1 column 2 (char 1)")},
  };
  return rows;
}

class EventTest : public ::testing::TestWithParam<Case> {};

TEST_P(EventTest, Rule) {
  EXPECT_EQ(Answer(PythonRuntime::Add(GetParam().handler), GetParam().event), GetParam().expected);
  Covers(GetParam().rule);
}

INSTANTIATE_TEST_SUITE_P(Rules, EventTest, ::testing::ValuesIn(Events()), CaseName);

std::string Brackets(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, J25DeepResultsAreWrittenOrRefused) {
  Function& function = PythonRuntime::Add("wire.result");
  EXPECT_EQ(Answer(function, "\"deep\""), "ok " + Brackets(151));
  EXPECT_EQ(Answer(function, "\"deeper\""), "ok " + Brackets(301));
  EXPECT_NE(Answer(function, "\"too_deep\"").find("Unable to marshal response: maximum recursion depth exceeded"),
            std::string::npos);
  EXPECT_EQ(Answer(function, "\"none\""), "ok null");
  Covers("J-25");
}

TEST(Json, J31AResultThatCannotBeWrittenIsAFunctionError) {
  Function& function = PythonRuntime::Add("wire.remembers");
  const Outcome outcome = Invoke(function, "\"unwritable\"").outcome;
  EXPECT_EQ(Show(outcome), MarshalError("Object of type set is not JSON serializable"));
  EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
  EXPECT_EQ(Answer(function, "\"next\""), R"(ok ["unwritable", "next"])") << "its side effects stand";
  Covers("J-31");
}

TEST(Json, J46AnEventThatCannotBeReadReachesNoHandler) {
  Function& function = PythonRuntime::Add("wire.remembers_again");
  const Outcome outcome = Invoke(function, "{").outcome;
  EXPECT_EQ(outcome.error().type, "Runtime.UnmarshalError");
  EXPECT_EQ(outcome.disposition(), Disposition::kKeep);
  EXPECT_EQ(Answer(function, "1"), "ok [1]");
  Covers("J-46");
}

TEST(Json, J45DeepEventsAreReadOrRefused) {
  Function& function = PythonRuntime::Add("wire.echo");
  for (const size_t depth : {199, 200, 201, 202, 300})
    EXPECT_EQ(Answer(function, Brackets(depth)), "ok " + Brackets(depth));
  const std::string refused = Answer(function, std::string(100000, '['));
  EXPECT_NE(refused.find("\"Runtime.UnmarshalError\""), std::string::npos);
  EXPECT_NE(refused.find("maximum recursion depth exceeded"), std::string::npos);
  Covers("J-45");
}

// Up to Python 3.11 C's calls count towards the recursion limit, and so do the frames of the service's client.
TEST(Json, J25AndJ45TheDeepestValuesAreThoseOfTheClient) {
  const bool counted = PythonRuntime::Minor() < 12;
  Function& depth = PythonRuntime::Add("wire.depth");
  EXPECT_EQ(Answer(depth, Brackets(988)), "ok 988");
  Function& lists = PythonRuntime::Add("wire.nested");
  EXPECT_EQ(Answer(lists, "989"), "ok " + Brackets(989));
  const std::string read = Answer(depth, Brackets(989));
  const std::string written = Answer(lists, "990");
  if (counted) {
    EXPECT_NE(read.find("Unable to unmarshal input: maximum recursion depth exceeded"), std::string::npos);
    EXPECT_NE(written.find("Unable to marshal response: maximum recursion depth exceeded"), std::string::npos);
  } else {
    EXPECT_EQ(read, "ok 989");
    EXPECT_EQ(written, "ok " + Brackets(990));
  }
  Covers("J-25", "J-45");
}

// What is within the fast paths' depth is refused, too, where a handler has set a limit that the client would meet.
TEST(Json, J25AndJ45ALowerLimitOfTheHandlersHolds) {
  const bool counted = PythonRuntime::Minor() < 12;
  Function& function = PythonRuntime::Add("wire.below_a_limit");
  const std::string refused = "maximum recursion depth exceeded";
  EXPECT_EQ(Answer(function, "[120, 50]"), "ok " + Brackets(50));
  EXPECT_EQ(Answer(function, "[120, 150]").find("Unable to marshal response: " + refused) != std::string::npos,
            counted);
  EXPECT_EQ(Answer(function, Brackets(150)).find("Unable to unmarshal input: " + refused) != std::string::npos,
            counted);
  EXPECT_EQ(Answer(function, "[1000, 150]"), "ok " + Brackets(150));
  Covers("J-25", "J-45");
}

TEST(Json, J06LoneSurrogateEndsTheProcessOnlyWhereBytesCannotHoldIt) {
  FunctionConfig escaped = PythonRuntime::Config("wire.result");
  escaped.runtime = "python3.9";
  EXPECT_EQ(Answer(PythonRuntime::Add(escaped), "\"surrogate\""), "ok \"\\ud800\"");
  Function& function = PythonRuntime::Add("wire.result");
  const Outcome outcome = Invoke(function, "\"surrogate\"").outcome;
  if (PythonRuntime::Minor() < 12) {
    EXPECT_EQ(Show(outcome), "ok \"\\ud800\"");
  } else {
    ASSERT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(outcome.disposition(), Disposition::kExited);
    EXPECT_EQ(outcome.error().exit_status, 1);
  }
  EXPECT_EQ(Answer(function, "\"none\""), "ok null");
  Covers("J-06/python");
}

TEST(Json, J16BytesAreTheResponse) {
  const Outcome outcome = Invoke(PythonRuntime::Add("wire.result"), "\"bytes\"").outcome;
  EXPECT_EQ(outcome.payload().view(), std::string_view("\0raw\xff", 5));
  EXPECT_EQ(outcome.content_type(), "application/unknown");
  EXPECT_EQ(Invoke(PythonRuntime::Add("wire.result"), "\"none\"").outcome.content_type(), "application/json");
  Covers("J-16");
}

TEST(Json, J33OnlyJsonIsParsed) {
  Function& function = PythonRuntime::Add("wire.shown");
  for (const char* type : {"text/plain", "application/json; charset=utf-8", "application/JSON"}) {
    Event event(std::string_view("{\"a\" : 1}"));
    event.content_type = type;
    EXPECT_EQ(Show(PythonRuntime::Get().Invoke(function, event).outcome), "ok \"b'{\\\"a\\\" : 1}'\"") << type;
  }
  Covers("J-33");
}

TEST(Json, J44LongIntegersFollowTheInterpretersLimit) {
  const std::string refused = Answer(PythonRuntime::Add("wire.shown"), std::string(5000, '1'));
  EXPECT_NE(refused.find("\"Runtime.UnmarshalError\""), std::string::npos);
  EXPECT_NE(refused.find("limit (4300"), std::string::npos) << refused;
  Covers("J-44");
}

TEST(Json, J59LargePayloadsRoundTrip) {
  Function& function = PythonRuntime::Add("wire.echo");
  const std::string text = '"' + std::string(5000000, 'x') + '"';
  EXPECT_EQ(Answer(function, text), "ok " + text);
  std::string list = "[";
  for (int at = 0; at < 300000; ++at)
    list += (at == 0 ? "" : ", ") + std::string("{\"n\": ") + std::to_string(at) + "}";
  list += ']';
  EXPECT_EQ(Answer(function, list), "ok " + list);
  Covers("J-59");
}

TEST(Json, J56TextOfEveryLengthKeepsItsBytes) {
  FunctionConfig config = PythonRuntime::Config("wire.echo");
  config.runtime = "python3.9";
  Function& function = PythonRuntime::Add(config);
  std::string text;
  for (int size = 0; size < 100; ++size) {
    std::string event = R"({"@": "@", "k": ["@\n", "\u00e9@"]})";
    for (size_t at = event.find('@'); at != std::string::npos; at = event.find('@', at + text.size())) {
      event.replace(at, 1, text);
    }
    EXPECT_EQ(Answer(function, event), "ok " + event);
    text.push_back(static_cast<char>('a' + size % 26));
  }
}

}  // namespace
}  // namespace tandem::test
