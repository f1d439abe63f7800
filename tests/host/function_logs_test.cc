// What functions log, in files and out of them.

#include "host/logs/function_logs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "host/logs/log_reader.h"
#include "tests/lib/covers.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;

// A time of this hour, as a later one than now is not believed, nor one of long ago.
const std::int64_t kNow =
    std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
const std::int64_t kTime = kNow / 1'000'000 * 1'000'000 - 60'000'000 + 123'456;

std::string SecondAt(std::int64_t time_us) {
  const auto second = static_cast<std::time_t>(time_us / 1'000'000);
  std::tm utc{};
  gmtime_r(&second, &utc);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc)};
}

const std::string kStamp = SecondAt(kTime) + ".123Z";
const std::string kStream = "2026/11/26/[$LATEST]0123456789abcdef0123456789abcdef";
const std::string kFile = "2026-11-26-[$LATEST]0123456789abcdef0123456789abcdef.log";

LogRecord RecordOf(std::string_view text, LogOrigin origin = LogOrigin::kFunction) {
  LogRecord record;
  record.origin = origin;
  record.time_us = kTime;
  record.function_name = "F";
  record.request_id = "one";
  record.text = text;
  record.log_stream_name = kStream;
  return record;
}

std::string Contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Of "line 5 x"; -1: of another line.
int NumberOf(const std::string& text) {
  constexpr std::size_t kBegin = std::string_view("line ").size();
  int number = -1;
  if (text.size() > kBegin) std::from_chars(text.data() + kBegin, text.data() + text.size(), number);
  return number;
}

class FunctionLogsTest : public ::testing::Test {
 protected:
  FunctionLogsTest() : folder_(fs::path(::testing::TempDir()) / ("function-logs-" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
  }
  ~FunctionLogsTest() override { fs::remove_all(folder_); }

  std::unique_ptr<FunctionLogs> Open(LogLimits limits = {}, LogSink* next = nullptr) {
    auto logs = FunctionLogs::Open(
        folder_.string(), next, [this](const std::string& text) { said_.push_back(text); }, limits);
    if (!logs) throw std::runtime_error(logs.status().message());
    return std::move(*logs);
  }
  fs::path Function() const { return folder_ / "F"; }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& each : fs::directory_iterator(Function())) names.insert(each.path().filename().string());
    return names;
  }
  std::vector<std::string> Read(LogReader& reader, const std::string& since = {}) const {
    std::vector<std::string> texts;
    for (const LogLine& line : reader.Read(since)) texts.push_back(line.text);
    return texts;
  }

  // Of all lines.
  std::vector<std::string> Texts() const {
    LogReader reader(Function().string());
    return Read(reader);
  }

  const fs::path folder_;
  std::vector<std::string> said_;
};

TEST_F(FunctionLogsTest, ALineIsInTheFileOfItsStream) {
  const auto logs = Open();
  logs->Write(RecordOf("begun "));
  logs->Write(RecordOf("and ended\nopen"));
  logs->Write(RecordOf("END RequestId: one\n", LogOrigin::kPlatform));
  LogRecord other = RecordOf("of no environment", LogOrigin::kNote);
  other.log_stream_name = {};
  logs->Write(other);
  LogRecord nobodys = RecordOf("of nobody\n");
  nobodys.function_name = {};
  logs->Write(nobodys);
  logs->Flush();
  EXPECT_EQ(Contents(Function() / kFile),
            kStamp + " begun and ended\n" + kStamp + " open\n" + kStamp + " END RequestId: one\n");
  EXPECT_EQ(Contents(Function() / "tandem.log"), kStamp + " of no environment\n");
  EXPECT_EQ(Names().size(), 2U);
  struct stat about {};
  ASSERT_EQ(stat((Function() / kFile).c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(FunctionLogsTest, InvocationsAtOnceDoNotMixTheirLines) {
  const auto logs = Open();
  LogRecord two = RecordOf("b");
  two.request_id = "two";
  logs->Write(RecordOf("a"));
  logs->Write(two);
  logs->Write(RecordOf("a\n"));
  two.text = "b\n";
  logs->Write(two);
  logs->Flush();
  EXPECT_EQ(Contents(Function() / kFile), kStamp + " aa\n" + kStamp + " bb\n");
  test::Covers("L-40");
}

// What an environment says at its init, or at its end, has no request id, and need not end with a newline.
TEST_F(FunctionLogsTest, ALineThatNobodyEndsIsKept) {
  auto logs = Open();
  LogRecord init = RecordOf("from the init");
  init.request_id = {};
  logs->Write(init);
  logs->Write(RecordOf("START RequestId: one\n", LogOrigin::kPlatform));
  logs->Write(RecordOf("END RequestId: one\n", LogOrigin::kPlatform));
  init.text = "after the end";
  logs->Write(init);
  logs.reset();
  EXPECT_EQ(Texts(),
            (std::vector<std::string>{"from the init", "START RequestId: one", "END RequestId: one", "after the end"}));
}

TEST_F(FunctionLogsTest, ALineThatNobodyEndsComesIntoTheFileByItself) {
  const auto logs = Open();
  logs->Write(RecordOf("an environment's last words"));
  while (!fs::exists(Function() / kFile) || Texts().empty())
    std::this_thread::yield();  // for ever where nobody ends it
  EXPECT_EQ(Texts(), (std::vector<std::string>{"an environment's last words"}));
}

TEST_F(FunctionLogsTest, TheTimeOfARecordIsNotBelievedWhereItCannotBe) {
  const auto logs = Open();
  for (const std::int64_t time : {std::int64_t{-1}, std::int64_t{0}, INT64_MAX, INT64_MIN, kNow + 3'600'000'000}) {
    LogRecord record = RecordOf("text\n");
    record.time_us = time;
    logs->Write(record);
  }
  logs->Flush();
  LogReader reader(Function().string());
  const std::vector<LogLine> lines = reader.Read();
  EXPECT_EQ(lines.size(), 5U);
  for (const LogLine& line : lines) {
    EXPECT_EQ(line.text, "text");
    EXPECT_GE(line.time, kStamp);
  }
}

TEST_F(FunctionLogsTest, ALargeRecordIsRotatedAsManySmallOnes) {
  LogLimits limits;
  limits.largest_file = 100'000;
  const auto logs = Open(limits);
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
  logs->Write(RecordOf(text));
  logs->Flush();
  EXPECT_EQ(Names(), (std::set<std::string>{kFile, kFile + ".1"}));
  for (const std::string& name : Names()) EXPECT_LE(fs::file_size(Function() / name), limits.largest_file);
  EXPECT_EQ(Texts().back(), "line 99999");
}

// What is followed while it is rotated comes whole, once, in order; but for what was rotated away meanwhile.
TEST_F(FunctionLogsTest, AFollowerReadsWholeLinesWhileFilesAreRotated) {
  LogLimits limits;
  limits.largest_file = 20'000;
  const auto logs = Open(limits);
  constexpr int kLines = 20'000;
  std::thread writer([&] {
    for (int i = 0; i < kLines; ++i) {
      logs->Write(RecordOf("line " + std::to_string(i) + " x\n"));
      if (i % 50 == 0) logs->Flush();
    }
    logs->Flush();
  });
  LogReader reader(Function().string());
  int last = -1;
  while (last < kLines - 1) {
    for (const LogLine& line : reader.Read()) {
      const int number = NumberOf(line.text);
      EXPECT_EQ(line.text, "line " + std::to_string(number) + " x");
      if (number <= last) ADD_FAILURE() << number << " after " << last;
      last = number;
    }
  }
  writer.join();
}

TEST_F(FunctionLogsTest, LinesComeIntoFilesByThemselves) {
  const auto logs = Open();
  logs->Write(RecordOf("soon\n"));
  while (!fs::exists(Function() / kFile)) std::this_thread::yield();  // for ever where nobody writes it
  logs->Write(RecordOf("later\n"));
  const std::string all = kStamp + " soon\n" + kStamp + " later\n";
  while (Contents(Function() / kFile) != all) std::this_thread::yield();
}

TEST_F(FunctionLogsTest, TheEndWritesWhatThereIs) {
  Open()->Write(RecordOf("last\n"));
  EXPECT_EQ(Contents(Function() / kFile), kStamp + " last\n");
}

TEST_F(FunctionLogsTest, ALineOfMegabytesComesInParts) {
  const auto logs = Open();
  const std::string large((std::size_t{3} << 20) + 3, 'x');
  logs->Write(RecordOf(large));
  logs->Write(RecordOf("\n"));
  logs->Flush();
  LogReader reader(Function().string());
  std::string whole;
  for (const std::string& text : Read(reader)) {
    EXPECT_LE(text.size(), WholeLines::kLongestLine);
    whole += text;
  }
  EXPECT_EQ(whole, large);
}

TEST_F(FunctionLogsTest, FilesAreRotatedAndReadOnAcross) {
  LogLimits limits;
  limits.largest_file = 400;
  const auto logs = Open(limits);
  LogReader follows(Function().string());
  std::vector<std::string> expected;
  std::vector<std::string> seen;
  for (int i = 0; i < 60; ++i) {
    expected.push_back("line " + std::to_string(i));
    logs->Write(RecordOf(expected.back() + "\n"));
    logs->Flush();
    if (i % 7 != 0) continue;
    for (const std::string& text : Read(follows)) seen.push_back(text);
  }
  for (const std::string& text : Read(follows)) seen.push_back(text);
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(Names(), (std::set<std::string>{kFile, kFile + ".1"}));
  for (const std::string& name : Names()) EXPECT_LE(fs::file_size(Function() / name), limits.largest_file);
  LogReader later(Function().string());
  const std::vector<std::string> left = Read(later);
  ASSERT_GT(left.size(), 1U);
  EXPECT_EQ(left, std::vector<std::string>(expected.end() - static_cast<std::ptrdiff_t>(left.size()), expected.end()));
}

TEST_F(FunctionLogsTest, AFunctionKeepsSoManyFilesAndBytes) {
  LogLimits limits;
  limits.most_files_of_a_function = 16;
  limits.most_of_a_function = 100'000;
  const auto logs = Open(limits);
  const auto write = [&](int number, const std::string& text) {
    const std::string stream = "s" + std::to_string(number);
    LogRecord record = RecordOf(text);
    record.log_stream_name = stream;
    logs->Write(record);
    logs->Flush();
  };
  for (int i = 0; i < 100; ++i) write(i, "short\n");
  constexpr std::size_t kShare = 8;
  EXPECT_LE(Names().size(), 16 + 16 / kShare + 1);
  EXPECT_TRUE(Names().contains("s99.log"));
  const std::string line = std::string(9'000, 'x') + "\n";
  for (int i = 100; i < 200; ++i) write(i, line);
  std::uintmax_t bytes = 0;
  for (const std::string& name : Names()) bytes += fs::file_size(Function() / name);
  EXPECT_LE(bytes, limits.most_of_a_function * 5 / 4);
  EXPECT_TRUE(Names().contains("s199.log"));
}

TEST_F(FunctionLogsTest, ReadersGetTheOrderOfTimeAndNothingOlder) {
  const auto logs = Open();
  constexpr std::int64_t kSecond = 1'000'000;
  const auto write = [&](const std::string& stream, std::int64_t second, const std::string& text) {
    LogRecord record = RecordOf(text);
    record.log_stream_name = stream;
    record.time_us = kTime + second * kSecond;
    logs->Write(record);
  };
  write("a", 1, "first\n");
  write("b", 2, "second\n");
  write("a", 3, "third\n");
  logs->Flush();
  LogReader all(Function().string());
  EXPECT_EQ(Read(all), (std::vector<std::string>{"first", "second", "third"}));
  LogReader some(Function().string());
  EXPECT_EQ(Read(some, SecondAt(kTime + 2 * kSecond)), (std::vector<std::string>{"second", "third"}));
  write("b", 4, "fourth\n");
  logs->Flush();
  EXPECT_EQ(Read(all), (std::vector<std::string>{"fourth"}));
}

class CountingSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override {
    if (record.text == "each\n") ++records;
  }
  int records = 0;
};

TEST_F(FunctionLogsTest, AnotherSinkGetsEveryRecord) {
  CountingSink next;
  const auto logs = Open({}, &next);
  for (int i = 0; i < 3; ++i) logs->Write(RecordOf("each\n"));
  EXPECT_EQ(next.records, 3);
}

TEST_F(FunctionLogsTest, AFolderThatCannotBeWrittenIsSaidOnceAndNotFatal) {
  const auto logs = Open();
  std::ofstream(folder_ / "F") << "not a folder";
  for (int i = 0; i < 3; ++i) {
    logs->Write(RecordOf("lost\n"));
    logs->Flush();
  }
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_EQ(said_[0], "logs are not kept: " + folder_.string() + ": Not a directory");
  fs::remove(folder_ / "F");
  logs->Write(RecordOf("kept\n"));
  logs->Flush();
  EXPECT_EQ(Contents(Function() / kFile), kStamp + " kept\n");
}

TEST_F(FunctionLogsTest, ALinkInPlaceOfAFileIsNotFollowed) {
  const auto logs = Open();
  fs::create_directories(Function());
  fs::create_symlink(folder_ / "target", Function() / kFile);
  logs->Write(RecordOf("text\n"));
  logs->Flush();
  EXPECT_FALSE(fs::exists(folder_ / "target"));
  EXPECT_EQ(said_.size(), 1U);
}

}  // namespace
}  // namespace tandem::host
