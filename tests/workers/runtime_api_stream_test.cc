// Bodies of the Runtime API: sizes, chunks, streams and their trailers.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "workers/runtime_api_client.h"

namespace tandem {
namespace {

using test::Bytes;
using test::HttpReply;
using test::RawClient;
using test::RuntimeApi;
using test::RuntimeApiInvocation;
using test::RuntimeApiResult;
using test::Served;
using Kind = RuntimeApiResult::Kind;

constexpr const char* kTooLarge =
    "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\",\"errorType\":"
    "\"RequestEntityTooLarge\"}\n";
constexpr const char* kTruncated =
    "{\"errorMessage\":\"HTTP request detected as truncated\",\"errorType\":\"TruncatedHTTPRequest\"}\n";

std::string PostHead(const std::string& what, std::string_view fields) {
  return "POST /2018-06-01/runtime/invocation/id-1/" + what + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(fields) +
         "\r\n";
}

constexpr std::string_view kStreaming =
    "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\nContent-Type: text/x\r\n";

std::string Chunk(std::string_view bytes) {
  std::array<char, 32> size{};
  snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return size.data() + std::string(bytes) + "\r\n";
}

// An invocation whose chunks are kept.
class Streaming {
 public:
  explicit Streaming(Served& served, std::function<bool(std::string_view)> also = {}) {
    RuntimeApiInvocation invocation;
    invocation.request_id = "id-1";
    invocation.chunk_receiver = [this, also = std::move(also)](std::string_view chunk) {
      received_ += chunk;
      ++count_;
      return also ? also(chunk) : true;
    };
    result_ = served.Invoke(std::move(invocation));
  }

  RuntimeApiResult Get() { return result_.get(); }
  const std::string& received() const { return received_; }
  int count() const { return count_; }

 private:
  std::string received_;
  int count_ = 0;
  std::future<RuntimeApiResult> result_;
};

TEST(RuntimeApiBody, R12OneByteMoreThanTheLimitIsRefused_J53) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  const HttpReply reply = runtime.Respond("id-1", std::string(RuntimeApi::kLargestBody + 1, 'x'));
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(reply.body, kTooLarge);
  const RuntimeApiResult answer = result.get();
  ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(Bytes(answer),
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum )"
            R"(allowed payload size (6291556 bytes)."})");
  EXPECT_EQ(answer.outcome.error().type, "Function.ResponseSizeTooLarge");
  auto next = served.Invoke("id-2");
  EXPECT_EQ(runtime.Next().status, 200) << "the runtime goes on, on the same connection";
  runtime.Respond("id-2", "2");
  EXPECT_EQ(Bytes(next.get()), "2");
}

TEST(RuntimeApiBody, R12TheLimitItselfIsAccepted) {
  Served served;
  auto result = served.Invoke("id-1", std::string(RuntimeApi::kLargestBody, 'i'));
  RawClient runtime = served.Connect();
  EXPECT_EQ(runtime.Next().body.size(), RuntimeApi::kLargestBody);
  const std::string body(RuntimeApi::kLargestBody, 'x');
  EXPECT_EQ(runtime.Respond("id-1", body).status, 202);
  EXPECT_EQ(Bytes(result.get()), body);
}

TEST(RuntimeApiBody, R12ChunksCountAsWell) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 7; ++i) runtime.Send(Chunk(std::string(1 << 20, 'x')));
  EXPECT_EQ(result.get().outcome.error().type, "Function.ResponseSizeTooLarge") << "before the end has come";
  runtime.Send("0\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 413);
}

TEST(RuntimeApiBody, R12AnErrorIsBoundedToo) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  EXPECT_EQ(runtime.Report("id-1", std::string(RuntimeApi::kLargestBody + 1, 'x')).status, 413);
  EXPECT_EQ(result.get().outcome.error().type, "Function.ResponseSizeTooLarge");
}

TEST(RuntimeApiBody, R13LessThanAnnouncedIsTruncated) {
  for (const char* what : {"response", "error"}) {
    Served served;
    auto result = served.Invoke("id-1");
    RawClient runtime = served.Connect();
    runtime.Next();
    runtime.Send(PostHead(what, "Content-Length: 10\r\n") + "12345");
    runtime.EndSending();
    const HttpReply reply = runtime.Read();
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.body, kTruncated);
    const RuntimeApiResult answer = result.get();
    ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
    EXPECT_EQ(answer.outcome.error().type, "Runtime.TruncatedResponse");
    auto next = served.Invoke("id-2");
    RawClient again = served.Connect();
    EXPECT_EQ(again.Next().status, 200) << "the state allows it";
    again.Respond("id-2", "2");
    EXPECT_EQ(Bytes(next.get()), "2");
  }
}

TEST(RuntimeApiBody, R13AnInitErrorThatIsCutOffIsOneStill) {
  Served served;
  auto ready = served.WaitReady();
  RawClient runtime = served.Connect();
  runtime.Send("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n{");
  runtime.EndSending();
  EXPECT_EQ(runtime.Read().body, kTruncated);
  EXPECT_EQ(ready.get().kind, Kind::kInitError);
}

TEST(RuntimeApiBody, ChunkedBodiesAreBodies) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", "Transfer-Encoding: chunked\r\n") + Chunk("ab") + Chunk("c") + "0\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 202);
  EXPECT_EQ(Bytes(result.get()), "abc");
}

TEST(RuntimeApiBody, R15ChunksReachTheReceiverAsTheyCome) {
  Served served;
  std::promise<void> first;
  Streaming stream(served, [&](std::string_view chunk) {
    if (chunk == "one") first.set_value();
    return true;
  });
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming) + Chunk("one"));
  first.get_future().wait();
  runtime.Send(Chunk("two") + "0\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 202);
  const RuntimeApiResult answer = stream.Get();
  EXPECT_TRUE(answer.outcome.ok());
  EXPECT_EQ(stream.received(), "onetwo");
  EXPECT_EQ(Bytes(answer), "") << "they are not the payload as well";
  EXPECT_EQ(answer.outcome.content_type(), "text/x");
}

TEST(RuntimeApiBody, R15AnErrorInTheTrailers) {
  Served served;
  Streaming stream(served);
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", std::string(kStreaming) + "Trailer: Lambda-Runtime-Function-Error-Type, "
                                                              "Lambda-Runtime-Function-Error-Body\r\n") +
               Chunk("half") +
               "0\r\nLambda-Runtime-Function-Error-Type: Mine.Broke\r\n"
               "Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJNaW5lIiwiZXJyb3JNZXNzYWdlIjoiw7wifQ==\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 202);
  const RuntimeApiResult answer = stream.Get();
  ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(Bytes(answer), R"({"errorType":"Mine","errorMessage":"ü"})");
  EXPECT_EQ(answer.outcome.error().reported_type, "Mine.Broke");
  EXPECT_EQ(answer.outcome.error().message, "ü");
  EXPECT_EQ(stream.received(), "half");
}

TEST(RuntimeApiBody, R15AStreamWithoutReceiverIsThePayload) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming) + Chunk("one") + Chunk("two") + "0\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 202);
  EXPECT_EQ(Bytes(result.get()), "onetwo");
}

TEST(RuntimeApiBody, R15AnErrorInTheTrailersWithoutReceiver) {
  Served served;
  auto result = served.Invoke("id-1");
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming) + Chunk("half") +
               "0\r\nLambda-Runtime-Function-Error-Type: Mine\r\nLambda-Runtime-Function-Error-Body: !\r\n\r\n");
  runtime.Read();
  const RuntimeApiResult answer = result.get();
  ASSERT_EQ(answer.outcome.kind(), Outcome::Kind::kFunctionError);
  EXPECT_EQ(Bytes(answer), R"({"errorMessage":"","errorType":"Mine","stackTrace":[]})") << "its body is no base64";
}

TEST(RuntimeApiBody, R15AResponseThatDoesNotStreamIsThePayloadForAReceiverToo) {
  Served served;
  Streaming stream(served);
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Respond("id-1", "whole");
  EXPECT_EQ(Bytes(stream.Get()), "whole");
  EXPECT_EQ(stream.count(), 0);
}

// More than any buffer on the way holds: the client is held up until the receiver goes on.
TEST(RuntimeApiBody, R15ASlowReceiverHoldsTheRuntimeUp) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  constexpr int kPieces = 64;
  Served served;
  std::promise<void> go_on;
  std::promise<void> begun;
  bool is_first = true;
  Streaming stream(served, [&](std::string_view) {
    if (std::exchange(is_first, false)) {
      begun.set_value();
      go_on.get_future().wait();
    }
    return true;
  });
  RawClient runtime = served.Connect();
  runtime.Next();
  std::atomic<int> sent{0};
  auto sender = std::async(std::launch::async, [&] {
    runtime.Send(PostHead("response", kStreaming));
    for (int i = 0; i < kPieces; ++i) {
      runtime.Send(Chunk(std::string(kPiece, static_cast<char>('a' + i % 26))));
      ++sent;
    }
    runtime.Send("0\r\n\r\n");
    return runtime.Read().status;
  });
  begun.get_future().wait();
  EXPECT_EQ(sender.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  EXPECT_LT(sent.load(), kPieces);
  EXPECT_EQ(served.Connect().Ask("GET", "/ping").status, 200) << "others are served meanwhile";
  go_on.set_value();
  EXPECT_EQ(sender.get(), 202);
  EXPECT_TRUE(stream.Get().outcome.ok());
  ASSERT_EQ(stream.received().size(), kPiece * kPieces) << "R-12 does not bound it";
  for (int i = 0; i < kPieces; ++i) EXPECT_EQ(stream.received()[i * kPiece], 'a' + i % 26);
}

TEST(RuntimeApiBody, R15AReceiverThatWantsNoMoreGetsNoMore) {
  Served served;
  Streaming stream(served, [](std::string_view) { return false; });
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming));
  for (int i = 0; i < 8; ++i) runtime.Send(Chunk(std::string(1 << 20, 'x')));
  runtime.Send("0\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 202);
  EXPECT_TRUE(stream.Get().outcome.ok());
  EXPECT_EQ(stream.count(), 1);
}

TEST(RuntimeApiBody, R15WhatAReceiverThrowsPassesThrough) {
  Served served;
  Streaming stream(served, [](std::string_view) -> bool { throw std::runtime_error("enough"); });
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming) + Chunk("half"));
  EXPECT_THROW(stream.Get(), std::runtime_error);
  runtime.Send("0\r\n\r\n");
  EXPECT_EQ(runtime.Read().status, 400) << "nobody waits for it (R-09)";
  auto next = served.Invoke("id-2");
  EXPECT_EQ(runtime.Next().status, 200);
  runtime.Respond("id-2", "2");
  EXPECT_EQ(Bytes(next.get()), "2");
}

TEST(RuntimeApiBody, R15AStreamThatBreaksOffIsAnError_R13) {
  Served served;
  Streaming stream(served);
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming) + Chunk("half"));
  runtime.EndSending();
  EXPECT_EQ(runtime.Read().body, kTruncated);
  EXPECT_EQ(stream.Get().outcome.error().type, "Runtime.TruncatedResponse");
  EXPECT_EQ(stream.received(), "half");
}

TEST(RuntimeApiBody, AbandonEndsAStream_E40) {
  Served served;
  std::promise<void> begun;
  Streaming stream(served, [&](std::string_view) {
    begun.set_value();
    return true;
  });
  RawClient runtime = served.Connect();
  runtime.Next();
  runtime.Send(PostHead("response", kStreaming) + Chunk("half"));
  begun.get_future().wait();
  served->Abandon();
  EXPECT_EQ(stream.Get().kind, Kind::kAbandoned);
}

TEST(RuntimeApiBody, AStreamTimesOutWhileChunksCome) {
  Served served;
  RuntimeApiInvocation invocation;
  invocation.request_id = "id-1";
  std::atomic<bool> over{false};
  invocation.chunk_receiver = [](std::string_view) { return true; };
  auto result = served.Invoke(std::move(invocation), RuntimeApi::Clock::now() + std::chrono::milliseconds(300));
  RawClient runtime = served.Connect();
  runtime.AskNext();
  const auto sender = std::async(std::launch::async, [&] {
    runtime.Send(PostHead("response", kStreaming));
    while (!over) runtime.Send(Chunk("again"));
    runtime.Send("0\r\n\r\n");
  });
  EXPECT_EQ(result.get().kind, Kind::kTimedOut);
  over = true;
  sender.wait();
}

}  // namespace
}  // namespace tandem
