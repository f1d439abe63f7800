#include "tests/host/deployment_fixture.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <utility>

#include "host/zip_folder.h"

namespace tandem::test {
namespace {

RuntimeOptions NativeOptions(const std::string& cache, LogSink& log) {
  RuntimeOptions options;
  options.loader_dirs = {TANDEM_TEST_LOADERS};
  options.package.cache_dir = cache;
  options.log_sink = &log;
  options.platform_logs = PlatformLogs::kOn;
  return options;
}

std::string Zipped(const std::string& folder, const std::string& text) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/text", std::ios::trunc) << text;
  auto zip = host::ZipFolder(folder);
  EXPECT_TRUE(zip.ok()) << zip.status().message();
  return *zip;
}

void Expect(const Status& status) {
  EXPECT_TRUE(status.ok()) << status.message();
}

}  // namespace

void Lines::Add(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  lines_.emplace_back(line);
  changed_.notify_all();
}

void Lines::Await(const std::string& text, std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return CountUnderLock(text) >= count; });
}

std::size_t Lines::Count(const std::string& text) const {
  const std::scoped_lock lock(mutex_);
  return CountUnderLock(text);
}

std::size_t Lines::CountUnderLock(const std::string& text) const {
  return std::ranges::count_if(lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

void LineSink::Write(const LogRecord& record) noexcept {
  lines.Add(record.text);
  if (record.origin == LogOrigin::kNote && on_note) std::exchange(on_note, nullptr)();
}

DeploymentTest::DeploymentTest() : store_(Open()) {
  auto created = Runtime::Create(NativeOptions(folder() + "/cache", log_));
  EXPECT_TRUE(created.ok()) << created.status().message();
  runtime_ = std::move(*created);
  Begin(host::InlineUse::kAllowed);
}

void DeploymentTest::Begin(host::InlineUse inline_use) {
  host::DeploymentOptions options;
  options.account = {"eu-central-1", "012345678912"};
  options.variables = {{"OF_ALL", "all"}, {"OWN", "all"}};
  options.packages.cache_dir = folder() + "/cache";
  options.log = &log_;
  options.inline_use = inline_use;
  deployments_.emplace(*runtime_, *store_, std::move(options));
}

std::shared_ptr<FunctionVersion> DeploymentTest::Version(const std::string& text) {
  const auto kept = store_->KeepPackage(Zipped(folder() + "/code", text));
  EXPECT_TRUE(kept.ok()) << kept.status().message();
  kept_.push_back(*kept);
  auto version = MakeVersion("$LATEST", *kept, text);
  version->settings["Handler"] = "native.identity";
  version->settings["Runtime"] = "native1";
  version->settings["MemorySize"] = 128;
  version->settings["Environment"]["Variables"]["OWN"] = "own";
  return version;
}

std::shared_ptr<FunctionVersion> DeploymentTest::InlineVersion(const std::string& text, const std::string& handler) {
  auto version = Version(text);
  version->settings["Handler"] = handler;
  version->settings["Environment"]["Variables"]["TANDEM_ISOLATION"] = "inline";
  return version;
}

void DeploymentTest::Keep(const std::string& name, std::shared_ptr<const FunctionVersion> latest) {
  StoredFunction function;
  function.name = name;
  function.latest = std::move(latest);
  Expect(store_->Insert(std::move(function)));
}

void DeploymentTest::Change(const std::string& name, const std::shared_ptr<const FunctionVersion>& latest) {
  Expect(store_->Change(name, [&](StoredFunction& function) -> Status {
    function.latest = latest;
    return {};
  }));
  deployments_->Drop(name, "$LATEST");
}

void DeploymentTest::Publish(const std::string& name) {
  Expect(store_->Change(name, [](StoredFunction& function) -> Status {
    const std::uint64_t number = ++function.last_number;
    function.versions[number] = Published(*function.latest, number);
    return {};
  }));
}

void DeploymentTest::Delete(const std::string& name) {
  Expect(store_->Erase(name));
  deployments_->Drop(name, "");
}

std::shared_ptr<const FunctionVersion> DeploymentTest::Find(const std::string& name, std::string_view version) const {
  return VersionNamed(store_->Find(name).get(), version);
}

Result<std::shared_ptr<host::Deployment>> DeploymentTest::Get(const std::string& name, std::string_view version) {
  return deployments_->Get(name, Find(name, version));
}

std::weak_ptr<host::Deployment> DeploymentTest::Glimpse(const std::string& name,
                                                        const std::shared_ptr<const FunctionVersion>& version) {
  const auto deployed = deployments_->Get(name, version);
  EXPECT_TRUE(deployed.ok()) << deployed.status().message();
  if (!deployed.ok()) return {};
  EXPECT_EQ(&(*deployed)->of(), version.get());
  return *deployed;
}

}  // namespace tandem::test
