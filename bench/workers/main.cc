// bench-workers [--short]: Python functions in worker processes, with a zygote and without, in one run.
//
// Cold: the time from a request to its response in a new environment. Warm: the same in one that has served before,
// beside bare round trips over a socket pair to another process. TANDEM_BENCH_VENV names a virtual environment.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tandem/runtime.h"

namespace tandem::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::string_view kEvent = R"({"first_name": "Ada", "last_name": "Lovelace"})";

struct Rounds {
  int cold = 60;
  int warm = 40'000;
  int per_client = 20'000;
};

double Quantile(std::vector<double> values, double quantile) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
}

void Expect(std::string_view what, std::string_view expected) {
  if (what != expected) throw std::runtime_error("answered " + std::string(what) + ", not " + std::string(expected));
}

std::string Greeting(int calls) {
  return R"({"message": "Hello Ada Lovelace", "calls": )" + std::to_string(calls) + "}";
}

// A Runtime, and functions whose environments are of one kind.
class Workers {
 public:
  explicit Workers(ZygoteUse use) {
    RuntimeOptions options;
    if (const char* const venv = std::getenv("TANDEM_BENCH_VENV")) options.languages["python"].path = venv;
    options.workers.zygotes = use;
    options.workers.most_per_function = 2;
    runtime_ = Must(Runtime::Create(std::move(options)));
  }

  Function& Add() {
    FunctionConfig config;
    config.name = "greet";
    config.handler = "bench.greet";
    config.code = TANDEM_BENCH_PACKAGES "/python";
    config.isolation = Isolation::kProcess;
    return *Must(runtime_->Add(config));
  }
  void Remove() {
    if (const Status status = runtime_->Remove("greet"); !status.ok()) throw std::runtime_error(status.message());
  }
  std::string Call(Function& function, std::string_view event = kEvent) {
    const InvokeResult result = runtime_->Invoke(function, Event(event));
    if (result.outcome.kind() == Outcome::Kind::kFault) throw std::runtime_error(result.outcome.fault().message());
    return std::string(result.outcome.payload().view());
  }
  std::string How(Function& function) { return Call(function, R"({"how": 1})"); }

 private:
  template <typename T>
  static T Must(Result<T> result) {
    if (!result) throw std::runtime_error(result.status().message());
    return std::move(*result);
  }

  std::unique_ptr<Runtime> runtime_;
};

// One request in a new environment, in milliseconds.
double ColdStart(Workers& workers, std::string_view how) {
  Function& function = workers.Add();
  const auto start = Clock::now();
  const std::string answer = workers.Call(function);
  const double took = Microseconds(Clock::now() - start).count() / 1000;
  Expect(answer, Greeting(1));
  Expect(workers.How(function), '"' + std::string(how) + '"');
  workers.Remove();
  return took;
}

void ReportCold(const Rounds& rounds) {
  Workers forking(ZygoteUse::kAlways);
  Workers executing(ZygoteUse::kOff);
  std::vector<double> forked;
  std::vector<double> executed;
  for (int i = -3; i < rounds.cold; ++i) {
    const double with = ColdStart(forking, "forked");
    const double without = ColdStart(executing, "executed");
    if (i < 0) continue;
    forked.push_back(with);
    executed.push_back(without);
  }
  std::printf("%-34s %10s %10s\n", "cold start, ms", "median", "90 %");
  std::printf("%-34s %10.2f %10.2f\n", "  python, zygote", Quantile(forked, 0.5), Quantile(forked, 0.9));
  std::printf("%-34s %10.2f %10.2f\n", "  python, executed", Quantile(executed, 0.5), Quantile(executed, 0.9));
}

// Microseconds of a round trip of a short message to a process that sends it back.
double BareRoundTrip(int count) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()) != 0) throw std::runtime_error("no socket pair");
  std::array<char, 256> bytes{};
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    while (recv(ends[1], bytes.data(), bytes.size(), 0) > 0) send(ends[1], bytes.data(), 200, 0);
    _exit(0);
  }
  close(ends[1]);
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) {
    if (send(ends[0], bytes.data(), 200, 0) != 200 || recv(ends[0], bytes.data(), bytes.size(), 0) != 200) {
      throw std::runtime_error("the socket pair has failed");
    }
  }
  const double each = Microseconds(Clock::now() - start).count() / count;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return each;
}

double WarmRoundTrip(Workers& workers, Function& function, int& calls, int count) {
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) Expect(workers.Call(function), Greeting(++calls));
  return Microseconds(Clock::now() - start).count() / count;
}

double Throughput(Workers& workers, Function& function, int clients, int per_client) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(clients));
  std::vector<int> wrong(static_cast<std::size_t>(clients));
  const std::string expected = Greeting(0).substr(0, Greeting(0).find("calls"));
  const auto start = Clock::now();
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < per_client; ++k) {
        if (!workers.Call(function).starts_with(expected)) ++wrong[static_cast<std::size_t>(i)];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  for (const int count : wrong) {
    if (count != 0) throw std::runtime_error("an answer was wrong");
  }
  return clients * per_client / seconds;
}

void ReportWarm(const Rounds& rounds) {
  constexpr int kRounds = 20;
  constexpr int kClients = 8;
  struct Kind {
    const char* name;
    Workers workers;
    Function* function;
    int calls = 0;
    std::vector<double> round_trips;
  };
  std::array<Kind, 2> kinds = {Kind{"  python, zygote", Workers(ZygoteUse::kAlways), nullptr, 0, {}},
                               Kind{"  python, executed", Workers(ZygoteUse::kOff), nullptr, 0, {}}};
  for (Kind& kind : kinds) {
    kind.function = &kind.workers.Add();
    WarmRoundTrip(kind.workers, *kind.function, kind.calls, 2000);
  }
  std::vector<double> bare;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(BareRoundTrip(rounds.warm / kRounds));
    for (Kind& kind : kinds) {
      kind.round_trips.push_back(WarmRoundTrip(kind.workers, *kind.function, kind.calls, rounds.warm / kRounds));
    }
  }
  std::printf("%-34s %10s %10s\n", "warm round trip, us", "median", "10 %");
  std::printf("%-34s %10.2f %10.2f\n", "  bare socket pair", Quantile(bare, 0.5), Quantile(bare, 0.1));
  for (const Kind& kind : kinds) {
    std::printf("%-34s %10.2f %10.2f\n", kind.name, Quantile(kind.round_trips, 0.5), Quantile(kind.round_trips, 0.1));
  }
  std::printf("%-34s %10s\n", "throughput, 8 clients, 2 workers", "per s");
  for (Kind& kind : kinds) {
    std::printf("%-34s %10.0f\n", kind.name, Throughput(kind.workers, *kind.function, kClients, rounds.per_client));
  }
}

int Main(int argc, char** argv) {
  Rounds rounds;
  if (argc > 1 && std::string_view(argv[1]) == "--short") rounds = {.cold = 10, .warm = 5000, .per_client = 500};
  try {
    ReportCold(rounds);
    ReportWarm(rounds);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-workers: %s\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  return tandem::bench::Main(argc, argv);
}
