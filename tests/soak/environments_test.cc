// What a long run of worker processes leaves behind: nothing in the host, in its supervisor, or in an environment that
// serves all the time.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "both_runtimes.h"
#include "lib/hang_guard.h"
#include "workers/processes.h"

namespace tandem::test {

// As in growth_test.cc, for each worker.
const char* const kJvmOptions = "-XX:+UseSerialGC -Xms24m -Xmx24m -XX:+AlwaysPreTouch -Xint";

namespace {

constexpr int kThreads = 4;
constexpr int kParts = 10;
constexpr int kFirstPart = kParts / 5;  // growth is counted from 20 % on
constexpr int kLeaveEach = 2500;        // invocations of a language by one thread
constexpr std::int64_t kMebibyte = 1 << 20;

std::int64_t Descriptors(const std::string& process) {
  const std::filesystem::directory_iterator entries("/proc/" + process + "/fd");
  return std::distance(begin(entries), end(entries));
}

std::int64_t ResidentBytesOf(pid_t pid) {
  std::istringstream field(StatusField(pid, "VmRSS"));
  std::int64_t kibibytes = 0;
  EXPECT_TRUE(field >> kibibytes) << "process " << pid << " has ended";
  return kibibytes << 10;
}

// An environment of a thread's own. It counts its calls.
class Environment {
 public:
  Environment(FunctionConfig config, std::string failure) : failure_("error " + std::move(failure)) {
    config.isolation = Isolation::kProcess;
    config.max_concurrency = 1;
    config.memory_size_mb = 256;
    function_ = &BothRuntimes::Add(config);
  }

  // Whether it has answered as it must.
  bool Call() {
    static const char* const kEvents[] = {"next", "next", "log", "next", "fail", "next"};
    const std::string event = kEvents[++calls_ % std::size(kEvents)];
    return Answers(event, event == "fail" ? failure_ : "ok " + std::to_string(calls_));
  }
  std::int64_t Resident() {
    ++calls_;
    return Number(*function_, R"("resident")");
  }
  // Its process ends, and another one takes its place.
  bool Leave() {
    calls_ = 0;
    return Answers("leave", "error Runtime.ExitError");
  }

 private:
  bool Answers(const std::string& event, const std::string& expected) {
    const std::string answer = Answer(*function_, '"' + event + '"');
    if (answer == expected) return true;
    std::cerr << function_->config().handler << ": " << answer.substr(0, 300) << " where it must be " << expected
              << "\n";
    return false;
  }

  const std::string failure_;
  Function* function_ = nullptr;
  int calls_ = 0;
};

Environment OfJava() {
  return {BothRuntimes::Java("soak.Worker::handle"), "java.lang.IllegalStateException"};
}
Environment OfPython() {
  return {BothRuntimes::Python("worker.handle"), "ValueError"};
}

// What one thread has; those of `going` are ended again and again.
struct Lane {
  std::vector<Environment> staying = {OfJava(), OfPython()};
  std::vector<Environment> going = {OfJava(), OfPython()};
  int wrong = 0;

  void Run(int invocations) {
    for (int i = 0; i < invocations && wrong < 3; ++i) {
      const std::size_t language = i % staying.size();
      if (!staying[language].Call()) ++wrong;
      if (i / 2 % kLeaveEach == 0 && (!going[language].Call() || !going[language].Leave())) ++wrong;
    }
  }
};

// A thing that is counted while nothing runs.
struct Series {
  const char* name;
  std::int64_t bound;  // growth must stay below
  std::function<std::int64_t()> read;
  std::vector<std::int64_t> values;
};

class Environments : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    mallopt(M_ARENA_MAX, 1);  // as in growth_test.cc
    setenv("TANDEM_TEST_TAG", Tag().c_str(), 1);
  }

  void Run(int invocations) {
    std::barrier begin(kThreads + 1);
    std::barrier end(kThreads + 1);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (Lane& lane : lanes_) {
      threads.emplace_back([&] {
        for (int part = 0; part < kParts; ++part) {
          begin.arrive_and_wait();
          lane.Run(invocations / kParts / kThreads);
          end.arrive_and_wait();
        }
        begin.arrive_and_wait();
      });
    }
    for (int part = 1; part <= kParts; ++part) {
      GuardAgainstHang("part " + std::to_string(part) + " of the run");
      begin.arrive_and_wait();
      end.arrive_and_wait();
      for (Series& series : series_) series.values.push_back(series.read());
    }
    begin.arrive_and_wait();
    for (std::thread& thread : threads) thread.join();
  }

  std::int64_t MostResident(std::size_t language) {
    std::int64_t most = 0;
    for (Lane& lane : lanes_) most = std::max(most, lane.staying[language].Resident());
    return most;
  }
  // The one process of that name with this program's variable, once there is a worker.
  static pid_t Supervisor() {
    std::vector<pid_t> supervisors = WithTag(Tag());
    std::erase_if(supervisors, [](pid_t pid) { return StatusField(pid, "Name") != "tandem-supervis"; });
    EXPECT_EQ(supervisors.size(), 1U) << Describe(supervisors);
    return supervisors.empty() ? 0 : supervisors.front();
  }
  static std::string Tag() { return "tandem-environments-test-" + std::to_string(getpid()); }
  std::string Growths() const {
    std::ostringstream text;
    for (const Series& series : series_) {
      text << series.name << ":";
      for (const std::int64_t value : series.values) text << ' ' << value;
      text << '\n';
    }
    return text.str();
  }

  std::vector<Lane> lanes_ = std::vector<Lane>(kThreads);
  // The figures of workers first: asking for them is an invocation.
  std::vector<Series> series_ = {
      {"resident bytes of a Java worker", kMebibyte, [this] { return MostResident(0); }, {}},
      {"resident bytes of a Python worker", kMebibyte, [this] { return MostResident(1); }, {}},
      {"resident bytes of the host", kMebibyte, [] { return TrimmedResidentBytes(); }, {}},
      {"descriptors of the host", 8, [] { return Descriptors("self"); }, {}},
      {"threads of the host", 8, [] { return std::stoll(StatusField(getpid(), "Threads")); }, {}},
      {"resident bytes of the supervisor", kMebibyte, [] { return ResidentBytesOf(Supervisor()); }, {}},
      {"descriptors of the supervisor", 8, [] { return Descriptors(std::to_string(Supervisor())); }, {}},
  };
};

TEST_F(Environments, GrowthOfManyInvocationsIsNone) {
  Run(BothRuntimes::AreLong() ? 1'000'000 : 100'000);
  for (const Lane& lane : lanes_) EXPECT_EQ(lane.wrong, 0);
  std::cout << Growths();
  for (const Series& series : series_) {
    EXPECT_LT(series.values.back() - series.values[kFirstPart - 1], series.bound) << series.name;
  }
}

}  // namespace
}  // namespace tandem::test
