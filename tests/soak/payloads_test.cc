// Payloads far beyond what the service takes.

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "both_runtimes.h"

namespace tandem::test {

// Room for a gigabyte as bytes, as a string and as a response. What is not used is not taken from the machine.
const char* const kJvmOptions = "-Xmx6g";

namespace {

constexpr std::size_t kMega = 1'000'000;
constexpr std::size_t kLineBytes = 1000;
constexpr std::size_t kTwoGiB = std::size_t{2} << 30;

std::string Text(std::size_t size) {
  std::string text(size, 'x');
  text.front() = text.back() = '"';
  return text;
}

// How long a response is without a copy of it, or what came instead.
std::string SizeOf(const Outcome& outcome) {
  return outcome.ok() ? std::to_string(outcome.payload().size()) : Show(outcome);
}

void CheckEcho(Function& function, std::size_t size) {
  const Payload payload = Payload::Copy(Text(size));
  const Outcome outcome = BothRuntimes::Get().Invoke(function, Event(payload)).outcome;
  ASSERT_EQ(SizeOf(outcome), std::to_string(size)) << function.config().handler;
  EXPECT_TRUE(outcome.payload().view() == payload.view()) << function.config().handler << ": other bytes came back";
}

// Bytes that this machine has free, by its own word.
std::size_t AvailableBytes() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::size_t kib = 0;
  while (file >> name >> kib && name != "MemAvailable:") file.ignore(kLineBytes, '\n');
  return kib * 1024;
}

// A smaller payload would not show what one of this size does.
void CheckRoom(std::size_t needed) {
  const std::size_t available = AvailableBytes();
  ASSERT_GE(available, needed) << "this test needs " << needed / kMega << " MB of memory, of which the machine has "
                               << available / kMega << " MB available; TANDEM_TEST_EXTENT=all is for larger ones";
}

TEST(Payloads, ComeBackWhole) {
  std::vector<std::size_t> sizes = {6 * kMega, 64 * kMega};
  if (BothRuntimes::AreLong()) {
    constexpr std::size_t kLongest = 1000 * kMega;
    // The event, its padded copy, and what a language and a response take of it: about five times its size.
    ASSERT_NO_FATAL_FAILURE(CheckRoom(6 * kLongest));
    sizes.push_back(kLongest);
  }
  for (const FunctionConfig& config : {BothRuntimes::Java("soak.Work::copy"), BothRuntimes::Python("work.echo"),
                                       BothRuntimes::Python("work.echo", "other")}) {
    Function& function = BothRuntimes::Add(config);
    for (const std::size_t size : sizes) CheckEcho(function, size);
    CheckEcho(function, 100);
  }
}

// As long as the JSON reader of Java's runtime takes strings; longer ones are the error of unreadable events.
TEST(Payloads, OfJavaAsStrings) {
  Function& same = BothRuntimes::Add(BothRuntimes::Java("soak.Work::same"));
  CheckEcho(same, 6 * kMega);
  EXPECT_EQ(Answer(same, Text(64 * kMega)), "error java.lang.RuntimeException");
  CheckEcho(same, 6 * kMega);
}

// What the long form does needs some gigabytes for a while.
class LongPayloads : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(BothRuntimes::AreLong()) << "TANDEM_TEST_EXTENT=all is for machines with memory";
  }
};

TEST_F(LongPayloads, BeyondAJavaArrayAreRefused) {
  Function& copy = BothRuntimes::Add(BothRuntimes::Java("soak.Work::copy"));
  EXPECT_EQ(Answer(copy, Text(kTwoGiB)),
            "fault the Java loader failed: a payload of 2 GiB or more does not fit a Java buffer");
  CheckEcho(copy, 100);
}

TEST_F(LongPayloads, ResponsesBeyondAJavaArrayAreErrors) {
  EXPECT_EQ(Answer(BothRuntimes::Add(BothRuntimes::Java("soak.Work::flood")), "{}"),
            "error java.lang.OutOfMemoryError");
  CheckEcho(BothRuntimes::Add(BothRuntimes::Java("soak.Work::copy")), 100);
}

// Python has no such limit.
TEST_F(LongPayloads, BeyondTwoGigabytesAreAStringOfPython) {
  constexpr std::size_t kSize = kTwoGiB + kMega;
  // The event, its copy, and the bytes and the string of Python: about four times its size.
  ASSERT_NO_FATAL_FAILURE(CheckRoom(5 * kSize));
  Function& length = BothRuntimes::Add(BothRuntimes::Python("work.length"));
  EXPECT_EQ(Answer(length, Text(kSize)), "ok " + std::to_string(kSize - 2));
}

}  // namespace
}  // namespace tandem::test
