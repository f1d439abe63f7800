#include "tandem/platform_lines.h"

#include <gtest/gtest.h>

#include <regex>

#include "tests/lib/covers.h"

namespace tandem {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(PlatformLines, StartAndEnd) {
  EXPECT_EQ(StartLine("id-1", "$LATEST"), "START RequestId: id-1 Version: $LATEST\n") << "L-41";
  EXPECT_EQ(EndLine("id-1"), "END RequestId: id-1\n") << "L-42";
  test::Covers("L-41", "L-42");
}

TEST(PlatformLines, ReportRoundsBilledDurationUp) {
  Report report;
  report.duration = microseconds(12340);
  report.max_memory_used_bytes = 30LL * 1024 * 1024;
  EXPECT_EQ(ReportLine("id-1", report, 128),
            "REPORT RequestId: id-1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: "
            "30 MB\t\n")
      << "L-43";
  report.init_duration = microseconds(101100);
  report.duration = milliseconds(12);
  EXPECT_EQ(ReportLine("id-1", report, 128),
            "REPORT RequestId: id-1\tDuration: 12.00 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\tMax Memory Used: "
            "30 MB\t"
            "Init Duration: 101.10 ms\t\n")
      << "L-43";
  test::Covers("L-43", "L-44");
}

TEST(PlatformLines, ThePeakOfMemoryIsOfBytesAndNeverFalls) {
  const std::int64_t before = ProcessPeakMemoryBytes();
  const std::string large(static_cast<std::size_t>(before) + (1U << 20U), 'x');
  EXPECT_GT(ProcessPeakMemoryBytes(), before) << large.back() << " L-43";
}

TEST(PlatformLines, Timeout) {
  const std::regex line(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z id-1 Task timed out after 3\.00 seconds\n\n)");
  EXPECT_TRUE(std::regex_match(TimeoutLines("id-1", milliseconds(3000)), line)) << "L-48";
  const Outcome outcome = TimeoutOutcome("id-1", milliseconds(1500));
  EXPECT_EQ(
      outcome.payload().view(),
      R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id-1 Error: Task timed out after 1.50 seconds"})")
      << "E-38";
  EXPECT_EQ(outcome.kind(), Outcome::Kind::kFunctionError);
  test::Covers("L-48", "E-38");
}

}  // namespace
}  // namespace tandem
