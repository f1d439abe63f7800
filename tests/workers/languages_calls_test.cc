// What reaches handlers of both languages in a worker while they run.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "both_languages.h"
#include "mixture.h"

namespace tandem::test {
namespace {

class WorkerCalls : public testing::TestWithParam<Language> {
 protected:
  std::size_t Begun() const {
    const std::vector<KeptRecord> records = both_.log.records();
    return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), [](const KeptRecord& record) {
      return record.text.find("begins") != std::string::npos;
    }));
  }

  BothLanguages both_;
};

TEST_P(WorkerCalls, ACancelAsksTheHandlerAndTheEnvironmentGoesOn) {
  Function& function = both_.Add(both_.Config(GetParam()));
  EXPECT_EQ(both_.Call(function, "count"), "1");
  for (std::size_t i = 1; i <= 3; ++i) {
    InvokeOptions options;
    options.request_id = RequestId("waits");
    std::thread waiting([&] {
      const InvokeResult result = both_->Invoke(function, Event(std::string_view("\"wait\"")), options);
      EXPECT_EQ(Become(result.outcome), "\"asked to yield\"");
    });
    while (Begun() < i) std::this_thread::yield();
    both_->Cancel(function, "waits");
    waiting.join();
  }
  EXPECT_EQ(both_.Call(function, "count"), "2");
}

INSTANTIATE_TEST_SUITE_P(All, WorkerCalls, testing::Values(Language::kJava, Language::kPython),
                         [](const auto& tested) { return NameOf(tested.param); });

}  // namespace
}  // namespace tandem::test
