#include "tests/workers/supervisor_fixture.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "tests/workers/open_files.h"
#include "tests/workers/processes.h"

namespace tandem::workers {

using Keeping = Supervisor::Keeping;

std::vector<Keeping> AvailableKeepings() {
  std::vector<Keeping> available;
  for (const Keeping keeping : {Keeping::kNamespace, Keeping::kUserNamespace, Keeping::kSubreaper}) {
    auto supervisor = Supervisor::Start(TANDEM_TEST_SUPERVISOR, keeping);
    if (!supervisor) continue;
    const ProcessSpec spec{
        .program = "/bin/true", .arguments = {"true"}, .environment = {}, .working_directory = "/", .files = {}};
    if ((*supervisor)->StartProcess(spec).ok() || keeping == Keeping::kSubreaper) available.push_back(keeping);
  }
  return available;
}

// NOLINTNEXTLINE(modernize-use-string-view): GoogleTest's
std::string NameOfKeeping(const testing::TestParamInfo<Keeping>& info) {
  switch (info.param) {
    case Keeping::kNamespace:
      return "Namespace";
    case Keeping::kUserNamespace:
      return "UserNamespace";
    case Keeping::kSubreaper:
      return "Subreaper";
    default:
      return "Best";
  }
}

namespace {

std::array<FileDescriptor, 2> Pipe() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace

Output::Output() {
  std::array<FileDescriptor, 2> ends = Pipe();
  reading_ = std::move(ends[0]);
  writing_ = std::move(ends[1]);
}

Input::Input() {
  std::array<FileDescriptor, 2> ends = Pipe();
  reading_ = std::move(ends[0]);
  writing_ = std::move(ends[1]);
}

void Input::Say() {
  EXPECT_EQ(write(writing_.get(), "x", 1), 1);
}

std::string Output::Read(std::size_t count) {
  writing_.Close();
  std::string text;
  std::array<char, 4096> bytes{};
  while (text.size() < count) {
    const ssize_t got = read(reading_.get(), bytes.data(), std::min(bytes.size(), count - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return text;
}

SupervisorTest::SupervisorTest() : open_before_(test::OpenFiles()), null_(open("/dev/null", O_RDWR | O_CLOEXEC)) {
  static int tests = 0;
  tag_ = "tandem-workers-test-" + std::to_string(getpid()) + "-" + std::to_string(++tests);
  program_ = std::filesystem::path(TANDEM_TEST_HOST).parent_path() / test::SupervisorNameOf(tag_);
  std::filesystem::create_symlink(TANDEM_TEST_SUPERVISOR, program_);
}

SupervisorTest::~SupervisorTest() {
  End();
  const std::vector<pid_t> left = test::WithTag(tag_);
  EXPECT_TRUE(left.empty()) << test::Describe(left);
  EXPECT_TRUE(waitpid(-1, nullptr, WNOHANG | __WALL) < 0 && errno == ECHILD) << "a child is left";
  null_.Close();
  std::filesystem::remove(program_);
  EXPECT_EQ(test::OpenFiles(), open_before_) << "a descriptor is left";
}

void SupervisorTest::SetUp() {
  auto supervisor = Supervisor::Start(program_, GetParam());
  ASSERT_TRUE(supervisor.ok()) << supervisor.status().message();
  supervisor_ = std::move(*supervisor);
}

ProcessSpec SupervisorTest::Spec(const std::string& what, const std::string& argument) const {
  return {.program = TANDEM_TEST_CHILD,
          .arguments = {"child", what, tag_, argument},
          .environment = {},
          .working_directory = "/",
          .files = {null_.get(), null_.get(), STDERR_FILENO}};
}

std::shared_ptr<Process> SupervisorTest::MustStart(const ProcessSpec& spec) {
  auto process = supervisor_->StartProcess(spec);
  EXPECT_TRUE(process.ok()) << process.status().message();
  return process.ok() ? *process : nullptr;
}

std::shared_ptr<Process> SupervisorTest::MustStart(const std::string& what, const std::string& argument,
                                                   const Output& output, const Input* input) {
  ProcessSpec spec = Spec(what, argument);
  if (input != nullptr) spec.files[0] = input->reading();
  spec.files[1] = output.writing();
  return MustStart(spec);
}

pid_t SupervisorTest::KeeperOf(const Process& process) const {
  return static_cast<pid_t>(std::stol(test::StatusField(process.pid(), "PPid")));
}

void SupervisorTest::ExpectNoChildLeft() const {
  const std::vector<pid_t> left = test::WithArgument(tag_);
  EXPECT_TRUE(left.empty()) << test::Describe(left);
}

}  // namespace tandem::workers
