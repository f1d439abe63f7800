// What is kept for a caller that is behind: no more than the bound, whatever it is made of.
#include "workers/worker_calls.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tandem::workers {
namespace {

// Two invocations in one worker: one takes nothing, and the other one reads for both.
class CallerBehind : public testing::Test {
 protected:
  CallerBehind() {
    slow_result_.request_id = RequestId("slow");
    reader_result_.request_id = RequestId("reader");
    calls_.SetPlaces(2);
    calls_.Begin(slow_);
    calls_.Begin(reader_);
  }
  ~CallerBehind() override {
    calls_.End(slow_, Answer::kGiven);
    calls_.End(reader_, Answer::kGiven);
  }

  // Whether nobody reads on once so many of them have come; before that, too, where that is too early.
  void ExpectTheWorkerWaitsAfter(std::size_t most, const std::function<void()>& come) {
    std::size_t count = 0;
    for (; !calls_.AnyIsBehind() && count <= most; ++count) come();
    EXPECT_LE(count, most);
    EXPECT_GE(2 * count, most) << "far less than the bound";
    TakeAll();
  }
  void Deliver(WorkerMessage message) {
    ASSERT_TRUE(calls_.Deliver(slow_.place, slow_.number, std::move(message), "", reader_).ok());
  }
  void DeliverChunk(std::size_t size) {
    WorkerMessage chunk;
    chunk.message.mutable_chunk()->set_call(slow_.number);
    chunk.message.mutable_chunk()->set_place(slow_.place);
    if (size != 0) chunk.payload = Payload::Copy(std::string(size, 'x'));
    Deliver(std::move(chunk));
  }
  // Takes all that is there.
  void TakeAll() {
    while (!slow_.said.empty()) {
      WorkerMessage taken;
      ASSERT_EQ(calls_.WaitOrRead(slow_, WorkerCalls::Clock::time_point::max(), taken), Answer::kGiven);
      if (taken.whose == WorkerMessage::Whose::kAnybodys) calls_.Logged();
    }
    EXPECT_EQ(slow_.waiting_bytes, 0U);
    EXPECT_FALSE(calls_.AnyIsBehind()) << "it is read on";
  }

  WorkerCalls calls_;
  FunctionHints hints_;
  InvokeResult slow_result_;
  InvokeResult reader_result_;
  InvocationLog slow_log_{nullptr, "function", LogType::kNone, hints_, slow_result_};
  InvocationLog reader_log_{nullptr, "function", LogType::kNone, hints_, reader_result_};
  WorkerCall slow_{slow_log_};
  WorkerCall reader_{reader_log_};
};

// Of messages that take so much each, beside what holds them.
constexpr std::size_t Most(std::size_t size) {
  return WorkerCalls::kMostWaitingBytes / (sizeof(WorkerMessage) + size) + 1;
}

TEST_F(CallerBehind, ByChunksOfAnySize) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{30'000}}) {
    ExpectTheWorkerWaitsAfter(Most(size), [&] { DeliverChunk(size); });
  }
}

TEST_F(CallerBehind, ByRecordsThatSayNothing) {
  ExpectTheWorkerWaitsAfter(Most(0), [&] {
    v1::FromWorker message;
    message.mutable_log()->set_request_id(std::string("slow"));
    calls_.Record(std::move(message), reader_);
  });
}

TEST_F(CallerBehind, ByOutputInSmallPieces) {
  ExpectTheWorkerWaitsAfter(Most(0), [&] { calls_.Output("x", slow_); });
}

TEST_F(CallerBehind, ByAnErrorsFrames) {
  constexpr std::size_t kFrames = 10'000;
  ExpectTheWorkerWaitsAfter(Most(kFrames * sizeof(std::string)), [&] {
    WorkerMessage done;
    v1::FunctionError& error = *done.message.mutable_done()->mutable_outcome()->mutable_function_error();
    for (std::size_t i = 0; i < kFrames; ++i) error.add_stack_trace("");
    Deliver(std::move(done));
  });
}

TEST_F(CallerBehind, ByWhatIsInAnAnswersHeader) {
  constexpr std::size_t kSize = 100'000;
  ExpectTheWorkerWaitsAfter(Most(kSize), [&] {
    WorkerMessage done;
    done.message.mutable_done()->mutable_outcome()->mutable_function_error()->set_message(std::string(kSize, 'x'));
    Deliver(std::move(done));
  });
}

}  // namespace
}  // namespace tandem::workers
