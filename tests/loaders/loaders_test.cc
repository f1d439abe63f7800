// The suite that every loader passes.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <json/json.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "language.h"
#include "tandem/finder_abi.h"
#include "tandem/runtime.h"
#include "tests/lib/covers.h"
#include "tests/lib/keeping_sink.h"

namespace tandem::test {
namespace {

using std::chrono::milliseconds;

// One Runtime for the whole program, as a process has one VM of each language.
class Loaders {
 public:
  static Loaders& Get() {
    static Loaders loaders;
    return loaders;
  }

  Function& Add(const Language& language, const std::string& role, const std::string& code = {},
                milliseconds timeout = milliseconds(60000)) {
    FunctionConfig config;
    config.name = language.name + "-" + role + "-" + std::to_string(++added_);
    config.handler = language.handlers.at(role);
    config.code = code.empty() ? language.package : code;
    config.runtime = language.runtime;
    config.memory_size_mb = 512;
    config.timeout = timeout;
    auto added = runtime->Add(config);
    if (!added) throw std::runtime_error(added.status().message());
    return **added;
  }

  KeepingSink log;
  std::unique_ptr<Runtime> runtime;

 private:
  Loaders() {
    RuntimeOptions options;
    options.loader_dirs = LoaderDirs();
    options.log_sink = &log;
    for (const Language& language : Languages()) options.languages[language.name] = language.options;
    auto created = Runtime::Create(std::move(options));
    if (!created) throw std::runtime_error(created.status().message());
    runtime = std::move(*created);
  }

  std::atomic<int> added_{0};
};

std::string Text(const Outcome& outcome) {
  if (outcome.kind() == Outcome::Kind::kFault) return "fault: " + outcome.fault().message();
  return std::string(outcome.payload().view());
}

Json::Value Parsed(const Outcome& outcome) {
  Json::Value value;
  std::istringstream text{Text(outcome)};
  std::string errors;
  EXPECT_TRUE(Json::parseFromStream(Json::CharReaderBuilder(), text, &value, &errors)) << text.str() << errors;
  return value;
}

class LoaderSuite : public testing::TestWithParam<Language> {
 protected:
  Function& Add(const std::string& role) { return Loaders::Get().Add(GetParam(), role); }
  InvokeResult Invoke(Function& function, std::string_view event, const InvokeOptions& options = {}) {
    return Loaders::Get().runtime->Invoke(function, Event(event), options);
  }
};

std::string OutputOf(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) text += buffer.data();
  return text;
}

void ExpectOneEntryAndNothingOfCore(const std::string& module, const std::string& entry) {
  const std::string defined = OutputOf("nm -D --defined-only '" + module + "'");
  EXPECT_NE(defined.find(" T " + entry), std::string::npos) << module;
  EXPECT_EQ(std::count(defined.begin(), defined.end(), '\n'), 1) << defined;
  // " U " only: a weak reference to a loader's own thread-local initialiser is no import.
  EXPECT_EQ(OutputOf("nm -D --undefined-only '" + module + "' | grep ' U ' | grep tandem"), "");
  const std::string dynamic = OutputOf("readelf -d '" + module + "'");
  EXPECT_NE(dynamic.find("NEEDED"), std::string::npos);
  for (const char* library : {"libtandem", "libpython", "libjvm"}) {
    EXPECT_EQ(dynamic.find(library), std::string::npos) << library;
  }
}

TEST_P(LoaderSuite, ItAndItsFinderHaveOneEntryAndImportNothingOfCore) {
  const RuntimeInfo& info = Add("echo").runtime().info;
  ExpectOneEntryAndNothingOfCore(info.module, "tandem_loader_v1");
  const std::string finder = info.module.substr(0, info.module.rfind('/') + 1) + info.language + "-finder.so";
  ExpectOneEntryAndNothingOfCore(finder, "tandem_finder_v1");
}

TEST_P(LoaderSuite, Greets) {
  const InvokeResult result = Invoke(Add("greet"), R"({"first_name": "Ada", "last_name": "Lovelace"})");
  ASSERT_TRUE(result.outcome.ok()) << Text(result.outcome);
  EXPECT_EQ(Parsed(result.outcome)["message"].asString(), "Hello Ada Lovelace") << "H-PY-38";
  EXPECT_EQ(result.outcome.content_type(), "application/json");
}

TEST_P(LoaderSuite, EchoesLargeAndSmallEvents) {
  Function& echo = Add("echo");
  for (const std::size_t size : {0U, 1U, 100U, 70'000U, 5'000'000U}) {
    const std::string event = R"({"key":")" + std::string(size, 'x') + R"("})";
    const InvokeResult result = Invoke(echo, event);
    ASSERT_TRUE(result.outcome.ok()) << Text(result.outcome).substr(0, 200);
    EXPECT_EQ(Parsed(result.outcome)["key"].asString().size(), size) << "I-34, J-59";
  }
  EXPECT_EQ(Parsed(Invoke(echo, R"({"foo": "äöü ✅ 🎉"})").outcome)["foo"].asString(), "äöü ✅ 🎉") << "J-58";
  Covers("J-58", "J-59");
}

TEST_P(LoaderSuite, AnInvalidEventIsAFunctionErrorAndTheHandlerLives) {
  Function& echo = Add("echo");
  const InvokeResult result = Invoke(echo, R"({"open": [)");
  ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFunctionError) << Text(result.outcome);
  EXPECT_FALSE(Parsed(result.outcome)["errorMessage"].asString().empty()) << "J-46, J-60";
  EXPECT_TRUE(Invoke(echo, "{}").outcome.ok());
}

TEST_P(LoaderSuite, AFailureHasTypeMessageAndBody) {
  Function& fail = Add("fail");
  for (int i = 0; i < 3; ++i) {
    const InvokeResult result = Invoke(fail, "{}");
    ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFunctionError) << Text(result.outcome);
    const Json::Value body = Parsed(result.outcome);
    EXPECT_EQ(body["errorMessage"].asString(), "boom");
    EXPECT_EQ(body["errorType"].asString(), result.outcome.error().type);
    EXPECT_EQ(result.outcome.error().message, "boom");
    EXPECT_FALSE(result.outcome.error().type.empty());
    EXPECT_EQ(body["stackTrace"].size(), result.outcome.error().stack_trace.size());
    EXPECT_GT(body["stackTrace"].size(), 0U);
  }
}

TEST_P(LoaderSuite, StatePersistsBetweenInvocationsAndIsThePackagesOwn) {
  Function& first = Add("count");
  Function& twin = Loaders::Get().Add(GetParam(), "count", GetParam().twin);
  const int before = std::stoi(Text(Invoke(first, "{}").outcome));
  const int twins = std::stoi(Text(Invoke(twin, "{}").outcome));
  EXPECT_EQ(Text(Invoke(first, "{}").outcome), std::to_string(before + 1)) << "H-PY-34, H-JAVA-19";
  EXPECT_EQ(Text(Invoke(twin, "{}").outcome), std::to_string(twins + 1)) << "K-23";
  EXPECT_EQ(Text(Invoke(first, "{}").outcome), std::to_string(before + 2));
}

// Two packages with the same names in them, from two threads at once, the first look-up of a module within the handler.
TEST_P(LoaderSuite, PackagesWithTheSameNamesKeepApart) {
  Function& first = Loaders::Get().Add(GetParam(), "who");
  Function& twin = Loaders::Get().Add(GetParam(), "who", GetParam().twin);
  for (Function* function : {&first, &twin}) ASSERT_TRUE(Loaders::Get().runtime->Prepare(*function).ok());
  std::atomic<int> wrong{0};
  std::barrier both(2);
  const auto ask = [&](Function& function, const std::string& name) {
    const std::string wanted = '"' + name + '/' + name + '"';
    both.arrive_and_wait();
    for (int i = 0; i < 100; ++i) {
      if (Text(Invoke(function, "{}").outcome) != wanted) ++wrong;
    }
    Runtime::DetachThread();
  };
  std::thread one([&] { ask(first, "package"); });
  std::thread two([&] { ask(twin, "twin"); });
  one.join();
  two.join();
  EXPECT_EQ(wrong, 0) << Text(Invoke(first, "{}").outcome) << Text(Invoke(twin, "{}").outcome) << " K-23";
}

TEST_P(LoaderSuite, TellsTheContext) {
  Function& function = Add("context");
  InvokeOptions options;
  options.request_id = RequestId("8f507cfc-bc6d-4e5b-9d1a-3d2a4a6e8b10");
  options.qualifier = "live";
  const InvokeResult result = Invoke(function, "{}", options);
  const Json::Value context = Parsed(result.outcome);
  EXPECT_EQ(context["request_id"].asString(), options.request_id.view()) << "C-26";
  EXPECT_EQ(context["function_name"].asString(), function.config().name);
  EXPECT_EQ(context["arn"].asString(), function.config().arn + ":live") << "C-28";
  EXPECT_EQ(context["memory"].asString(), "512") << "H-PY-39, C-03, C-19";
  EXPECT_EQ(context["version"].asString(), "$LATEST") << "C-29";
  EXPECT_EQ(context["log_group"].asString(), "/aws/lambda/" + function.config().name) << "C-30";
  EXPECT_EQ(context["log_stream"].asString(), function.log_stream_name()) << "C-30";
  EXPECT_LE(context["remaining"].asInt64(), 60000) << "C-06";
  EXPECT_GT(context["remaining"].asInt64(), 10000) << "C-05, C-20: milliseconds of the time that is left";
  Covers("C-26", "C-28", "C-29", "C-30");
}

TEST_P(LoaderSuite, LogsAreAttributedToTheInvocation) {
  Function& function = Add("log");
  InvokeOptions options;
  options.log_type = LogType::kTail;
  Loaders::Get().log.TakeAll();
  const InvokeResult result = Invoke(function, "17", options);
  ASSERT_TRUE(result.outcome.ok()) << Text(result.outcome);
  std::string own;
  for (const KeptRecord& record : Loaders::Get().log.TakeAll()) {
    if (record.function_name == function.config().name && record.request_id == result.request_id.view()) {
      own += record.text;
    }
  }
  EXPECT_NE(own.find("logged 17"), std::string::npos) << own << "L-02, L-28";
  EXPECT_NE(own.find("printed 17"), std::string::npos) << own << "L-14";
  EXPECT_NE(result.log_tail.find("printed 17"), std::string::npos) << "L-51";
}

// A handler that calls its host, here by logging, may find itself invoked on the same thread.
TEST_P(LoaderSuite, InvocationsNest) {
  Function& outer = Add("log");
  Function& inner = Loaders::Get().Add(GetParam(), "echo");
  ASSERT_TRUE(Loaders::Get().runtime->Prepare(inner).ok());
  const std::string event = R"({"key":")" + std::string(40'000, 'x') + R"("})";  // large enough to change owners
  InvokeOptions large;  // other texts than the event are large, too
  large.client_context = R"({"custom":{"key":")" + std::string(40'000, 'x') + R"("}})";
  std::vector<std::size_t> answered;
  KeepingSink& log = Loaders::Get().log;
  log.TakeAll();
  log.on_write = [&, nested = false](std::string_view) mutable {
    if (std::exchange(nested, true)) return;
    answered.push_back(Text(Invoke(inner, "{}").outcome).size());
    answered.push_back(Text(Invoke(inner, event).outcome).size());
    answered.push_back(Text(Invoke(inner, event, large).outcome).size());
  };
  const InvokeResult result = Invoke(outer, "1");
  log.on_write = nullptr;
  EXPECT_EQ(Text(result.outcome), "null");
  ASSERT_EQ(answered.size(), 3U);
  EXPECT_GE(answered[1], event.size());
  EXPECT_EQ(answered[1], answered[2]);
  std::string logged;  // what follows is still the outer one's
  for (const KeptRecord& record : log.TakeAll()) {
    logged += record.text;
    EXPECT_EQ(record.function_name, outer.config().name) << record.text;
    EXPECT_EQ(record.request_id, result.request_id.view()) << record.text;
  }
  EXPECT_LT(logged.find("logged 1"), logged.find("printed 1")) << logged;
  EXPECT_NE(logged.find("printed 1"), std::string::npos) << logged;
}

TEST_P(LoaderSuite, AHandlerThatIsMissingIsAnError) {
  Function& function = Add("missing");
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = Invoke(function, "{}");
    ASSERT_EQ(result.outcome.kind(), Outcome::Kind::kFunctionError) << Text(result.outcome);
    EXPECT_FALSE(Parsed(result.outcome)["errorMessage"].asString().empty()) << "H-PY-18, H-JAVA-28";
  }
  EXPECT_FALSE(Loaders::Get().runtime->Prepare(function).ok());
}

TEST_P(LoaderSuite, AFailedInitIsAnErrorOfEachInvocation) {
  Function& function = Add("broken_init");
  for (int i = 0; i < 2; ++i) {
    const InvokeResult result = Invoke(function, "{}");
    EXPECT_EQ(result.outcome.kind(), Outcome::Kind::kFunctionError) << Text(result.outcome) << " H-PY-36, H-JAVA-09";
    EXPECT_TRUE(result.report.init_duration.has_value());
  }
}

TEST_P(LoaderSuite, AHandlerYieldsAtItsDeadline) {
  Function& function = Loaders::Get().Add(GetParam(), "wait", {}, milliseconds(200));
  const InvokeResult result = Invoke(function, "{}");
  EXPECT_TRUE(result.report.timed_out);
  EXPECT_NE(Text(result.outcome).find("Task timed out after 0.20 seconds"), std::string::npos) << "E-38";
}

TEST_P(LoaderSuite, ServesThreadsThatComeAndGo) {
  Function& function = Add("count");
  constexpr int kThreads = 32;
  const int before = std::stoi(Text(Invoke(function, "{}").outcome));  // functions of a package may share its state
  for (int i = 0; i < kThreads; ++i) {
    std::thread([&] { Invoke(function, "{}"); }).join();
  }
  EXPECT_EQ(Text(Invoke(function, "{}").outcome), std::to_string(before + kThreads + 1));
}

TEST_P(LoaderSuite, FunctionsComeAndGo) {
  for (int i = 0; i < 5; ++i) {
    Function& function = Add("count");
    EXPECT_TRUE(Invoke(function, "{}").outcome.ok());
    EXPECT_TRUE(Loaders::Get().runtime->Remove(function.config().name).ok());
  }
}

// A string without data is absent, whatever size it has: loader_abi.h.
TEST(Finders, TakeAbsentStringsForAbsent) {
  int asked = 0;
  for (const std::string& folder : LoaderDirs()) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (!file.path().filename().string().ends_with("-finder.so")) continue;
      void* module = dlopen(file.path().c_str(), RTLD_NOW);
      ASSERT_NE(module, nullptr) << dlerror();
      const auto entry = reinterpret_cast<tandem_finder_entry>(dlsym(module, TANDEM_FINDER_SYMBOL));
      ASSERT_NE(entry, nullptr) << file.path();
      const tandem_string absent = {nullptr, 5};
      const std::string nowhere = "/nonexistent/package";
      const tandem_claim_request request = {.struct_size = sizeof request,
                                            .handler = absent,
                                            .code_root = {nowhere.data(), nowhere.size()},
                                            .layers = &absent,
                                            .layers_size = 1};
      EXPECT_EQ(entry()->claim(&request), TANDEM_CLAIM_NONE) << file.path();
      ++asked;
    }
  }
  EXPECT_GT(asked, 0);
}

INSTANTIATE_TEST_SUITE_P(EveryLanguage, LoaderSuite, testing::ValuesIn(Languages()),
                         [](const testing::TestParamInfo<Language>& tested) { return tested.param.name; });

}  // namespace
}  // namespace tandem::test
