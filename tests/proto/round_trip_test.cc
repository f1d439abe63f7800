// Every enumerator and boundary value there and back, and what becomes of members that this version does not know.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "proto/stack_frames.h"
#include "proto/utf8.h"
#include "tests/proto/values.h"

namespace tandem::proto {
namespace {

Invocation ThereAndBack(const Invocation& invocation) {
  const std::string bytes = Must(Serialize(Must(ToMessage(invocation, PayloadPlace::kInline))));
  return Must(FromMessage(Must(Parse<v1::Invocation>(bytes))));
}

Outcome ThereAndBack(const Outcome& outcome) {
  const std::string bytes = Must(Serialize(ToMessage(outcome, PayloadPlace::kInline)));
  return Must(FromMessage(Must(Parse<v1::Outcome>(bytes))));
}

// A length-delimited field 2047, which no message has, in wire format.
constexpr char kUnknownField[] =
    "\xFA\x7F\x05"
    "newer";

TEST(RoundTripTest, EveryTypeAndLogType_I01_I02_I03_I07) {
  for (const auto type : {InvocationType::kRequestResponse, InvocationType::kEvent, InvocationType::kDryRun}) {
    for (const auto log_type : {LogType::kNone, LogType::kTail}) {
      Invocation invocation = FullInvocation();
      invocation.options.type = type;
      invocation.options.log_type = log_type;
      ExpectEqual(ThereAndBack(invocation), invocation);
    }
  }
}

TEST(RoundTripTest, EveryByteOfAPayload_J56) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  Invocation invocation = MinimalInvocation();
  for (const std::string& payload : {std::string(), bytes, std::string(1 << 20, '\0')}) {
    invocation.event = Event(payload);
    ExpectEqual(ThereAndBack(invocation), invocation);
    ExpectEqual(ThereAndBack(Outcome::Success(invocation.event.payload)), Outcome::Success(invocation.event.payload));
  }
}

TEST(RoundTripTest, EveryRequestIdLength_C26) {
  for (std::size_t size = 1; size <= RequestId::kMaxSize; ++size) {
    Invocation invocation = MinimalInvocation();
    invocation.options.request_id = RequestId(std::string(size, 'i'));
    ExpectEqual(ThereAndBack(invocation), invocation);
  }
}

// C-05: a deadline in the past is a deadline; none is none.
TEST(RoundTripTest, Deadlines_C05) {
  Invocation invocation = MinimalInvocation();
  for (const std::int64_t at : {std::int64_t{0}, std::int64_t{1}, std::numeric_limits<std::int64_t>::max()}) {
    invocation.deadline = At(at);
    ExpectEqual(ThereAndBack(invocation), invocation);
  }
  invocation.deadline.reset();
  ExpectEqual(ThereAndBack(invocation), invocation);
}

TEST(RoundTripTest, EveryErrorDispositionAndExitStatus_E25_E40_HJAVA10) {
  FunctionError error;
  error.type = "E";
  for (const auto disposition : {Disposition::kKeep, Disposition::kRecycle, Disposition::kSticky}) {
    error.disposition = disposition;
    ExpectEqual(ThereAndBack(Outcome::Error(error)), Outcome::Error(error));
  }
  error.disposition = Disposition::kExited;
  for (const int status : {-64, -9, -1, 0, 1, 127, 255}) {
    error.exit_status = status;
    ExpectEqual(ThereAndBack(Outcome::Error(error)), Outcome::Error(error));
  }
}

// An error without parts (H-JAVA-11, E-28) and one with many.
TEST(RoundTripTest, ErrorParts_E26_E28) {
  FunctionError error;
  ExpectEqual(ThereAndBack(Outcome::Error(error)), Outcome::Error(error));
  error.message = std::string(70000, 'm');
  error.stack_trace.assign(1024, "frame \xE2\x86\x92 \xF0\x9F\x98\x80");
  error.stack_trace.emplace_back();
  ExpectEqual(ThereAndBack(Outcome::Error(error)), Outcome::Error(error));
  error.stack_trace.resize(kMostStackFrames);
  ExpectEqual(ThereAndBack(Outcome::Error(error)), Outcome::Error(error));
  error.stack_trace.emplace_back();
  EXPECT_EQ(ThereAndBack(Outcome::Error(error)).error().stack_trace.size(), kMostStackFrames);
}

TEST(RoundTripTest, EveryFaultCode) {
  for (const auto code : {Code::kInvalidArgument, Code::kNotFound, Code::kUnavailable, Code::kInternal}) {
    const Outcome fault = Outcome::Fault(Status(code, "because"));
    ExpectEqual(ThereAndBack(fault), fault);
  }
}

// A fault without a reason is still a fault.
TEST(RoundTripTest, AFaultThatSaysOkIsInternal) {
  EXPECT_EQ(ThereAndBack(Outcome::Fault(Status())).fault().code(), Code::kInternal);
}

TEST(RoundTripTest, OutcomesAreToldWhateverIsInThem) {
  FunctionError error;
  error.type = "T\xFF";
  error.message = "lone \xED\xA0\x80 surrogate, cut \xE2\x82";
  error.stack_trace = {"\x80"};
  error.disposition = Disposition::kExited;
  error.exit_status = 256 + 3;
  const std::string body = "{\"errorMessage\":\"\xFF\"}";
  const Outcome got = ThereAndBack(Outcome::Error(error, Payload::Copy(body)));
  ASSERT_EQ(got.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(got.error().type, "T\xEF\xBF\xBD");
  EXPECT_EQ(got.error().message, "lone \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD surrogate, cut \xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(got.error().stack_trace, std::vector<std::string>{"\xEF\xBF\xBD"});
  EXPECT_EQ(got.error().exit_status, 3);
  EXPECT_EQ(got.payload().view(), body);

  error.exit_status = -65;
  EXPECT_EQ(ThereAndBack(Outcome::Error(error)).error().exit_status, 191);
  const Outcome sticky = Outcome::Success(Payload(), "text/\xFF", Disposition::kSticky);
  EXPECT_EQ(ThereAndBack(sticky).disposition(), Disposition::kRecycle);
  EXPECT_EQ(ThereAndBack(sticky).content_type(), "text/\xEF\xBF\xBD");
}

TEST(RoundTripTest, AFunctionsConfig_C28_C29_C30) {
  FunctionConfig config;
  config.name = "hello";
  config.version = "2";
  config.arn = "arn:aws:lambda:us-east-1:012345678912:function:hello";
  config.log_group_name = "/aws/lambda/hello";
  config.memory_size_mb = 1769;
  for (const std::string qualifier : {"", "2", "live", "$LATEST"}) {
    Invocation invocation = MinimalInvocation();
    invocation.options.qualifier = qualifier;
    invocation.function = FunctionContextOf(config, "stream", qualifier);
    EXPECT_EQ(invocation.function.invoked_arn, qualifier.empty() ? config.arn : config.arn + ":" + qualifier);
    EXPECT_EQ(invocation.function.log_stream_name, "stream");
    const FunctionConfig got = Must(FunctionConfigOf(ThereAndBack(invocation)));
    EXPECT_EQ(got.name, config.name);
    EXPECT_EQ(got.version, config.version);
    EXPECT_EQ(got.arn, config.arn);
    EXPECT_EQ(got.log_group_name, config.log_group_name);
    EXPECT_EQ(got.memory_size_mb, config.memory_size_mb);
  }
}

TEST(RoundTripTest, UnknownMembersAreIgnoredHereAndPassedOn) {
  const std::string known = Must(Serialize(Must(ToMessage(FullInvocation(), PayloadPlace::kInline))));
  const auto message = Must(Parse<v1::Invocation>(known + kUnknownField));
  ExpectEqual(Must(FromMessage(message)), FullInvocation());
  EXPECT_EQ(Must(Serialize(message)), known + kUnknownField);

  const std::string outcome = Must(Serialize(ToMessage(Outcome::Success(Payload()), PayloadPlace::kInline)));
  const auto newer = Must(Parse<v1::Outcome>(outcome + kUnknownField));
  ExpectEqual(Must(FromMessage(newer)), Outcome::Success(Payload()));
  EXPECT_EQ(Must(Serialize(newer)), outcome + kUnknownField);
}

TEST(Utf8Test, WellFormedTextOnly) {
  for (const std::string_view text : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                      "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << testing::PrintToString(text);
    EXPECT_EQ(ToUtf8(text), text);
  }
  EXPECT_TRUE(IsUtf8(std::string_view("\0", 1)));
  for (const std::string_view text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE2\x82",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(text)) << testing::PrintToString(text);
    EXPECT_TRUE(IsUtf8(ToUtf8(text))) << testing::PrintToString(text);
    EXPECT_NE(ToUtf8(text).find("\xEF\xBF\xBD"), std::string::npos);
  }
  EXPECT_EQ(ToUtf8("a\xFF"
                   "b\xC2"
                   "c"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c");
}

}  // namespace
}  // namespace tandem::proto
