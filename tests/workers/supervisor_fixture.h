// What the supervisor's tests share: one supervisor, its children's output, and nothing left at the end.
#ifndef TANDEM_TESTS_WORKERS_SUPERVISOR_FIXTURE_H_
#define TANDEM_TESTS_WORKERS_SUPERVISOR_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workers/file_descriptor.h"
#include "workers/supervisor.h"

namespace tandem::workers {

// The ways to keep processes that can be had on this machine, the subreaper at least.
std::vector<Supervisor::Keeping> AvailableKeepings();
std::string NameOfKeeping(const testing::TestParamInfo<Supervisor::Keeping>& info);

// A pipe whose writing end is a process's standard output.
class Output {
 public:
  Output();
  int writing() const { return writing_.get(); }
  // Waits for `count` bytes, closing this process's own writing end.
  std::string Read(std::size_t count);
  std::string ReadAll() { return Read(SIZE_MAX); }

 private:
  FileDescriptor reading_;
  FileDescriptor writing_;
};

// A pipe whose reading end is a process's standard input.
class Input {
 public:
  Input();
  int reading() const { return reading_.get(); }
  void Say();

 private:
  FileDescriptor reading_;
  FileDescriptor writing_;
};

class SupervisorTest : public testing::TestWithParam<Supervisor::Keeping> {
 protected:
  SupervisorTest();
  ~SupervisorTest() override;

  void SetUp() override;
  // Ends the supervisor; what it had is gone when it returns.
  void End() { supervisor_.reset(); }

  ProcessSpec Spec(const std::string& what, const std::string& argument = "") const;
  std::shared_ptr<Process> MustStart(const ProcessSpec& spec);
  std::shared_ptr<Process> MustStart(const std::string& what, const std::string& argument = "") {
    return MustStart(Spec(what, argument));
  }
  // Its output goes to `output`, its input comes from `input`.
  std::shared_ptr<Process> MustStart(const std::string& what, const std::string& argument, const Output& output,
                                     const Input* input = nullptr);
  bool HasNamespace() const { return GetParam() != Supervisor::Keeping::kSubreaper; }
  // The process that has started it.
  pid_t KeeperOf(const Process& process) const;
  void ExpectNoChildLeft() const;

  static constexpr std::size_t kFamily = 6;  // the members but the first one, which write a byte each

  std::size_t open_before_;
  std::string tag_;
  std::string program_;  // the supervisor's, by a name that has the tag, as its keepers do, too
  FileDescriptor null_;
  std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace tandem::workers

#endif  // TANDEM_TESTS_WORKERS_SUPERVISOR_FIXTURE_H_
