#include "host/api/package_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "host/api/constraints.h"
#include "host/api/json.h"
#include "host/api/lookup.h"
#include "tandem/package.h"
#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

namespace fs = std::filesystem;

ApiError S3Failed(const std::string& code, const std::string& message) {
  return InvalidParameter("Error occurred while GetObject. S3 Error Code: " + code + ". S3 Error Message: " + message);
}

ApiError NoSuchKey() {
  return S3Failed("NoSuchKey", "The specified key does not exist.");
}

//
ApiError TooLarge() {
  return InvalidParameter("Unzipped size must be smaller than " + std::to_string(kUnzippedLimit) + " bytes");
}

// Where `name` below the folder really is; nothing where it is not there, or links lead out of the folder.
std::optional<fs::path> PlaceBelow(const fs::path& folder, const std::string& name) {
  // What would be another name in S3 than it is for a file system, is none here.
  if (name.find('\0') != std::string::npos || name.find("//") != std::string::npos) return {};
  for (const fs::path& part : fs::path(name)) {
    if (part.empty() || part == "." || part == ".." || part == "/") return {};
  }
  std::error_code error;
  fs::path place = fs::canonical(folder / name, error);
  if (error || !place.string().starts_with(folder.string() + "/")) return {};
  return place;
}

// All of a regular file.
ApiResult<std::string> ReadObject(const fs::path& path) {
  const workers::FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return NoSuchKey();
  if (static_cast<std::uint64_t>(status.st_size) > kUnzippedLimit) return TooLarge();
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ServiceFailure(path.string() + ": " + std::generic_category().message(errno));
    if (got == 0) break;  // somebody has made it shorter
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

ApiResult<std::string> FromFolder(const std::string& s3_folder, const Json::Value& code) {
  if (s3_folder.empty()) {
    return InvalidParameter(
        "This server has no packages in S3, as it was started without --s3-folder; send the package as ZipFile.");
  }
  Constraints constraints;
  for (const auto& [name, place] : {std::pair("S3Bucket", "s3Bucket"), std::pair("S3Key", "s3Key")}) {
    if (!code[name].isString() || code[name].asString().empty()) constraints.Missing(place);
  }
  if (!constraints.ok()) return constraints.error();
  if (!code["S3ObjectVersion"].isNull()) {
    return InvalidParameter(
        "S3ObjectVersion is not supported by this server: of each file below its --s3-folder there is one version.");
  }
  std::error_code error;
  const std::string bucket = code["S3Bucket"].asString();
  const auto folder =
      bucket.find('/') == std::string::npos ? PlaceBelow(fs::canonical(s3_folder, error), bucket) : std::nullopt;
  if (!folder || !fs::is_directory(*folder, error)) {
    return S3Failed("NoSuchBucket", "The specified bucket does not exist");
  }
  const auto place = PlaceBelow(*folder, code["S3Key"].asString());
  if (!place) return NoSuchKey();
  return ReadObject(*place);
}

ApiError NoZip() {
  return InvalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.");
}

// What is wrong with a package that CheckPackage refuses.
ApiError Unusable(const std::string& path) {
  PackageOptions any_size;
  any_size.unzipped_limit = std::numeric_limits<std::int64_t>::max();
  return CheckPackage(path, any_size).ok() ? TooLarge() : NoZip();
}

ApiResult<std::string> BytesOf(const ApiContext& context, const Json::Value& code) {
  if (!code.isObject()) return InvalidParameter("Please provide a source for function code.");
  if (code.isMember("ImageUri")) {
    return InvalidParameter("Container images are not supported by this server; Zip packages are.");
  }
  if (code.isMember("S3Bucket") || code.isMember("S3Key")) return FromFolder(context.s3_folder, code);
  const Json::Value& zip = code["ZipFile"];
  if (!zip.isString()) return InvalidParameter("Please provide a source for function code.");
  auto bytes = DecodeBase64(zip.asString());
  if (!bytes) return NoZip();
  return *std::move(bytes);
}

}  // namespace

ApiResult<FunctionStore::KeptPackage> TakePackage(const ApiContext& context, const Json::Value& code) {
  const auto bytes = BytesOf(context, code);
  if (!bytes) return bytes.error();
  if (bytes->empty()) return NoZip();
  auto kept = context.store.KeepPackage(*bytes);
  if (!kept) return StoreFailed(kept.status());
  const std::string path = context.store.PackagePath(kept->code_sha256);
  if (!CheckPackage(path).ok()) return Unusable(path);
  // What its directory does not tell: where links lead, and whether the content is what it says (K-15, K-20).
  const auto unpacked = OpenPackage(path, context.packages);
  if (!unpacked) {
    const Status& why = unpacked.status();
    return why.code() == Code::kInvalidArgument ? NoZip() : ServiceFailure(why.message());
  }
  return *std::move(kept);
}

}  // namespace tandem::host
