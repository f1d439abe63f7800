// What a message's contract forbids is refused, with the member's name.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "proto/stack_frames.h"
#include "tandem/v1/worker.pb.h"
#include "tests/proto/values.h"

namespace tandem::proto {
namespace {

constexpr std::string_view kNotUtf8 = "\xFF";

v1::Invocation FullMessage() {
  return Must(ToMessage(FullInvocation(), PayloadPlace::kInline));
}

v1::Outcome ErrorMessage() {
  FunctionError error;
  error.type = "E";
  return ToMessage(Outcome::Error(error), PayloadPlace::kInline);
}

template <typename T>
void ExpectRefused(const Result<T>& result, const std::string& member) {
  ASSERT_FALSE(result.ok()) << member;
  EXPECT_EQ(result.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(result.status().message().substr(0, member.size() + 2), member + ": ") << result.status().message();
}

// Each breaks one thing of a valid message; the member is named.
template <typename Message>
struct Breakage {
  std::string member;
  std::function<void(Message&)> apply;
};

TEST(ContractTest, InvocationsWithAMissingOrWrongMember) {
  using v1::Invocation;
  const std::vector<Breakage<Invocation>> breakages = {
      {"Invocation.type", [](Invocation& m) { m.clear_type(); }},
      {"Invocation.type", [](Invocation& m) { m.set_type(static_cast<v1::InvocationType>(4)); }},
      {"Invocation.type", [](Invocation& m) { m.set_type(static_cast<v1::InvocationType>(-1)); }},
      {"Invocation.log_type", [](Invocation& m) { m.clear_log_type(); }},
      {"Invocation.log_type", [](Invocation& m) { m.set_log_type(static_cast<v1::LogType>(3)); }},
      {"Invocation.event", [](Invocation& m) { m.clear_event(); }},
      {"Event.payload", [](Invocation& m) { m.mutable_event()->clear_payload(); }},
      {"Event.payload", [](Invocation& m) { m.mutable_event()->mutable_payload()->clear_place(); }},
      {"Event.payload", [](Invocation& m) { m.mutable_event()->mutable_payload()->set_beside_size(1); }},
      {"Invocation.context", [](Invocation& m) { m.clear_context(); }},
      {"Context.request_id", [](Invocation& m) { m.mutable_context()->clear_request_id(); }},
      {"Context.request_id", [](Invocation& m) { m.mutable_context()->set_request_id(std::string(64, 'i')); }},
      {"Context.function_name", [](Invocation& m) { m.mutable_context()->clear_function_name(); }},
      {"Context.function_version", [](Invocation& m) { m.mutable_context()->clear_function_version(); }},
      {"Context.memory_limit_mb", [](Invocation& m) { m.mutable_context()->set_memory_limit_mb(-1); }},
      {"Context.deadline_ms", [](Invocation& m) { m.mutable_context()->set_deadline_ms(-1); }},
  };
  ASSERT_TRUE(FromMessage(FullMessage()).ok());
  for (const auto& breakage : breakages) {
    Invocation message = FullMessage();
    breakage.apply(message);
    // Through its bytes, as a peer would send it.
    ExpectRefused(FromMessage(Must(Parse<Invocation>(Must(Serialize(message))))), breakage.member);
  }
}

TEST(ContractTest, OutcomesWithAMissingOrWrongMember) {
  using v1::Outcome;
  const auto error = [](Outcome& m) { return m.mutable_function_error(); };
  const std::vector<Breakage<Outcome>> breakages = {
      {"Outcome.result", [](Outcome& m) { m.clear_result(); }},
      {"Success.disposition", [](Outcome& m) { m.mutable_success()->mutable_payload()->set_inline_bytes(""); }},
      {"Success.disposition", [](Outcome& m) { m.mutable_success()->set_disposition(v1::DISPOSITION_EXITED); }},
      {"Success.disposition", [](Outcome& m) { m.mutable_success()->set_disposition(v1::DISPOSITION_STICKY); }},
      {"Success.payload", [](Outcome& m) { m.mutable_success()->set_disposition(v1::DISPOSITION_KEEP); }},
      {"FunctionError.disposition", [=](Outcome& m) { error(m)->clear_disposition(); }},
      {"FunctionError.disposition", [=](Outcome& m) { error(m)->set_disposition(static_cast<v1::Disposition>(5)); }},
      {"FunctionError.exit_status", [=](Outcome& m) { error(m)->set_exit_status(1); }},
      {"FunctionError.exit_status",
       [=](Outcome& m) {
         error(m)->set_disposition(v1::DISPOSITION_EXITED);
         error(m)->set_exit_status(256);
       }},
      {"FunctionError.exit_status",
       [=](Outcome& m) {
         error(m)->set_disposition(v1::DISPOSITION_EXITED);
         error(m)->set_exit_status(-65);
       }},
      {"FunctionError.stack_trace",
       [=](Outcome& m) {
         for (std::size_t i = 0; i <= kMostStackFrames; ++i) error(m)->add_stack_trace("");
       }},
      {"FunctionError.body", [=](Outcome& m) { error(m)->clear_body(); }},
      {"FunctionError.body", [=](Outcome& m) { error(m)->mutable_body()->set_inline_bytes(""); }},
      {"Fault.code", [](Outcome& m) { m.mutable_fault()->set_message("x"); }},
      {"Fault.code", [](Outcome& m) { m.mutable_fault()->set_code(static_cast<v1::FaultCode>(5)); }},
  };
  ASSERT_TRUE(FromMessage(ErrorMessage()).ok());
  for (const auto& breakage : breakages) {
    Outcome message = ErrorMessage();
    breakage.apply(message);
    ExpectRefused(FromMessage(Must(Parse<Outcome>(Must(Serialize(message))))), breakage.member);
  }
}

std::string WithFrames(std::size_t count, v1::Outcome& (*outcome_of)(v1::FromWorker&)) {
  v1::FromWorker message;
  v1::FunctionError& error = *outcome_of(message).mutable_function_error();
  for (std::size_t i = 0; i < count; ++i) error.add_stack_trace("");
  return message.SerializeAsString();
}

TEST(ContractTest, TooManyFramesAreNotParsed) {
  const auto opened = [](v1::FromWorker& m) -> v1::Outcome& { return *m.mutable_opened()->mutable_failure(); };
  const auto done = [](v1::FromWorker& m) -> v1::Outcome& { return *m.mutable_done()->mutable_outcome(); };
  for (v1::Outcome& (*outcome_of)(v1::FromWorker&) : {+opened, +done}) {
    EXPECT_TRUE(MayBeParsed(WithFrames(kMostStackFrames, outcome_of)));
    EXPECT_FALSE(MayBeParsed(WithFrames(kMostStackFrames + 1, outcome_of)));
    // What is there twice is merged.
    EXPECT_TRUE(
        MayBeParsed(WithFrames(kMostStackFrames / 2, outcome_of) + WithFrames(kMostStackFrames / 2, outcome_of)));
    EXPECT_FALSE(
        MayBeParsed(WithFrames(kMostStackFrames / 2, outcome_of) + WithFrames(kMostStackFrames / 2 + 1, outcome_of)));
  }
}

TEST(ContractTest, WhatIsLargeAndHasFewFramesIsParsed) {
  const std::string large(3 * kMostStackFrames, '\x22');  // a frame's tag, in a text
  v1::FromWorker message;
  message.mutable_log()->set_text(large);
  message.mutable_log()->set_time_us(-1);
  EXPECT_TRUE(MayBeParsed(message.SerializeAsString()));
  message.mutable_opened()->set_forkable(true);
  message.mutable_opened()->mutable_failure()->mutable_function_error()->set_message(large);
  const std::string error = message.SerializeAsString();
  EXPECT_TRUE(MayBeParsed(error));
  // Members that are not known, of each type that proto3 has.
  EXPECT_TRUE(MayBeParsed(error + "\xF8\x01\x05" +
                          "\xF9\x01"
                          "12345678" +
                          "\xFA\x01\x01x" +
                          "\xFD\x01"
                          "1234"));
  EXPECT_FALSE(MayBeParsed(error + "\xFB\x01\xFC\x01")) << "a group";
  for (const std::size_t left : {std::size_t{1}, large.size() / 2, error.size() - 1}) {
    EXPECT_FALSE(MayBeParsed(error.substr(0, std::max(left, 2 * kMostStackFrames + 1)))) << "a cut one";
  }
}

TEST(ContractTest, PayloadsBesideAreExactlyThePromisedOnes) {
  const Invocation invocation = MinimalInvocation();
  const Payload payload = invocation.event.payload;
  const auto beside = Must(ToMessage(invocation, PayloadPlace::kBeside));
  EXPECT_TRUE(FromMessage(beside, &payload).ok());
  const Payload shorter = Payload::Copy("12");
  ExpectRefused(FromMessage(beside, &shorter), "Event.payload");
  const Payload nothing;
  ExpectRefused(FromMessage(beside, &nothing), "Event.payload");
  ExpectRefused(FromMessage(beside), "Event.payload");
  ExpectRefused(FromMessage(Must(ToMessage(invocation, PayloadPlace::kInline)), &payload), "Event.payload");
  ExpectRefused(FromMessage(ToMessage(Outcome::Fault(Status(Code::kInternal, "x")), PayloadPlace::kBeside), &payload),
                "Outcome.fault");
  const Payload none;
  const auto fault = FromMessage(ToMessage(Outcome::Fault(Status(Code::kInternal, "x")), PayloadPlace::kBeside), &none);
  EXPECT_EQ(Must(fault).fault().message(), "x");
}

TEST(ContractTest, WhatAMessageCannotCarryIsNotSent) {
  const auto invalid = static_cast<InvocationType>(9);
  const std::vector<Breakage<Invocation>> breakages = {
      {"Invocation.type", [=](Invocation& i) { i.options.type = invalid; }},
      {"Invocation.log_type", [](Invocation& i) { i.options.log_type = static_cast<LogType>(9); }},
      {"Invocation.qualifier", [](Invocation& i) { i.options.qualifier = kNotUtf8; }},
      {"Event.content_type", [](Invocation& i) { i.event.content_type = kNotUtf8; }},
      {"Context.request_id", [](Invocation& i) { i.options.request_id = RequestId(); }},
      {"Context.request_id", [](Invocation& i) { i.options.request_id = RequestId(kNotUtf8); }},
      {"Context.function_name", [](Invocation& i) { i.function.name = kNotUtf8; }},
      {"Context.function_name", [](Invocation& i) { i.function.name.clear(); }},
      {"Context.function_version", [](Invocation& i) { i.function.version = kNotUtf8; }},
      {"Context.invoked_function_arn", [](Invocation& i) { i.function.invoked_arn = kNotUtf8; }},
      {"Context.log_group_name", [](Invocation& i) { i.function.log_group_name = kNotUtf8; }},
      {"Context.log_stream_name", [](Invocation& i) { i.function.log_stream_name = kNotUtf8; }},
      {"Context.memory_limit_mb", [](Invocation& i) { i.function.memory_size_mb = -1; }},
      {"Context.deadline_ms", [](Invocation& i) { i.deadline = At(-1); }},
  };
  for (const auto& breakage : breakages) {
    Invocation invocation = FullInvocation();
    breakage.apply(invocation);
    ExpectRefused(ToMessage(invocation, PayloadPlace::kInline), breakage.member);
  }
}

// C-28.
TEST(ContractTest, AnArnThatIsNotTheQualifiersOwn_C28) {
  Invocation invocation = FullInvocation();
  invocation.options.qualifier = "other";
  ExpectRefused(FunctionConfigOf(invocation), "Context.invoked_function_arn");
}

TEST(ContractTest, BytesThatAreNoMessage) {
  // Field 1 with a wrong wire type is an unknown field; a cut varint, a length beyond the end and a group's end are
  // not.
  for (const std::string_view bytes : {"\x08", "\x1A\x7Fx", "\x0C", "\xFF\xFF\xFF\xFF\xFF"}) {
    const auto message = Parse<v1::Invocation>(bytes);
    ASSERT_FALSE(message.ok());
    EXPECT_EQ(message.status().message(), "these bytes are no tandem.v1.Invocation message");
  }
}

// A message cut anywhere is refused or decoded, and never read beyond its end (the sanitizers watch).
TEST(ContractTest, EveryCutIsHandled) {
  const std::string bytes = Must(Serialize(FullMessage()));
  std::size_t refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto message = Parse<v1::Invocation>(std::string_view(cut.data(), cut.size()));
    if (!message.ok() || !FromMessage(*message).ok()) ++refused;
  }
  // Only the members behind the context, qualifier and streaming, may be missing: cut before either, it is complete.
  EXPECT_EQ(refused, bytes.size() - 2);
}

// String fields are UTF-8 (proto3), so a peer that sends other bytes there is refused.
TEST(ContractTest, StringsAreUtf8) {
  std::string bytes = Must(Serialize(FullMessage()));
  const std::size_t at = bytes.find("live", bytes.size() - 10);
  ASSERT_NE(at, std::string::npos);
  bytes[at] = '\xFF';
  testing::internal::CaptureStderr();
  EXPECT_FALSE(Parse<v1::Invocation>(bytes).ok());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "only the top layer logs";
}

}  // namespace
}  // namespace tandem::proto
