#include "host/api/local_deployment.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>
#include <utility>

#include "host/api/isolation_check.h"
#include "host/api/layer_reference.h"
#include "host/api/lookup.h"
#include "host/api/settings.h"
#include "host/api/view.h"
#include "host/digest.h"
#include "host/zip_folder.h"
#include "tandem/package.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;
using KeptPackage = FunctionStore::KeptPackage;

ApiError Unreadable(const std::string& message) {
  return InvalidParameter(message);
}

ApiResult<std::string> BytesOf(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    auto bytes = ZipFolder(path);
    if (!bytes) return Unreadable(bytes.status().message());
    return *std::move(bytes);
  }
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf())) return Unreadable(path + ": " + std::generic_category().message(errno));
  return std::move(bytes).str();
}

ApiResult<KeptPackage> Keep(const ApiContext& context, const std::string& path) {
  const auto bytes = BytesOf(path);
  if (!bytes) return bytes.error();
  auto kept = context.store.KeepPackage(*bytes);
  if (!kept) return StoreFailed(kept.status());
  const auto unpacked = OpenPackage(context.store.PackagePath(kept->code_sha256), context.packages);
  if (!unpacked) return Unreadable(path + ": " + unpacked.status().message());
  return *std::move(kept);
}

// Of the path, so that two of one name are two layers: "dependencies-1f2e3d4c".
std::string LayerNameOf(const std::string& path) {
  constexpr std::size_t kLongest = 100;
  constexpr std::size_t kDigits = 8;
  std::string name = fs::path(path).stem().string().substr(0, kLongest);
  for (char& c : name) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!fits) c = '-';
  }
  return name + "-" + HexOfDigest(Sha256(path)).substr(0, kDigits);
}

// The ARN of the layer's version that has what lies at the path, published if there is none.
ApiResult<std::string> PublishLayer(const ApiContext& context, const std::string& path) {
  const auto package = Keep(context, path);
  if (!package) return package.error();
  const std::string name = LayerNameOf(path);
  std::uint64_t number = 0;
  const auto done = ChangeLayer(context, name, [&](StoredLayer& layer) -> ApiResult<bool> {
    if (!layer.versions.empty() && layer.versions.rbegin()->second->content.code_sha256 == package->code_sha256) {
      number = layer.versions.rbegin()->first;
      return true;
    }
    LayerVersion version;
    version.number = number = ++layer.last_number;
    version.settings = Json::Value(Json::objectValue);
    version.settings["Description"] = path;
    version.content = {package->code_sha256, package->code_size};
    version.created_date = LastModifiedNow();
    layer.versions[number] = std::make_shared<const LayerVersion>(std::move(version));
    return true;
  });
  if (!done) return done.error();
  return LayerArn(context.account, name, number);
}

ApiResult<Json::Value> PublishLayers(const ApiContext& context, const std::vector<std::string>& paths) {
  Json::Value arns(Json::arrayValue);
  for (const std::string& path : paths) {
    const auto arn = PublishLayer(context, path);
    if (!arn) return arn.error();
    arns.append(*arn);
  }
  return arns;
}

// What the function is to be.
ApiResult<FunctionVersion> VersionOf(const ApiContext& context, const LocalFunction& function,
                                     const KeptPackage& package, const FunctionLayers& layers) {
  auto settings = NewSettings(function.settings, context.check_runtime);
  if (!settings) return settings.error();
  if (const auto isolation = CheckIsolation(*settings, context.inline_use); !isolation) return isolation.error();
  (*settings)[kRegionSetting] = context.account.region;
  FunctionVersion version;
  version.version = "$LATEST";
  version.settings = *std::move(settings);
  version.layers = layers.packages;
  version.code_sha256 = package.code_sha256;
  version.code_size = package.code_size;
  version.last_modified = LastModifiedNow();
  version.revision_id = NewRevisionId();
  return version;
}

bool AreAlike(const FunctionVersion& one, const FunctionVersion& other) {
  return one.settings == other.settings && one.code_sha256 == other.code_sha256 && one.layers == other.layers;
}

}  // namespace

ApiResult<bool> DeployLocally(const ApiContext& context, const LocalFunction& function) {
  LocalFunction deployed = function;
  auto arns = PublishLayers(context, function.layers);
  if (!arns) return arns.error();
  if (!arns->empty()) deployed.settings["Layers"] = *arns;
  const auto layers = ResolveLayers(context.store, deployed.settings["Layers"], context.account);
  if (!layers) return layers.error();
  const auto package = Keep(context, function.code);
  if (!package) return package.error();
  auto version = VersionOf(context, deployed, *package, *layers);
  if (!version) return version.error();
  const auto latest = std::make_shared<const FunctionVersion>(*std::move(version));
  bool is_new = false;
  Status status = context.store.Change(function.name, [&](StoredFunction& changed) -> Status {
    is_new = !AreAlike(*changed.latest, *latest);
    if (is_new) changed.latest = latest;
    return {};
  });
  if (status.code() == Code::kNotFound) {
    is_new = true;
    StoredFunction created;
    created.name = function.name;
    created.latest = latest;
    status = context.store.Insert(std::move(created));
  }
  if (!status.ok()) return StoreFailed(status);
  if (is_new) context.deployments.Drop(function.name, "$LATEST");
  return is_new;
}

}  // namespace tandem::host
