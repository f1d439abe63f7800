// What a long run leaves behind: nothing, of all that is counted.

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "both_runtimes.h"
#include "lib/hang_guard.h"

namespace tandem::test {

// All of the heap is resident from the start, so that what grows in it is seen as reachable bytes and not as resident
// memory of a heap that fills between collections. No compiler, whose memory comes and goes by some megabytes as long
// as functions are opened again.
const char* const kJvmOptions = "-XX:+UseSerialGC -Xms48m -Xmx48m -XX:+AlwaysPreTouch -Xint";

namespace {

constexpr int kThreads = 4;
constexpr int kParts = 10;
constexpr int kFirstPart = kParts / 5;  // growth is counted from 20 % on
constexpr int kReopenEach = 100;        // invocations of one of the threads
constexpr std::int64_t kMebibyte = 1 << 20;
constexpr int kHeapBytes = 48 << 20;

std::int64_t BytesInUse() {
  const struct mallinfo2 heap = mallinfo2();
  return static_cast<std::int64_t>(heap.uordblks + heap.hblkhd);
}

// One kind of invocation, and what it must answer.
struct Task {
  Function* function;
  std::string event;
  std::string expected;
  InvokeOptions options;
};

std::string Quoted(std::size_t size) {
  return '"' + std::string(size, 'x') + '"';
}

// A thing that is counted while nothing runs. Counts have bounds far below one for a hundred invocations; that of the
// blocks leaves room for the interpreter's own caches, which fill for some 100,000 invocations.
struct Series {
  const char* name;
  std::int64_t bound;  // growth must stay below
  std::function<std::int64_t()> read;
  std::vector<std::int64_t> values;
};

// The least of several readings: collections, which each reading begins with, and the VM's own threads need a few
// rounds to come to rest.
std::int64_t Settled(const std::function<std::int64_t()>& read) {
  constexpr int kUnchanged = 2;
  std::int64_t least = read();
  for (int unchanged = 0; unchanged < kUnchanged; ++unchanged) {
    const std::int64_t next = read();
    if (next < least) unchanged = 0;
    least = std::min(least, next);
  }
  return least;
}

class Growth : public ::testing::Test {
 protected:
  // One heap of the C library's, all of it resident from the start as that of the JVM, so that what grows in it is seen
  // as bytes in use. What the VMs keep for good in small blocks (such as the JVM's maps of the interpreter's frames,
  // one for each place where a collection has met a method) would else make one page after another resident that is
  // otherwise free: some 130 KiB in 100,000 invocations for 15 KiB of blocks, fewer and fewer.
  static void SetUpTestSuite() {
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TRIM_THRESHOLD, 2 * kHeapBytes);
    constexpr std::size_t kBlock = 64 << 10;
    std::vector<std::unique_ptr<std::string>> blocks;
    for (int i = 0; i < kHeapBytes; i += kBlock) blocks.push_back(std::make_unique<std::string>(kBlock, 'x'));
  }
  void SetUp() override {
    AddTasks();
    AddSeries();
  }

  void AddTasks() {
    const std::string people = R"({"people":[{"name":"Ada","born":1815},{"name":"Grace","born":1906}],"page":1.5})";
    const std::string as_python = R"({"people": [{"name": "Ada", "born": 1815}, {"name": "Grace", "born": 1906}], )"
                                  R"("page": 1.5})";
    InvokeOptions chunks;
    chunks.chunk_receiver = [](std::string_view chunk) { return !chunk.empty(); };
    InvokeOptions more;
    more.client_context = R"({"custom":{"a":"b"}})";
    more.trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700";
    more.log_type = LogType::kTail;
    const std::string big = Quoted(100'000);
    const Pair pairs[] = {
        {24, Java("Work::next"), Python("work.after"), "41", "ok 42", "ok 42", {}},
        {8, Java("Work::next"), Python("work.after", "other"), "41", "ok 42", "ok 42", more},
        {8, Java("Work::echo"), Python("work.echo"), people, "ok " + people, "ok " + as_python, {}},
        {2, Java("Work::copy"), Python("work.echo", "other"), big, "ok " + big, "ok " + big, {}},
        {1, Java("Work::copy"), Python("work.echo"), big, "ok ", "ok " + big, chunks},
        {1, Java("Work::large"), Python("work.large"), "20000", "ok " + Quoted(20'000), "ok " + Quoted(20'000), {}},
        {2, Java("Work::log"), Python("work.log"), "3", "ok 3", "ok 3", more},
        {2,
         Java("Work::fail"),
         Python("work.fail"),
         R"("no")",
         "error java.lang.IllegalStateException",
         "error ValueError",
         {}},
        {1,
         Java("Work::next"),
         Python("work.echo"),
         "{",
         "error java.lang.RuntimeException",
         "error Runtime.UnmarshalError",
         {}},
        {1,
         Java("BrokenInit::handle"),
         Python("broken_init.handler"),
         "1",
         "error java.lang.ExceptionInInitializerError",
         "error ValueError",
         {}},
        {1, Java("Work::recycle"), Python("work.leave"), "3", "error java.io.IOError", "error Runtime.ExitError", {}},
    };
    for (const Pair& pair : pairs) AddPair(pair);
  }

  void AddSeries() {
    Function& heap = BothRuntimes::Add(BothRuntimes::Java("soak.Meter::heap"));
    Function& references = BothRuntimes::Add(BothRuntimes::Java("soak.Meter::references"));
    Function& classes = BothRuntimes::Add(BothRuntimes::Java("soak.Meter::classes"));
    Function& objects = BothRuntimes::Add(BothRuntimes::Python("meter.objects"));
    Function& other_objects = BothRuntimes::Add(BothRuntimes::Python("meter.objects", "other"));
    Function& blocks = BothRuntimes::Add(BothRuntimes::Python("meter.blocks"));
    series_ = {{"resident bytes", kMebibyte, [&] { return static_cast<void>(Number(heap)), ResidentBytes(); }, {}},
               {"bytes in use of the C library's heap", kMebibyte, [] { return BytesInUse(); }, {}},
               {"reachable bytes of the Java heap", kMebibyte, [&] { return Number(heap); }, {}},
               {"JNI references", 16, [&] { return Number(references); }, {}},
               {"Java classes", 16, [&] { return Number(classes); }, {}},
               {"gc objects, main interpreter", 64, [&] { return Number(objects); }, {}},
               {"gc objects, sub-interpreter", 64, [&] { return Number(other_objects); }, {}},
               {"blocks of Python's allocator", 2048, [&] { return Number(blocks); }, {}}};
  }

  // Runs the invocations with an even number of tasks from several threads, and measures after each part, when all of
  // them wait.
  void Run(int invocations) {
    std::barrier begin(kThreads + 1);
    std::barrier end(kThreads + 1);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int part = 0; part < kParts; ++part) {
          begin.arrive_and_wait();
          for (int i = 0; i < invocations / kParts / kThreads; ++i) {
            InvokeTask((i + t) % tasks_.size());
            if (t == 0 && i % kReopenEach == 0) Reopen();
          }
          end.arrive_and_wait();
        }
        begin.arrive_and_wait();
      });
    }
    for (int part = 1; part <= kParts; ++part) {
      GuardAgainstHang("part " + std::to_string(part) + " of the run");
      begin.arrive_and_wait();
      end.arrive_and_wait();
      Measure();
    }
    begin.arrive_and_wait();  // until here what the threads hold has counted
    for (std::thread& thread : threads) thread.join();
  }

  void Measure() {
    CollectThird();
    for (Series& series : series_) series.values.push_back(Settled(series.read));
  }

  std::string Growths() const {
    std::ostringstream text;
    for (const Series& series : series_) {
      text << series.name << ":";
      for (const std::int64_t value : series.values) text << ' ' << value;
      text << '\n';
    }
    return text.str();
  }

  std::vector<Task> tasks_;
  std::vector<Series> series_;
  std::atomic<int> wrong_{0};

 private:
  struct Pair {
    int weight;
    Function* java;
    Function* python;
    std::string event;
    std::string java_answer;
    std::string python_answer;
    InvokeOptions options;
  };

  static Function* Java(const std::string& handler) {
    return &BothRuntimes::Add(BothRuntimes::Java("soak." + handler));
  }
  static Function* Python(const std::string& handler, const std::string& package = "python") {
    return &BothRuntimes::Add(BothRuntimes::Python(handler, package));
  }

  // The languages take turns.
  void AddPair(const Pair& pair) {
    for (int i = 0; i < pair.weight; ++i) {
      tasks_.push_back({pair.java, pair.event, pair.java_answer, pair.options});
      tasks_.push_back({pair.python, pair.event, pair.python_answer, pair.options});
    }
  }

  // Functions come and go, too; the Python one is its package's only one.
  void Reopen() {
    for (const FunctionConfig& config :
         {BothRuntimes::Java("soak.Work::next"), BothRuntimes::Python("again.after", "third")}) {
      if (Answer(BothRuntimes::Add(config), "41") != "ok 42") ++wrong_;
      if (!BothRuntimes::Get().Remove(config.name).ok()) ++wrong_;
    }
  }

  // What is garbage in the interpreter of the package that comes and goes.
  void CollectThird() {
    const FunctionConfig config = BothRuntimes::Python("again.collect", "third");
    EXPECT_EQ(Answer(BothRuntimes::Add(config), "0"), "ok true");
    EXPECT_TRUE(BothRuntimes::Get().Remove(config.name).ok());
  }

  void InvokeTask(std::size_t at) {
    const Task& task = tasks_[at];
    const std::string answer = Show(Invoke(*task.function, task.event, task.options).outcome);
    if (answer == task.expected || ++wrong_ > 3) return;
    std::cerr << task.function->config().handler << ": " << answer.substr(0, 300) << "\n";
  }
};

TEST_F(Growth, OfAlternatingInvocationsIsNone) {
  Run(BothRuntimes::AreLong() ? 1'000'000 : 100'000);
  EXPECT_EQ(wrong_, 0);
  std::cout << Growths();
  for (const Series& series : series_) {
    EXPECT_LT(series.values.back() - series.values[kFirstPart - 1], series.bound) << series.name;
  }
}

}  // namespace
}  // namespace tandem::test
