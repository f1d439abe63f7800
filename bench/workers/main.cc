// bench-workers [--short]: functions of both languages in worker processes, each with what makes starts sooner on and
// off, in one run.
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
#include <optional>
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

// A language, and how its environments are started.
struct Kind {
  const char* name;
  const char* runtime;
  const char* handler;
  const char* code;
  const char* greeting;  // before the number of calls
  ZygoteUse prepared;
  StartCache cache;
  const char* how;  // an environment says that it came to be
};

constexpr Kind Python(const char* name, ZygoteUse zygotes, const char* how) {
  return {name,
          "python",
          "bench.greet",
          TANDEM_BENCH_PACKAGES "/python",
          R"({"message": "Hello Ada Lovelace", "calls": )",
          zygotes,
          StartCache::kOff,
          how};
}

constexpr Kind Java(const char* name, ZygoteUse standbys, StartCache cache) {
  return {name,
          "java",
          "bench.Greet::greet",
          TANDEM_BENCH_PACKAGES "/java",
          R"({"message":"Hello Ada Lovelace","calls":)",
          standbys,
          cache,
          standbys == ZygoteUse::kOff ? R"("executed")" : R"("standby")"};
}

constexpr std::array kKinds = {
    Python("  python, zygote", ZygoteUse::kAlways, R"("forked")"),
    Python("  python, executed", ZygoteUse::kOff, R"("executed")"),
#ifdef TANDEM_BENCH_JAVA
    Java("  java, standby and archive", ZygoteUse::kWhenReady, StartCache::kFillFirst),
    Java("  java, standby", ZygoteUse::kWhenReady, StartCache::kOff),
    Java("  java, executed with archive", ZygoteUse::kOff, StartCache::kFillFirst),
    Java("  java, executed", ZygoteUse::kOff, StartCache::kOff),
#endif
};

std::string Greeting(const Kind& kind, int calls) {
  return kind.greeting + std::to_string(calls) + "}";
}

// A Runtime, and a function whose environments are of one kind.
class Workers {
 public:
  explicit Workers(const Kind& kind) : kind_(kind) {
    RuntimeOptions options;
    if (const char* const venv = std::getenv("TANDEM_BENCH_VENV")) options.languages["python"].path = venv;
    options.workers.zygotes = options.workers.standbys = kind.prepared;
    options.workers.most_per_function = 2;
    options.start_cache = kind.cache;
    runtime_ = Must(Runtime::Create(std::move(options)));
  }

  const Kind& kind() const { return kind_; }
  // Whether a standby has to be ready before a request.
  bool has_standby() const { return kind_.prepared == ZygoteUse::kWhenReady; }

  Function& Add() {
    FunctionConfig config;
    config.name = "greet";
    config.runtime = kind_.runtime;
    config.handler = kind_.handler;
    config.code = kind_.code;
    config.memory_size_mb = 512;
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

  const Kind kind_;
  std::unique_ptr<Runtime> runtime_;
};

// One request in a new environment, in milliseconds; none where it was not of its kind.
std::optional<double> ColdStart(Workers& workers) {
  if (workers.has_standby()) std::this_thread::sleep_for(std::chrono::seconds(1));
  Function& function = workers.Add();
  const auto start = Clock::now();
  const std::string answer = workers.Call(function);
  const double took = Microseconds(Clock::now() - start).count() / 1000;
  Expect(answer, Greeting(workers.kind(), 1));
  const std::string how = workers.How(function);
  workers.Remove();
  if (how == workers.kind().how) return took;
  if (!workers.has_standby()) Expect(how, workers.kind().how);
  return std::nullopt;  // the standby was not ready yet
}

void ReportCold(const Rounds& rounds) {
  std::vector<std::unique_ptr<Workers>> all;
  all.reserve(kKinds.size());
  for (const Kind& kind : kKinds) all.push_back(std::make_unique<Workers>(kind));
  std::vector<std::vector<double>> times(all.size());
  for (int i = -3; i < rounds.cold; ++i) {
    for (std::size_t at = 0; at < all.size(); ++at) {
      const auto took = ColdStart(*all[at]);
      if (i >= 0 && took) times[at].push_back(*took);
    }
  }
  std::printf("%-34s %10s %10s %6s\n", "cold start, ms", "median", "90 %", "of");
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (times[at].empty()) throw std::runtime_error(std::string(all[at]->kind().name) + ": none was of this kind");
    std::printf("%-34s %10.2f %10.2f %6zu\n", all[at]->kind().name, Quantile(times[at], 0.5), Quantile(times[at], 0.9),
                times[at].size());
  }
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
  for (int i = 0; i < count; ++i) Expect(workers.Call(function), Greeting(workers.kind(), ++calls));
  return Microseconds(Clock::now() - start).count() / count;
}

double Throughput(Workers& workers, Function& function, int clients, int per_client) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(clients));
  std::vector<int> wrong(static_cast<std::size_t>(clients));
  const auto start = Clock::now();
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < per_client; ++k) {
        if (!workers.Call(function).starts_with(workers.kind().greeting)) ++wrong[static_cast<std::size_t>(i)];
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
  struct Measured {
    std::unique_ptr<Workers> workers;
    Function* function;
    int calls = 0;
    std::vector<double> round_trips;
  };
  std::vector<Measured> all;
  for (const Kind& kind : kKinds) {
    Measured& one = all.emplace_back(Measured{std::make_unique<Workers>(kind), nullptr, 0, {}});
    if (one.workers->has_standby()) {  // which the first environment leaves
      one.workers->Call(one.workers->Add());
      one.workers->Remove();
      std::this_thread::sleep_for(std::chrono::seconds(2));
    }
    one.function = &one.workers->Add();
    WarmRoundTrip(*one.workers, *one.function, one.calls, 5000);
  }
  std::vector<double> bare;
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(BareRoundTrip(rounds.warm / kRounds));
    for (Measured& one : all) {
      one.round_trips.push_back(WarmRoundTrip(*one.workers, *one.function, one.calls, rounds.warm / kRounds));
    }
  }
  std::printf("%-34s %10s %10s\n", "warm round trip, us", "median", "10 %");
  std::printf("%-34s %10.2f %10.2f\n", "  bare socket pair", Quantile(bare, 0.5), Quantile(bare, 0.1));
  for (const Measured& one : all) {
    std::printf("%-34s %10.2f %10.2f\n", one.workers->kind().name, Quantile(one.round_trips, 0.5),
                Quantile(one.round_trips, 0.1));
  }
  std::printf("%-34s %10s\n", "throughput, 8 clients, 2 workers", "per s");
  for (Measured& one : all) {
    std::printf("%-34s %10.0f\n", one.workers->kind().name,
                Throughput(*one.workers, *one.function, kClients, rounds.per_client));
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
