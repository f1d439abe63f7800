// What is written and read without messages' objects, against what protobuf writes and reads.
#include "proto/run_invocation.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "proto/utf8.h"
#include "tandem/v1/worker.pb.h"
#include "tests/proto/values.h"

namespace tandem::proto {
namespace {

struct Asked {
  CallId id;
  Invocation invocation;
};

std::vector<Asked> AllAsked() {
  std::vector<Asked> all = {{{}, MinimalInvocation()},
                            {{1}, FullInvocation()},
                            {{300, 15, 1}, FullInvocation()},
                            {{5, 0, 300}, FullInvocation()}};
  for (const std::int64_t at : {std::int64_t{0}, std::int64_t{127}, std::numeric_limits<std::int64_t>::max()}) {
    all.push_back({{7, 1}, FullInvocation()});
    all.back().invocation.deadline = At(at);
  }
  for (const std::size_t size : {1, 127, 128, 5000}) {
    all.push_back({{std::numeric_limits<std::uint64_t>::max() / 4, 2}, MinimalInvocation()});
    all.back().invocation.options.client_context = std::string(size, '\xFF');
    all.back().invocation.event = Event(std::string(size * 3, 'x'));
    all.back().invocation.event.content_type.clear();
    all.back().invocation.function.log_group_name = std::string(size, 'g');
  }
  return all;
}

std::string ByProtobuf(const Asked& asked) {
  v1::ToWorker message;
  message.mutable_invocation()->set_call(asked.id.call);
  message.mutable_invocation()->set_place(asked.id.place);
  message.mutable_invocation()->set_claim(asked.id.claim);
  *message.mutable_invocation()->mutable_invocation() = Must(ToMessage(asked.invocation, PayloadPlace::kBeside));
  return Must(Serialize(message));
}

// As a worker reads what ReadRunInvocation leaves to protobuf.
std::optional<RunRequest> ReadByProtobuf(std::string_view bytes, const Payload& beside) {
  const auto message = Parse<v1::ToWorker>(bytes);
  if (!message || !message->has_invocation()) return {};
  const v1::RunInvocation& run = message->invocation();
  auto invocation = FromMessage(run.invocation(), &beside);
  if (!invocation) return {};
  return RunRequest{{run.call(), run.place(), run.claim()}, std::move(*invocation)};
}

void ExpectSame(const RunRequest& got, const RunRequest& want) {
  EXPECT_EQ(got.id.call, want.id.call);
  EXPECT_EQ(got.id.place, want.id.place);
  EXPECT_EQ(got.id.claim, want.id.claim);
  ExpectEqual(got.invocation, want.invocation);
}

TEST(RunInvocationTest, IsWrittenAsProtobufWritesIt) {
  for (const Asked& asked : AllAsked()) {
    const auto written = WriteRunInvocation(asked.id, asked.invocation);
    ASSERT_TRUE(written.ok()) << written.status().message();
    EXPECT_EQ(written->bytes(), ByProtobuf(asked));
  }
}

TEST(RunInvocationTest, IsReadAsItWasWritten) {
  for (const Asked& asked : AllAsked()) {
    const auto read = ReadRunInvocation(ByProtobuf(asked), asked.invocation.event.payload);
    ASSERT_TRUE(read);
    ExpectSame(*read, {asked.id, asked.invocation});
  }
}

// What is read in spite of a change is what protobuf reads; all else is left to it.
TEST(RunInvocationTest, IsNeverReadOtherwiseThanByProtobuf) {
  std::size_t read_changed = 0;
  for (const Asked& asked : AllAsked()) {
    const std::string bytes = ByProtobuf(asked);
    const Payload& beside = asked.invocation.event.payload;
    const auto expect_same = [&](const std::string& changed) {
      const auto read = ReadRunInvocation(changed, beside);
      if (!read) return;
      ++read_changed;
      const auto wanted = ReadByProtobuf(changed, beside);
      ASSERT_TRUE(wanted) << testing::PrintToString(changed);
      ExpectSame(*read, *wanted);
    };
    const std::size_t looked_at = std::min<std::size_t>(bytes.size(), 700);
    for (std::size_t at = 0; at < looked_at; ++at) {
      for (const unsigned bits : {0x01U, 0x02U, 0x08U, 0x80U, 0xFFU}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ bits);
        expect_same(changed);
      }
      expect_same(bytes.substr(0, at));
      expect_same(bytes.substr(at));
      expect_same(bytes.substr(0, at) + bytes.substr(std::min(at + 1, bytes.size())));
      expect_same(bytes.substr(0, at) + bytes[at] + bytes.substr(at));
    }
    expect_same(bytes + bytes);
  }
  EXPECT_GT(read_changed, 1000U);  // texts that were changed, for one
}

TEST(RunInvocationTest, IsLeftToProtobufWhereThePayloadIsNotItsOwn) {
  const Asked asked = {{1}, FullInvocation()};
  EXPECT_FALSE(ReadRunInvocation(ByProtobuf(asked), Payload::Copy("another")));
  v1::ToWorker within;
  *within.mutable_invocation()->mutable_invocation() = Must(ToMessage(asked.invocation, PayloadPlace::kInline));
  EXPECT_FALSE(ReadRunInvocation(Must(Serialize(within)), asked.invocation.event.payload));
}

TEST(RunInvocationTest, RefusesWhatTheMessageCannotCarry) {
  const auto expect_refused = [](const Invocation& invocation) {
    const auto written = WriteRunInvocation({1}, invocation);
    ASSERT_FALSE(written.ok());
    EXPECT_EQ(written.status().message(), ToMessage(invocation, PayloadPlace::kBeside).status().message());
  };
  Invocation invocation = FullInvocation();
  invocation.function.name = "\xFF";
  expect_refused(invocation);
  invocation = FullInvocation();
  invocation.options.qualifier = "\xC0\x80";
  expect_refused(invocation);
  invocation = FullInvocation();
  invocation.event.content_type = "\xED\xA0\x80";
  expect_refused(invocation);
  invocation = FullInvocation();
  invocation.function.version.clear();
  expect_refused(invocation);
  invocation = FullInvocation();
  invocation.deadline = At(-1);
  expect_refused(invocation);
}

v1::FromWorker DoneMessage(std::uint64_t number, const Outcome& outcome) {
  v1::FromWorker message;
  message.mutable_done()->set_call(number);
  message.mutable_done()->set_place(static_cast<std::uint32_t>(number & 1U));
  message.mutable_done()->set_peak_resident_bytes(number);
  *message.mutable_done()->mutable_outcome() = ToMessage(outcome, PayloadPlace::kBeside);
  return message;
}

void ExpectIs(const DoneSuccess& got, const v1::FromWorker& message, const Payload& beside) {
  EXPECT_EQ(got.call, message.done().call());
  EXPECT_EQ(got.place, message.done().place());
  EXPECT_EQ(got.peak_resident_bytes, message.done().peak_resident_bytes());
  ExpectEqual(got.outcome, Must(FromMessage(message.done().outcome(), &beside)));
}

// Whatever a worker sends.
TEST(RunInvocationTest, ASuccessIsNeverReadOtherwiseThanByProtobuf) {
  const Payload payload = Payload::Copy(R"("done")");
  std::size_t read_changed = 0;
  for (const std::string& type : {std::string(), std::string("text/plain")}) {
    for (const auto disposition : {Disposition::kKeep, Disposition::kRecycle}) {
      const std::string bytes = Must(Serialize(DoneMessage(12345, Outcome::Success(payload, type, disposition))));
      const auto expect_same = [&](const std::string& changed) {
        const auto read = ReadSuccess(changed, payload);
        if (!read) return;
        ++read_changed;
        v1::FromWorker message;
        ASSERT_TRUE(message.ParseFromString(changed)) << testing::PrintToString(changed);
        ExpectIs(*read, message, payload);
      };
      ASSERT_TRUE(ReadSuccess(bytes, payload));
      expect_same(bytes);
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (unsigned bits = 1; bits < 256; ++bits) {
          std::string changed = bytes;
          changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ bits);
          expect_same(changed);
        }
        expect_same(bytes.substr(0, at));
        expect_same(bytes.substr(0, at) + bytes.substr(at + 1));
        expect_same(bytes.substr(0, at) + bytes[at] + bytes.substr(at));
      }
      expect_same(bytes + bytes);
    }
  }
  EXPECT_GT(read_changed, 1000U);
}

TEST(RunInvocationTest, WhatIsNoSuccessIsLeftToProtobuf) {
  const Payload payload = Payload::Copy("body");
  const auto bytes_of = [](const Outcome& outcome) { return Must(Serialize(DoneMessage(1, outcome))); };
  EXPECT_FALSE(ReadSuccess(bytes_of(Outcome::Error({}, payload)), payload));
  EXPECT_FALSE(ReadSuccess(bytes_of(Outcome::Fault(Status(Code::kInternal, "why"))), payload));
  EXPECT_FALSE(ReadSuccess(bytes_of(Outcome::Success(payload)), Payload::Copy("another")));
}

TEST(RunInvocationTest, ASuccessIsWrittenAsProtobufWritesIt) {
  const Payload payload = Payload::Copy(R"("done")");
  for (const auto disposition : {Disposition::kKeep, Disposition::kRecycle}) {
    for (const std::string& type : {std::string(), std::string("text/plain"), std::string("\xFFtext")}) {
      for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40U}) {
        const Outcome outcome = Outcome::Success(payload, type, disposition);
        EXPECT_EQ(WriteSuccess(number, static_cast<std::uint32_t>(number & 1U), number, outcome).bytes(),
                  Must(Serialize(DoneMessage(number, outcome))));
      }
    }
  }
}

TEST(Utf8Test, IsFoundBehindAnyNumberOfPlainBytes) {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string plain(before, 'a');
    const auto between = [&plain](std::string_view middle) { return std::string(plain).append(middle).append(plain); };
    EXPECT_TRUE(IsUtf8(plain));
    EXPECT_TRUE(IsUtf8(between("\xC3\xBC")));
    EXPECT_FALSE(IsUtf8(between("\xC3")));
    EXPECT_FALSE(IsUtf8(between("\xFF")));
    EXPECT_EQ(ToUtf8(between("\xFF")), between("\xEF\xBF\xBD"));
  }
}

}  // namespace
}  // namespace tandem::proto
