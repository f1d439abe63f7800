// The committed bytes: what we write equals them, what we read from them are the values they were made of.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/proto/values.h"

namespace tandem::proto {
namespace {

std::string Golden(const std::string& name) {
  const std::string path = std::string(TANDEM_TEST_GOLDEN) + "/" + name + ".pb";
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_FALSE(bytes.empty()) << path;
  return bytes;
}

template <typename Message>
Message GoldenMessage(const std::string& name) {
  return Must(Parse<Message>(Golden(name)));
}

void ExpectGolden(const std::string& name, const Outcome& outcome, PayloadPlace place = PayloadPlace::kInline) {
  SCOPED_TRACE(name);
  EXPECT_EQ(Must(Serialize(ToMessage(outcome, place))), Golden(name));
  const bool beside = place == PayloadPlace::kBeside;
  const Payload& payload = outcome.payload();
  const auto got = FromMessage(GoldenMessage<v1::Outcome>(name), beside ? &payload : nullptr);
  ExpectEqual(Must(got), outcome);
}

void ExpectGolden(const std::string& name, const Event& event) {
  SCOPED_TRACE(name);
  EXPECT_EQ(Must(Serialize(Must(ToMessage(event, PayloadPlace::kInline)))), Golden(name));
  const Event got = Must(FromMessage(GoldenMessage<v1::Event>(name)));
  EXPECT_EQ(got.payload.view(), event.payload.view());
  EXPECT_EQ(got.content_type, event.content_type);
}

// J-56: the payload's bytes, J-33: its content type.
TEST(GoldenTest, Events_J33_J56) {
  ExpectGolden("event_json", Event(R"({"first_name": "Ada", "last_name": "L"})"));
  Event bytes(std::string_view("\x00\x01\x7F\x80\xFE\xFF", 6));
  bytes.content_type = "application/octet-stream";
  ExpectGolden("event_bytes", bytes);
  Event empty;
  empty.content_type = "text/plain; charset=utf-8";
  ExpectGolden("event_empty", empty);
}

TEST(GoldenTest, ContextAtItsBounds) {
  Invocation invocation;
  invocation.options.request_id = RequestId("123456789-123456789-123456789-123456789-123456789-123456789-123");
  ASSERT_EQ(invocation.options.request_id.view().size(), RequestId::kMaxSize);
  invocation.options.client_context = "\xFF not UTF-8, and passed on all the same";
  invocation.options.tenant_id = std::string(1, '\0');
  invocation.function.name = "f";
  invocation.function.version = "2147483647";
  invocation.function.memory_size_mb = 2147483647;
  invocation.deadline = At(9223372036854775807);
  const auto message = Must(ToMessage(invocation.options, invocation.function, invocation.deadline));
  EXPECT_EQ(Must(Serialize(message)), Golden("context_bounds"));

  v1::Invocation whole = Must(ToMessage(invocation, PayloadPlace::kInline));
  *whole.mutable_context() = GoldenMessage<v1::Context>("context_bounds");
  ExpectEqual(Must(FromMessage(whole)), invocation);
}

// I-01, I-02, C-02, C-12, C-14, C-26, C-28, C-29, C-30: each value has its member.
TEST(GoldenTest, Invocations_I01_I02_C02_C26) {
  for (const auto& [name, invocation] :
       {std::pair{"invocation_minimal", MinimalInvocation()}, std::pair{"invocation_full", FullInvocation()}}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(Must(Serialize(Must(ToMessage(invocation, PayloadPlace::kInline)))), Golden(name));
    ExpectEqual(Must(FromMessage(GoldenMessage<v1::Invocation>(name))), invocation);
  }
}

// I-03.
TEST(GoldenTest, AnInvocationWhosePayloadTravelsBeside_I03) {
  Invocation invocation = MinimalInvocation();
  invocation.event = Event(std::string(6291456, 'x'));
  invocation.options.type = InvocationType::kDryRun;
  invocation.options.request_id = RequestId("big");
  invocation.function.invoked_arn = "arn:aws:lambda:us-east-1:012345678912:function:hello";
  invocation.function.memory_size_mb = 128;
  invocation.deadline = At(0);
  EXPECT_EQ(Must(Serialize(Must(ToMessage(invocation, PayloadPlace::kBeside)))), Golden("invocation_beside"));

  const Payload beside = invocation.event.payload;
  const Invocation got = Must(FromMessage(GoldenMessage<v1::Invocation>("invocation_beside"), &beside));
  ExpectEqual(got, invocation);
  EXPECT_EQ(got.event.payload.data(), beside.data()) << "the bytes are shared, not copied";
}

TEST(GoldenTest, Successes) {
  ExpectGolden("outcome_success", Outcome::Success(Payload::Copy(R"({"message": "Hello Ada L"})")));
  ExpectGolden("outcome_success_empty", Outcome::Success(Payload()));
  ExpectGolden(
      "outcome_success_beside",
      Outcome::Success(Payload::Copy(std::string(65536, 'y')), "application/octet-stream", Disposition::kRecycle),
      PayloadPlace::kBeside);
}

// E-05, E-08: a Python error; E-04: its body, byte for byte.
TEST(GoldenTest, AFunctionError_E04_E05_E08) {
  FunctionError error;
  error.type = "KeyError";
  error.message = "'first_name'";
  error.stack_trace = {"  File \"/task/hello_python.py\", line 4, in my_handler\n    event['first_name'],\n"};
  ExpectGolden(
      "outcome_error",
      Outcome::Error(
          error,
          Payload::Copy(
              R"({"errorMessage": "'first_name'", "errorType": "KeyError", "requestId": "r", "stackTrace": []})")));
}

// E-25, E-26.
TEST(GoldenTest, AFunctionErrorThatRecycles_E24_E25) {
  FunctionError error;
  error.type = "java.lang.StackOverflowError";
  error.message = error.type;
  error.reported_type = "Runtime.UserException";
  error.stack_trace = {"example.Deep.down(Deep.java:5)", "example.Deep.down(Deep.java:5)"};
  error.disposition = Disposition::kRecycle;
  ExpectGolden("outcome_error_recycle",
               Outcome::Error(error, Payload::Copy(R"({"errorMessage":"java.lang.StackOverflowError"})")));
}

// E-40, E-42.
TEST(GoldenTest, AProcessThatWasKilled_E40_E42) {
  FunctionError error;
  error.type = "Runtime.ExitError";
  error.message = "RequestId: r Error: Runtime exited with error: signal: killed";
  error.reported_type = error.type;
  error.disposition = Disposition::kExited;
  error.exit_status = -9;
  ExpectGolden("outcome_error_exited",
               Outcome::Error(error, Payload::Copy(R"({"errorType":"Runtime.ExitError","errorMessage":")" +
                                                   error.message + R"("})")));
}

// H-JAVA-06, H-JAVA-10.
TEST(GoldenTest, ABadFunction_HJAVA10) {
  FunctionError error;
  error.type = "java.lang.ClassNotFoundException";
  error.message = "Class not found: example.Hello.myHandler";
  error.reported_type = "Runtime.BadFunctionCode";
  error.disposition = Disposition::kSticky;
  const std::string body =
      R"({"errorMessage":"Class not found: example.Hello.myHandler","errorType":"java.lang.ClassNotFoundException"})";
  ExpectGolden("outcome_error_sticky", Outcome::Error(error, Payload::Copy(body)), PayloadPlace::kBeside);
}

TEST(GoldenTest, AFault) {
  ExpectGolden("outcome_fault",
               Outcome::Fault(Status(Code::kUnavailable, "function hello: no JDK on this machine serves java17")));
}

}  // namespace
}  // namespace tandem::proto
