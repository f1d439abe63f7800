// What JSON becomes by declared type, and what results become: H-JAVA-56 to 90, J-60 to J-85.

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

const Case kTypeCases[] = {
    {"H-JAVA-57", "rules.Types::anInt", R"("123")", Ok("123")},
    {"H-JAVA-57", "rules.Types::anInt", R"(" 12 ")", Ok("12")},
    {"H-JAVA-57", "rules.Types::anInt", "3.7", Ok("3")},
    {"H-JAVA-57", "rules.Types::anInt", "1e2", Ok("100")},
    {"H-JAVA-57", "rules.Types::anInt", "[7]", Ok("7")},
    {"H-JAVA-57", "rules.Types::anInt", "007", Ok("7")},
    {"H-JAVA-57", "rules.Types::anInt", R"("")", Ok("0")},
    {"H-JAVA-57", "rules.Types::anInt", "null", Ok("0")},
    {"H-JAVA-57", "rules.Types::anInt", "true", ParseError()},
    {"H-JAVA-57", "rules.Types::anInt", "[7,8]", ParseError()},
    {"H-JAVA-57", "rules.Types::anInt", R"("abc")", ParseError()},
    {"H-JAVA-57", "rules.Types::anInt", "{}", ParseError()},
    {"H-JAVA-57", "rules.Types::anInt", "2147483648", ParseError()},
    {"H-JAVA-57", "rules.Types::aLong", "2147483648", Ok("2147483648")},
    {"H-JAVA-57", "rules.Types::aShort", "7", Ok("7")},
    {"H-JAVA-57", "rules.Types::aByte", "7", Ok("7")},
    {"H-JAVA-57", "rules.Types::aByte", "300", ParseError()},
    {"H-JAVA-58", "rules.Types::boxedInt", "null", Ok("null")},
    {"H-JAVA-58", "rules.Types::boxedInt", R"("")", Ok("null")},
    {"H-JAVA-58", "rules.Types::boxedInt", "[]", Ok("null")},
    {"H-JAVA-58", "rules.Types::boxedInt", R"("12")", Ok("12")},
    {"H-JAVA-58", "rules.Types::boxedLong", "2147483648", Ok("2147483648")},
    {"H-JAVA-58", "rules.Types::boxedLong", R"("")", Ok("null")},
    {"H-JAVA-58", "rules.Types::boxedDouble", "1.5", Ok("1.5")},
    {"H-JAVA-58", "rules.Types::boxedDouble", "null", Ok("null")},
    {"H-JAVA-58", "rules.Types::boxedBoolean", "false", Ok("false")},
    {"H-JAVA-58", "rules.Types::boxedBoolean", "[]", Ok("null")},
    {"H-JAVA-59 J-41/java", "rules.Types::aDouble", "NaN", Ok(R"("NaN")")},
    {"H-JAVA-59", "rules.Types::aDouble", R"("Infinity")", Ok(R"("Infinity")")},
    {"H-JAVA-59", "rules.Types::aDouble", "1", Ok("1.0")},
    {"H-JAVA-59", "rules.Types::aFloat", "1.5", Ok("1.5")},
    {"H-JAVA-60", "rules.Types::aBoolean", "1", Ok("true")},
    {"H-JAVA-60", "rules.Types::aBoolean", R"("true")", Ok("true")},
    {"H-JAVA-60", "rules.Types::aBoolean", "0", Ok("false")},
    {"H-JAVA-61", "rules.Types::aChar", R"("a")", Ok(R"("a")")},
    {"H-JAVA-61", "rules.Types::aChar", "65", Ok(R"("A")")},
    {"H-JAVA-62", "rules.Types::text", "1.50", Ok(R"("1.50")")},
    {"H-JAVA-62", "rules.Types::text", "true", Ok(R"("true")")},
    {"H-JAVA-62", "rules.Types::text", "[1]", Ok(R"("1")")},
    {"H-JAVA-62", "rules.Types::text", R"("")", Ok(R"("")")},
    {"H-JAVA-62", "rules.Types::text", "null", Ok("null")},
    {"H-JAVA-62", "rules.Types::text", "{}", ParseError()},
    {"H-JAVA-63", "rules.Types::bytes", R"("AQI=")", Ok(R"("AQI=")")},
    {"H-JAVA-63", "rules.Types::bytes", "[1,2]", Ok(R"("AQI=")")},
    {"H-JAVA-63", "rules.Types::bytes", R"("")", Ok(R"("")")},
    {"H-JAVA-64", "rules.Types::object", "1", Ok(R"("java.lang.Integer")")},
    {"H-JAVA-64", "rules.Types::object", "12345678901", Ok(R"("java.lang.Long")")},
    {"H-JAVA-64", "rules.Types::object", "123456789012345678901", Ok(R"("java.math.BigInteger")")},
    {"H-JAVA-64", "rules.Types::object", "1.5", Ok(R"("java.lang.Double")")},
    {"H-JAVA-64", "rules.Types::object", R"("x")", Ok(R"("java.lang.String")")},
    {"H-JAVA-64", "rules.Types::object", "true", Ok(R"("java.lang.Boolean")")},
    {"H-JAVA-64", "rules.Types::object", "[1]", Ok(R"("java.util.ArrayList")")},
    {"H-JAVA-64", "rules.Types::object", "{}", Ok(R"("java.util.LinkedHashMap")")},
    {"H-JAVA-64", "rules.Types::object", "null", Ok(R"("null")")},
    {"H-JAVA-65", "rules.Types::textMap", R"({"b":1,"a":"x"})", Ok(R"({"b":"1","a":"x"})")},
    {"H-JAVA-65", "rules.Types::textMap", R"({"b":{}})", ParseError()},
    {"H-JAVA-71", "rules.Types::textMap", R"([{"a":1}])", Ok(R"({"a":"1"})")},
    {"H-JAVA-68", "rules.Types::textMap", R"("")", Ok("null")},
    {"H-JAVA-68", "rules.Types::textMap", "[]", Ok("null")},
    {"J-85", "rules.Types::intMap", R"({"02":"x"})", Ok(R"({"2":"x"})")},
    {"H-JAVA-65", "rules.Types::rawMap", R"({"b":1,"a":{"c":[true]}})", Ok(R"({"b":1,"a":{"c":[true]}})")},
    {"H-JAVA-66", "rules.Types::ints", R"(["1",2.9])", Ok("[1,2]")},
    {"H-JAVA-66", "rules.Types::ints", "5", Ok("[5]")},
    {"H-JAVA-68", "rules.Types::ints", "[]", Ok("[]")},
    {"H-JAVA-68", "rules.Types::ints", R"("")", Ok("null")},
    {"H-JAVA-68", "rules.Types::texts", "[[1]]", ParseError()},
    {"H-JAVA-66", "rules.Types::set", "[1,1,2]", Ok("[1,2]")},
    {"H-JAVA-66", "rules.Types::intArray", "[1,2]", Ok("[1,2]")},
    {"H-JAVA-68", "rules.Types::intArray", "[]", Ok("[]")},
    {"H-JAVA-68", "rules.Types::intArray", R"("")", Ok("null")},
    {"H-JAVA-67", "rules.Types::pojoList", R"([{"firstName":"Ada"}])", Ok(R"("1 Ada")")},
    {"H-JAVA-67", "rules.Types::pojoList", R"({"firstName":"Ada"})", Ok(R"("1 Ada")")},
    {"H-JAVA-69", "rules.Types::pojo", R"({"firstName":"Ada","x":1,"lastname":"no"})", Ok(R"({"firstName":"Ada"})")},
    {"H-JAVA-71", "rules.Types::pojo", R"([{"firstName":"Ada"}])", Ok(R"({"firstName":"Ada"})")},
    {"H-JAVA-68", "rules.Types::pojo", R"("")", Ok("null")},
    {"H-JAVA-68", "rules.Types::pojo", "[]", Ok("null")},
    {"H-JAVA-70", "rules.Output::filled", R"({"open":7,"closed":[8],"fixed":9})", Ok(R"("7 [] 9")")},
    {"H-JAVA-72", "rules.Types::color", R"("RED")", Ok(R"("RED")")},
    {"H-JAVA-72", "rules.Types::color", "1", Ok(R"("GREEN")")},
    {"H-JAVA-72", "rules.Types::color", R"("BLUE")", Ok("null")},
    {"J-85", "rules.Types::colorMap", R"({"RED":1})", Ok(R"({"RED":1})")},
    {"H-JAVA-73", "rules.Types::date", "1234", Ok("1234")},
    {"H-JAVA-73", "rules.Types::date", R"("2020-01-02T03:04:05Z")", Ok("1577934245000")},
    {"H-JAVA-74", "rules.Types::optional", R"("x")", Ok(R"("x")")},
    {"H-JAVA-74", "rules.Types::optional", "null", Ok("null")},
    {"H-JAVA-74", "rules.Types::localDate", R"("2020-01-02")", Ok(R"("2020-01-02")")},
    {"H-JAVA-74", "rules.Types::localDate", "[2020,1,2]", Ok(R"("2020-01-02")")},
    {"J-85", "rules.Types::uuid", R"("8476a536-e9f4-11e8-9739-2dfe598c3fcd")",
     Ok(R"("8476a536-e9f4-11e8-9739-2dfe598c3fcd")")},
    {"H-JAVA-68", "rules.Types::uuid", R"("")", Ok("null")},
    {"H-JAVA-68", "rules.Types::uri", R"("")", Ok("null")},
    {"H-JAVA-68", "rules.Types::bigDecimal", R"("")", Ok("null")},
    {"J-85", "rules.Types::uri", R"("http://a/b")", Ok(R"("http://a/b")")},
    {"J-74", "rules.Types::bigDecimal", "1.10", Ok("1.10")},
    {"J-74", "rules.Types::bigInteger", "123456789012345678901", Ok("123456789012345678901")},
    {"J-85", "rules.Types::number", "5", Ok("5")},
    {"J-85", "rules.Types::number", "5000000000", Ok("5000000000")},
    {"J-85", "rules.Types::sequence", R"("text")", Ok(R"("text")")},
    {"J-85", "rules.Types::iterable", R"([1,"a"])", Ok(R"([1,"a"])")},
    {"J-85", "rules.Types::textArray", R"(["a","b"])", Ok(R"(["a","b"])")},
    {"J-85", "rules.Types::objects", R"([1,"a",null])", Ok(R"([1,"a",null])")},
    {"J-85", "rules.Types::iterator", R"([1,2])", Ok("[1,2]")},
    {"J-85", "rules.Types::collection", R"([1,"a"])", Ok(R"([1,"a"])")},
    {"J-79", "rules.Types::instant", R"("2020-01-02T03:04:05.5Z")", Ok("1577934245.500000000")},
    {"H-JAVA-90", "rules.Types::boxedInt", "5", Ok("5")},
    {"H-JAVA-90", "rules.Types::boxedBoolean", "true", Ok("true")},
    {"H-JAVA-90", "rules.Types::color", R"("GREEN")", Ok(R"("GREEN")")},
    {"H-JAVA-90", "rules.Types::rawMap", R"({"a":[1,{}]})", Ok(R"({"a":[1,{}]})")},
    {"H-JAVA-90", "rules.Types::ints", "[1,2]", Ok("[1,2]")},
    {"H-JAVA-90", "rules.Types::intArray", "[2,1]", Ok("[2,1]")},
    {"H-JAVA-90", "rules.Types::pojo", R"({"firstName":"Ada"})", Ok(R"({"firstName":"Ada"})")},
    {"J-63 J-43/java", "rules.Types::objectEcho", "{'a':1,b:2}", Ok(R"({"a":1,"b":2})")},
    {"J-65 J-36", "rules.Types::objectEcho", R"({"a":1,"a":2})", Ok(R"({"a":2})")},
    {"J-66 J-42/java", "rules.Types::objectEcho", "5 garbage", Ok("5")},
    {"J-64", "rules.Types::objectEcho", R"({"a":1,})", ParseError()},
    {"J-64", "rules.Types::objectEcho", "/* c */ 1", ParseError()},
    {"J-64", "rules.Types::objectEcho", R"({"a":)", ParseError()},
    {"J-63 J-43/java", "rules.Types::objectEcho", R"("a\qb")", Ok(R"("aqb")")},
    {"J-77", "rules.Output::empty", "1", Ok("{}")},
    {"J-82", "rules.Output::declared", "1", Ok(R"({"base":"base"})")},
    {"J-82", "rules.Output::undeclared", "1", Ok(R"({"sub":"sub","base":"base"})")},
    {"J-82", "rules.Output::declaredList", "1", Ok(R"([{"base":"base"},null])")},
    {"J-82", "rules.Output::declaredMap", "1", Ok(R"({"k":{"base":"base"}})")},
    {"J-82", "rules.Output::declaredInterface", "1", Ok(R"({"name":"name"})")},
    {"J-82", "rules.Output::wildcards", "1", Ok(R"([{"sub":"sub","base":"base"}])")},
    {"J-82", "rules.Output::boundedWildcards", "1", Ok(R"([{"sub":"sub","base":"base"}])")},
    {"J-82", "rules.Output::raw", "1", Ok(R"([{"sub":"sub","base":"base"}])")},
    {"J-82", "rules.Output::variable", "1", Ok(R"({"sub":"sub","base":"base"})")},
    {"J-82", "rules.Output::nested", "1", Ok(R"({"inside":{"sub":"sub","base":"base"}})")},
    {"J-68/java", "rules.Output::nulls", "1", Ok(R"({"b":[1,null]})")},
    {"J-72 J-07/java", "rules.Types::aDouble", "NaN", Ok(R"("NaN")")},
    {"J-72 J-07/java", "rules.Types::aDouble", R"("-Infinity")", Ok(R"("-Infinity")")},
    {"J-72 J-07/java", "rules.Types::aFloat", R"("Infinity")", Ok(R"("Infinity")")},
    {"J-73", "rules.Output::doubles", "1", Ok(R"([100.0,1.0E16,1.0E-7,"NaN","Infinity",1E+3,1.5])")},
    {"J-75", "rules.Output::unicode", "1", Ok("\"\xc3\xa9\xe2\x80\xa8/<\x7f\\uD834\\uDD1E\\n\"")},
    {"J-76 J-06/java", "rules.Output::lone", "1", Ok(R"("\uD800")")},
    {"J-77", "rules.Output::stream", "1", Ok("{}")},
    {"J-79", "rules.Output::date", "1", Ok("1234567890123")},
    {"J-79", "rules.Output::localDate", "1", Ok("[2020,1,2]")},
    {"J-78", "rules.Output::chars", "1", Ok(R"("abc")")},
    {"J-78", "rules.Output::keys", "1", Ok(R"({"5":1})")},
    {"J-80", "rules.Output::json", "1", Ok(R"("{\"a\":1}")")},
    {"J-82", "rules.Output::comparable", "1", Ok("{}")},
    {"J-81/java", "rules.Declared$Text", R"({"a":"b"})", WriteError()},
    {"J-81/java", "rules.Declared$Text", "5", WriteError()},
    {"J-82", "rules.Declared$Text", R"("b")", Ok(R"("b")")},
    {"J-82", "rules.Declared$Text", "null", Ok("null")},
    {"J-81/java", "rules.Declared$AMap", R"(["b"])", WriteError()},
    {"J-81/java", "rules.Declared$AMap", R"("b")", WriteError()},
    {"J-82", "rules.Declared$AMap", R"({"a":1})", Ok(R"({"a":1})")},
    {"J-81/java", "rules.Declared$AList", R"({"a":"b"})", WriteError()},
    {"J-81/java", "rules.Declared$AList", "true", WriteError()},
    {"J-82", "rules.Declared$AList", R"([1,"b"])", Ok(R"([1,"b"])")},
    {"J-81/java", "rules.Declared$Texts", "[5]", WriteError()},
    {"J-82", "rules.Declared$Texts", R"(["b"])", Ok(R"(["b"])")},
    {"H-JAVA-56", "example.Hello::myHandler", "123", Ok(R"("123")")},
    {"H-JAVA-89", "example.Hello::myHandler", R"("abc")", ParseError()},
    {"H-JAVA-89", "example.Hello::myHandler", "{}", ParseError()},
    {"J-60", "rules.Types::pojo", R"({"firstName":{}})", ParseError()},
    {"J-61", "rules.Types::anInt", "true", ParseError()},
    {"J-62", "rules.Types::pojo", "", ParseError()},
    {"J-84", "rules.Annotated::echo", R"({"name":"a","other":"b"})", Ok(R"({"name":"a"})")},
    {"J-81/java", "rules.Output::cycle", "1", WriteError()},
    {"J-81/java", "rules.Output::broken", "1", WriteError()},
    {"J-68/java", "rules.Shapes::nullText", R"("x")", Ok("null")},
    {"E-03", "rules.Types::objectEcho", R"({"errorMessage":"x"})", Ok(R"({"errorMessage":"x"})")},
    {"J-67 J-02/java", "rules.Types::objectEcho", R"({ "a" : [ 1 , 2 ] })", Ok(R"({"a":[1,2]})")},
    {"J-80", "rules.Types::bytes", R"("AQI=")", Ok(R"("AQI=")")},
    {"H-JAVA-57", "rules.Types::anInt", "null", Ok("0")},
};

class Types : public ::testing::TestWithParam<Case> {};
TEST_P(Types, AreConvertedAsTheRuleSays) {
  Check(GetParam());
  Covers(GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(Java, Types, ::testing::ValuesIn(kTypeCases), CaseName);

// J-69 to J-71: names by the bean rules; the order of members is open.
TEST(Beans, J69AndJ70PrintTheirPublicSide) {
  const std::string shown = Show(Invoke(JavaRuntime::Add("rules.Output::bean"), "1").outcome);
  for (const char* member :
       {R"("publicField":1)", R"("URL":"u")", R"("aName":"a")", R"("open":true)", R"("boxed":true)"}) {
    EXPECT_NE(shown.find(member), std::string::npos) << member << " in " << shown;
  }
  EXPECT_EQ(shown.find("staticField"), std::string::npos);
  EXPECT_EQ(shown.find("transientField"), std::string::npos);
  EXPECT_EQ(shown.find("hidden"), std::string::npos);
  EXPECT_EQ(shown.find("absent"), std::string::npos);
  Covers("J-69", "J-70");
}

TEST(Beans, J71DeclaredFieldsComeFirst) {
  const std::string shown = Show(Invoke(JavaRuntime::Add("rules.Output::ordered"), "1").outcome);
  EXPECT_EQ(shown, Ok(R"({"second":2,"first":1,"getterOnly":3})"));
  Covers("J-71");
}

TEST(Large, J59ResultsOfEverySizeArrive) {
  Function& function = JavaRuntime::Add("rules.Output::large");
  for (const int size : {10, 65533, 65534, 65535, 200000, 5000000}) {
    const Outcome outcome = Invoke(function, std::to_string(size)).outcome;
    ASSERT_TRUE(outcome.ok());
    EXPECT_TRUE(outcome.payload().view() == R"(")" + std::string(static_cast<size_t>(size), 'x') + R"(")") << size;
  }
  Covers("J-59");
}

// J-60: deep nesting is an error like any other, and the function goes on.
TEST(Large, J60DeepNestingIsAParseError) {
  Function& function = JavaRuntime::Add("rules.Types::objectEcho");
  EXPECT_EQ(Show(Invoke(function, std::string(100000, '[')).outcome), ParseError());
  EXPECT_EQ(Show(Invoke(function, "1").outcome), Ok("1"));
  Covers("J-60");
}

// ASCII text in units of `size` bytes.
std::string InUnits(std::string_view text, size_t size, bool big_endian, bool marked) {
  constexpr char16_t kMark = 0xFEFF;
  std::u16string units(text.begin(), text.end());
  if (marked) units.insert(units.begin(), kMark);
  std::string bytes;
  for (const char16_t unit : units) {
    for (size_t at = 0; at < size; ++at) {
      const size_t shift = 8 * (big_endian ? size - 1 - at : at);
      bytes.push_back(static_cast<char>(shift < 16 ? unit >> shift & 0xFF : 0));
    }
  }
  return bytes;
}

// The library reads UTF-16 and UTF-32, too. J-66: up to the end of the value, and nothing of the event before.
TEST(Encodings, J66WiderUnitsAreReadToTheirEndOnly) {
  Function& function = JavaRuntime::Add("rules.Types::objectEcho");
  Function& text = JavaRuntime::Add("rules.Types::text");
  for (const size_t size : {2u, 4u}) {
    for (const bool big_endian : {false, true}) {
      for (const bool marked : {false, true}) {
        const auto encoded = [&](std::string_view event) { return InUnits(event, size, big_endian, marked); };
        const auto shown = ::testing::Message() << size << " bytes, " << big_endian << marked;
        EXPECT_EQ(Show(Invoke(function, encoded("1234567")).outcome), Ok("1234567")) << shown;
        EXPECT_EQ(Show(Invoke(function, encoded("6")).outcome), Ok("6")) << shown;
        EXPECT_EQ(Show(Invoke(text, encoded("19")).outcome), Ok(R"("19")")) << shown;
        EXPECT_EQ(Show(Invoke(function, encoded(R"({"a":["b",null]})")).outcome), Ok(R"({"a":["b",null]})")) << shown;
        EXPECT_EQ(Show(Invoke(function, encoded("6 garbage")).outcome), Ok("6")) << shown;
        EXPECT_EQ(Show(Invoke(function, encoded("[6")).outcome), ParseError()) << shown;
      }
    }
  }
  Covers("J-66");
}

constexpr char kTypesS3Event[] =
    R"({"Records":[{"awsRegion":"r","eventName":"e","eventSource":"s","eventVersion":"2",)"
    R"("eventTime":"1970-01-01T00:00:00.000Z","s3":{"bucket":{"name":"n","arn":"a","ownerIdentity":)"
    R"({"principalId":"p"}},"object":{"key":"k","size":1,"eTag":"e","versionId":"v","sequencer":"s"},)"
    R"("s3SchemaVersion":"1","configurationId":"c"},"requestParameters":{"sourceIPAddress":"1"},)"
    R"("responseElements":{"x-amz-id-2":"a","x-amz-request-id":"b"},"userIdentity":{"principalId":"p"}}]})";

const Case kEventCases[] = {
    {"H-JAVA-51 H-JAVA-79", "events.Events::sqs", R"({"Records":[{"body":"b","eventSourceARN":"arn"}]})",
     Ok("\"b arn\"")},
    {"H-JAVA-78", "events.Events::sqsList", R"([{"Records":[{"body":"b"}]}])", Ok("\"null\"")},
    {"H-JAVA-79", "events.Events::sns", R"({"Records":[{"Sns":{"Message":"m"}}]})", Ok("\"m\"")},
    {"H-JAVA-80", "events.Events::dynamo", R"({"Records":[{"dynamodb":{"Keys":{"id":{"S":"k"}}}}]})", Ok("\"k\"")},
    {"H-JAVA-85", "events.Events::s3", kTypesS3Event, Ok(R"("n")")},
    {"H-JAVA-85", "events.Events::s3", kTypesS3Event, Ok(R"("n")")},  // each function with classes of its own
    {"H-JAVA-86", "events.Events::http", R"({"rawPath":"/p"})", Ok("\"/p\"")},
    {"H-JAVA-87", "events.Events::response", "1", Ok(R"({"statusCode":201,"body":"b"})")},
    {"H-JAVA-87", "events.Events::batch", "1", Ok(R"({"batchItemFailures":[{"itemIdentifier":"m1"}]})")},
};
class Events : public ::testing::TestWithParam<Case> {};
TEST_P(Events, AreConvertedAsTheRuleSays) {
  Check(GetParam(), "events");
  Covers(GetParam().rule);
}
INSTANTIATE_TEST_SUITE_P(Java, Events, ::testing::ValuesIn(kEventCases), CaseName);

// H-JAVA-81, H-JAVA-83, and a settled difference: an event class leaves the dates of other functions alone (H-JAVA-84).
TEST(EventDates, HJAVA84StayWithTheirFunction) {
  for (int i = 0; i < 2; ++i) {
    Function& function = JavaRuntime::Add("events.Events::scheduled", "events");
    const Outcome scheduled = Invoke(function, R"({"detail-type":"t","time":"2020-09-30T15:58:34Z"})").outcome;
    ASSERT_TRUE(scheduled.ok()) << Show(scheduled);
    EXPECT_NE(scheduled.payload().view().find("2020-09-30T15:58:34.000Z"), std::string::npos) << Show(scheduled);
    EXPECT_NE(scheduled.payload().view().find(R"("detail-type":"t")"), std::string::npos) << Show(scheduled);
  }
  EXPECT_EQ(Show(Invoke(JavaRuntime::Add("events.Events::plainDate", "events"), "1").outcome), Ok("1234567890123"));
  Covers("H-JAVA-81", "H-JAVA-83", "H-JAVA-84");
}

}  // namespace
}  // namespace tandem::test
