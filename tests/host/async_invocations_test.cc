// What is run later: in which order, how much at once, and what becomes of it at the end.

#include "host/async_invocations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::host {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

// What tasks have done, in its order.
class Record {
 public:
  void Add(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    done_.push_back(what);
    changed_.notify_all();
  }
  void Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_.size() >= count; });
  }
  std::vector<std::string> done() {
    const std::scoped_lock lock(mutex_);
    return done_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> done_;
};

class Task final : public AsyncTask, public std::enable_shared_from_this<Task> {
 public:
  using Body = std::function<void(Task& task)>;

  Task(std::string name, Record& lost, Body body) : name_(std::move(name)), lost_(lost), body_(std::move(body)) {}

  void Run() override { body_(*this); }
  const std::string& name() const override { return name_; }
  void TellLost(std::size_t count) override { lost_.Add(name_ + " " + std::to_string(count)); }

 private:
  const std::string name_;
  Record& lost_;
  const Body body_;
};

class AsyncInvocationsTest : public ::testing::Test {
 protected:
  // One that has run when its name is in `ran_`.
  std::shared_ptr<AsyncTask> Named(const std::string& name) {
    return Made(name, [this](Task& task) { ran_.Add(task.name()); });
  }
  std::shared_ptr<AsyncTask> Made(const std::string& name, Task::Body body) {
    return std::make_shared<Task>(name, lost_, std::move(body));
  }
  // One that runs until `go_`.
  std::shared_ptr<AsyncTask> Held() {
    return Made("held", [this](Task& task) {
      ran_.Add(task.name());
      go_.wait();
    });
  }

  Record ran_;
  Record lost_;
  std::latch go_{1};
};

TEST_F(AsyncInvocationsTest, RunInTheOrderInWhichTheyCame) {
  AsyncInvocations async(1, 100);
  ASSERT_TRUE(async.Add(Held()));
  ran_.Await(1);
  std::vector<std::string> expected = {"held"};
  for (int i = 0; i < 50; ++i) {
    expected.push_back(std::to_string(i));
    ASSERT_TRUE(async.Add(Named(expected.back())));
  }
  go_.count_down();
  ran_.Await(expected.size());
  EXPECT_EQ(ran_.done(), expected);
}

TEST_F(AsyncInvocationsTest, RunBeforeWhatIsDueLater) {
  AsyncInvocations async(2, 100);
  ASSERT_TRUE(async.AddLater(1h, Named("late")));
  ASSERT_TRUE(async.AddLater(1ms, Named("soon")));
  ASSERT_TRUE(async.Add(Named("now")));
  ran_.Await(2);
  EXPECT_TRUE(async.Stop(1h));
  std::vector<std::string> done = ran_.done();
  std::ranges::sort(done);
  EXPECT_EQ(done, (std::vector<std::string>{"now", "soon"}));
  EXPECT_EQ(lost_.done(), std::vector<std::string>{"late 1"});
}

TEST_F(AsyncInvocationsTest, SoManyRunAtOnceAndNoMore) {
  constexpr int kThreads = 3;
  constexpr int kTasks = 60;
  AsyncInvocations async(kThreads, kTasks);
  std::latch together(kThreads);  // which fewer threads would wait at for ever
  std::mutex mutex;
  int running = 0;
  int most = 0;
  const auto count = [&](Task& task) {
    {
      const std::scoped_lock lock(mutex);
      most = std::max(most, ++running);
    }
    if (task.name() == "together") together.arrive_and_wait();
    const std::scoped_lock lock(mutex);
    --running;
    ran_.Add(task.name());
  };
  for (int i = 0; i < kTasks; ++i) ASSERT_TRUE(async.Add(Made(i < kThreads ? "together" : "other", count)));
  ran_.Await(kTasks);
  EXPECT_EQ(most, kThreads);
}

TEST_F(AsyncInvocationsTest, WaitUpToABoundBeyondWhichOnlyWhatWasAcceptedDoes) {
  AsyncInvocations async(1, 2);
  ASSERT_TRUE(async.Add(Held()));
  ran_.Await(1);
  EXPECT_TRUE(async.Add(Named("first")));
  EXPECT_TRUE(async.Add(Named("second")));
  EXPECT_FALSE(async.Add(Named("refused")));
  EXPECT_TRUE(async.AddLater(0ms, Named("again")));
  go_.count_down();
  ran_.Await(4);
  EXPECT_EQ(ran_.done(), (std::vector<std::string>{"held", "first", "second", "again"}));
  EXPECT_TRUE(async.Add(Named("fits")));
  ran_.Await(5);
}

TEST_F(AsyncInvocationsTest, RunAgainAsOftenAsTheyAsk) {
  AsyncInvocations async(2, 1);
  int left = 100;
  ASSERT_TRUE(async.Add(Made("again", [&](Task& task) {
    const bool is_last = --left == 0;
    EXPECT_TRUE(is_last || async.AddLater(0ms, task.shared_from_this()));
    ran_.Add(task.name());
  })));
  ran_.Await(100);
  EXPECT_EQ(left, 0);
}

TEST_F(AsyncInvocationsTest, WhatOneThrowsIsNothingToTheOthers) {
  AsyncInvocations async(1, 100);
  ASSERT_TRUE(async.Add(Made("throws", [](Task&) { throw std::runtime_error("on purpose"); })));
  const auto other = [](Task&) { throw 1; };  // NOLINT(bugprone-std-exception-baseclass): as anything may be thrown
  ASSERT_TRUE(async.Add(Made("throws", other)));
  ASSERT_TRUE(async.Add(Named("next")));
  ran_.Await(1);
  EXPECT_TRUE(async.Stop(1h));
  EXPECT_TRUE(lost_.done().empty());
}

TEST_F(AsyncInvocationsTest, AreLetGoOfOnceTheyHaveRun) {
  AsyncInvocations async(1, 100);
  const auto add_next = [&](void*) { ASSERT_TRUE(async.Add(Named("next"))); };  // for which nobody may hold a lock
  std::shared_ptr<void> held(this, add_next);
  ASSERT_TRUE(async.Add(Made("once", [kept = std::move(held)](Task&) {})));
  ran_.Await(1);
  EXPECT_EQ(ran_.done(), std::vector<std::string>{"next"});
}

TEST_F(AsyncInvocationsTest, WhatWaitsForAPlaceIsWokenInTheOrderInWhichItCame) {
  AsyncInvocations async(2, 100);
  const int one = 0;
  const int other = 0;
  for (const auto* name : {"a", "b", "c"}) ASSERT_TRUE(async.AddWaiting(&one, 1h, Named(name)));
  ASSERT_TRUE(async.AddWaiting(&other, 1h, Named("of the other")));
  std::vector<std::string> expected;
  const auto expect = [&](const void* place, const std::string& name) {
    async.Wake(place);
    expected.push_back(name);
    ran_.Await(expected.size());
    EXPECT_EQ(ran_.done(), expected);
  };
  expect(&one, "a");
  expect(&other, "of the other");
  async.Wake(&other);  // nothing waits there any more
  async.Wake(nullptr);
  expect(&one, "b");
  EXPECT_TRUE(async.Stop(1h));
  async.Wake(&one);
  EXPECT_EQ(ran_.done(), expected);
  EXPECT_EQ(lost_.done(), std::vector<std::string>{"c 1"});
}

TEST_F(AsyncInvocationsTest, WhatIsNotWokenRunsInTheEnd) {
  AsyncInvocations async(1, 100);
  const int place = 0;
  ASSERT_TRUE(async.AddWaiting(&place, 1h, Named("first")));
  ASSERT_TRUE(async.AddWaiting(&place, 1ms, Named("second")));
  ran_.Await(1);
  EXPECT_EQ(ran_.done(), std::vector<std::string>{"second"});
  async.Wake(&place);
  ran_.Await(2);
  async.Wake(&place);
  EXPECT_EQ(ran_.done(), (std::vector<std::string>{"second", "first"}));
}

TEST_F(AsyncInvocationsTest, WhatWaitsAtTheEndIsToldOnceOfEachName) {
  AsyncInvocations async(1, 100);
  ASSERT_TRUE(async.Add(Held()));
  ran_.Await(1);
  for (const auto* name : {"b", "a", "b", "b"}) ASSERT_TRUE(async.Add(Named(name)));
  auto later = Named("a");
  const std::weak_ptr<AsyncTask> kept = later;
  ASSERT_TRUE(async.AddLater(1h, std::move(later)));
  EXPECT_FALSE(async.Stop(0ms));  // one runs
  EXPECT_EQ(lost_.done(), (std::vector<std::string>{"a 2", "b 3"}));
  EXPECT_TRUE(kept.expired());
  EXPECT_FALSE(async.Add(Named("new")));
  EXPECT_FALSE(async.AddLater(0ms, Named("new")));
  go_.count_down();
  EXPECT_TRUE(async.Stop(1h));
  EXPECT_EQ(ran_.done(), std::vector<std::string>{"held"});
  EXPECT_EQ(lost_.done().size(), 2U);
}

TEST_F(AsyncInvocationsTest, WhatRunsAtTheEndIsNotRunAgain) {
  AsyncInvocations async(1, 100);
  bool is_taken = true;
  ASSERT_TRUE(async.Add(Made("again", [&](Task& task) {
    ran_.Add(task.name());
    go_.wait();
    is_taken = async.AddLater(0ms, task.shared_from_this());
  })));
  ran_.Await(1);
  EXPECT_FALSE(async.Stop(0ms));
  go_.count_down();
  EXPECT_TRUE(async.Stop(1h));
  EXPECT_FALSE(is_taken);
  EXPECT_TRUE(lost_.done().empty());
}

TEST_F(AsyncInvocationsTest, TheirEndWaitsForWhatRunsAndForNothingElse) {
  bool has_ended = false;
  {
    AsyncInvocations async(4, 100);
    ASSERT_TRUE(async.AddLater(1h, Named("late")));
    ASSERT_TRUE(async.Add(Made("slow", [&](Task& task) {
      ran_.Add(task.name());
      std::this_thread::yield();
      has_ended = true;
    })));
    ran_.Await(1);
  }
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(lost_.done(), std::vector<std::string>{"late 1"});
}

TEST_F(AsyncInvocationsTest, EndWithNothingToDo) {
  { const AsyncInvocations async(4, 100); }
  AsyncInvocations async(4, 100);
  EXPECT_TRUE(async.Stop(0ms));
  EXPECT_TRUE(async.Stop(0ms));
}

}  // namespace
}  // namespace tandem::host
