// A store, and a Runtime over the native loader with what is deployed of it.
#ifndef TANDEM_TESTS_HOST_DEPLOYMENT_FIXTURE_H_
#define TANDEM_TESTS_HOST_DEPLOYMENT_FIXTURE_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/deployments.h"
#include "tandem/runtime.h"
#include "tests/host/store_fixture.h"

namespace tandem::test {

// Lines, which may be waited for.
// Threads: any.
class Lines {
 public:
  void Add(std::string_view line);
  // Until so many lines have the text.
  void Await(const std::string& text, std::size_t count = 1);
  std::size_t Count(const std::string& text) const;

 private:
  std::size_t CountUnderLock(const std::string& text) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

// Keeps what is logged.
class LineSink final : public LogSink {
 public:
  void Write(const LogRecord& record) noexcept override;

  Lines lines;
  // Called once, by whoever writes a note, which whoever deploys a function with a warning does in the middle of it.
  std::function<void()> on_note;
};

class DeploymentTest : public StoreTest {
 protected:
  DeploymentTest();

  // A place for deployments, in the place of the one before.
  void Begin(host::InlineUse inline_use);

  // A version that is told from others by its package, which has `text`.
  std::shared_ptr<FunctionVersion> Version(const std::string& text);
  // One that runs in this process, of which its log says that it has no variables.
  std::shared_ptr<FunctionVersion> InlineVersion(const std::string& text,
                                                 const std::string& handler = "native.identity");

  void Keep(const std::string& name, std::shared_ptr<const FunctionVersion> latest);
  // As the API does it.
  void Change(const std::string& name, const std::shared_ptr<const FunctionVersion>& latest);
  void Publish(const std::string& name);
  void Delete(const std::string& name);

  std::shared_ptr<const FunctionVersion> Find(const std::string& name, std::string_view version = "$LATEST") const;
  Result<std::shared_ptr<host::Deployment>> Get(const std::string& name, std::string_view version = "$LATEST");
  // What a deployment of the version has, let go of at once.
  std::weak_ptr<host::Deployment> Glimpse(const std::string& name,
                                          const std::shared_ptr<const FunctionVersion>& version);

  LineSink log_;
  std::vector<FunctionStore::KeptPackage> kept_;  // which so stay
  const std::unique_ptr<FunctionStore> store_;
  std::unique_ptr<Runtime> runtime_;
  std::optional<host::Deployments> deployments_;
};

}  // namespace tandem::test

#endif  // TANDEM_TESTS_HOST_DEPLOYMENT_FIXTURE_H_
