// bench-inline: an invocation through Tandem beside the same work done inside the language.
//
// Options are google-benchmark's. TANDEM_BENCH_VENV names a virtual environment with orjson, TANDEM_BENCH_JAVA_HOME a
// JDK; a language whose runtime is missing is an error, not a gap in the table.
#include <benchmark/benchmark.h>
#include <json/json.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tandem/runtime.h"

namespace tandem::bench {
namespace {

constexpr double kWarmUpSeconds = 3;

// One workload in one language.
struct Workload {
  std::string language;
  std::string name;     // "w1"
  std::string handler;  // does the work once per invocation
  std::string inside;   // does it `rounds` times inside the language
  int rounds;           // per measurement
};

const std::vector<Workload> kWorkloads = {
    {"python", "w1", "bench.w1", "bench.inside", 2000},
    {"python", "w2", "bench.w2", "bench.inside", 20},
    {"java", "w1", "bench.Handlers::w1", "bench.Handlers::inside", 2000},
    {"java", "w2", "bench.Handlers::w2", "bench.Handlers::inside", 20},
};

std::string ReadFile(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) throw std::runtime_error("cannot read " + path);
  return text.str();
}

Json::Value Parse(std::string_view text) {
  Json::Value value;
  std::string errors;
  const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
  if (!reader->parse(text.data(), text.data() + text.size(), &value, &errors)) throw std::runtime_error(errors);
  return value;
}

// A value without the members that are null, which Java leaves out (J-68).
Json::Value WithoutNulls(const Json::Value& value) {
  if (!value.isArray() && !value.isObject()) return value;
  Json::Value kept(value.type());
  for (auto at = value.begin(); at != value.end(); ++at) {
    if (value.isArray()) {
      kept.append(WithoutNulls(*at));
    } else if (!at->isNull()) {
      kept[at.name()] = WithoutNulls(*at);
    }
  }
  return kept;
}

std::string_view RequireSuccess(const InvokeResult& result) {
  if (result.outcome.kind() == Outcome::Kind::kFault) throw std::runtime_error(result.outcome.fault().message());
  if (!result.outcome.ok()) throw std::runtime_error(std::string(result.outcome.payload().view()));
  return result.outcome.payload().view();
}

// A workload that is set up, with what its answers have to be.
class Bench {
 public:
  Bench(Runtime& runtime, const Workload& workload) : runtime_(runtime), workload_(workload) {
    handler_ = &Add(workload.handler);
    inside_ = &Add(workload.inside);
    const std::string payload = ReadFile(std::string(TANDEM_BENCH_DATA) + "/" + workload.name + ".json");
    event_ = Event(payload);
    Json::Value order;
    order["handler"] = workload.name;
    order["payload"] = payload;
    order["rounds"] = workload.rounds;
    order_ = Event(Json::writeString(Json::StreamWriterBuilder(), order));
    if (workload.name == "w2") {
      wanted_ = WithoutNulls(Parse(payload));
    } else {
      wanted_["message"] = "Hello Ada Lovelace";
    }
    answer_ = std::string(RequireSuccess(runtime_.Invoke(*handler_, event_)));
    if (WithoutNulls(Parse(answer_)) != wanted_) throw std::runtime_error("wrong answer: " + answer_.substr(0, 200));
  }

  // Seconds for `rounds` invocations through Tandem.
  double Tandem() {
    int wrong = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < workload_.rounds; ++i) {
      const InvokeResult result = runtime_.Invoke(*handler_, event_);
      if (result.outcome.payload().view() != answer_) ++wrong;
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (wrong != 0) throw std::runtime_error("wrong answers through Tandem: " + std::to_string(wrong));
    return taken.count();
  }

  // Seconds for the same work inside the language.
  double Inside() {
    const Json::Value told = Parse(RequireSuccess(runtime_.Invoke(*inside_, order_)));
    if (WithoutNulls(Parse(told["answer"].asString())) != wanted_)
      throw std::runtime_error("wrong answer inside the language");
    return told["nanoseconds"].asDouble() / 1e9;
  }

  void WarmUp() {
    for (double spent = 0; spent < kWarmUpSeconds;) spent += Tandem() + Inside();
  }

  const Workload& workload() const { return workload_; }

 private:
  Function& Add(const std::string& handler) {
    FunctionConfig config;
    config.name = workload_.language + "-" + workload_.name + "-" + std::to_string(++added_);
    config.handler = handler;
    config.code = std::string(TANDEM_BENCH_PACKAGES) + "/" + workload_.language;
    config.runtime = workload_.language;
    config.timeout = std::chrono::minutes(10);
    auto added = runtime_.Add(config);
    if (!added) throw std::runtime_error(added.status().message());
    return **added;
  }

  Runtime& runtime_;
  Workload workload_;
  int added_ = 0;
  Function* handler_ = nullptr;
  Function* inside_ = nullptr;
  Event event_;
  Event order_;
  Json::Value wanted_;
  std::string answer_;
};

// Both sides, turn by turn and each first in every other turn, so that what slows the machine down slows both.
void Measure(benchmark::State& state, Bench& bench) {
  double tandem = 0;
  double inside = 0;
  bool tandem_first = true;
  while (state.KeepRunning()) {
    const double before = tandem + inside;
    try {
      if (tandem_first) tandem += bench.Tandem();
      inside += bench.Inside();
      if (!tandem_first) tandem += bench.Tandem();
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
      break;
    }
    tandem_first = !tandem_first;
    state.SetIterationTime(tandem + inside - before);
  }
  const double invocations = static_cast<double>(state.iterations()) * bench.workload().rounds;
  state.counters["tandem_ns"] = tandem / invocations * 1e9;
  state.counters["inside_ns"] = inside / invocations * 1e9;
}

std::unique_ptr<Runtime> CreateRuntime() {
  RuntimeOptions options;
  if (const char* venv = std::getenv("TANDEM_BENCH_VENV")) options.languages["python"].path = venv;
  if (const char* home = std::getenv("TANDEM_BENCH_JAVA_HOME")) options.languages["java"].path = home;
  auto created = Runtime::Create(std::move(options));
  if (!created) throw std::runtime_error(created.status().message());
  return std::move(*created);
}

}  // namespace
}  // namespace tandem::bench

int main(int argc, char** argv) {
  using tandem::bench::Bench;
  benchmark::Initialize(&argc, argv);
  try {
    const auto runtime = tandem::bench::CreateRuntime();
    std::vector<std::unique_ptr<Bench>> benches;
    for (const auto& workload : tandem::bench::kWorkloads) {
      Bench& bench = *benches.emplace_back(std::make_unique<Bench>(*runtime, workload));
      bench.WarmUp();
      benchmark::RegisterBenchmark((workload.language + "/" + workload.name).c_str(), [&bench](
                                                                                          benchmark::State& state) {
        tandem::bench::Measure(state, bench);
      })->UseManualTime();
    }
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::cerr << "bench-inline: " << error.what() << '\n';
    return 1;
  }
  benchmark::Shutdown();
  return 0;
}
