// PackageFolder: deployment packages as files that are named by what is in them.
#ifndef TANDEM_HOST_PACKAGE_FOLDER_H_
#define TANDEM_HOST_PACKAGE_FOLDER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "tandem/status.h"

namespace tandem::host {

// Keeps each package once, as <sha256 in hex>.zip, for as long as somebody uses it. A file of that name is whole and on
// disk from the moment that it is there: it is written under another name.
//
// Threads: all calls from any thread, and uses end on any thread.
// Owns: the folder and what is in it; files that have no name of ours are left alone.
// Lifetime: uses may outlive it; then their packages stay, until the next one removes what nobody uses.
class PackageFolder {
 public:
  // Keeps a package where it is.
  using Use = std::shared_ptr<const void>;

  struct Kept {
    std::string sha256;  // base64
    Use use;
  };

  // Makes the folder where it is not there; its parent is. Nothing is removed before RemoveUnused. Errors:
  // kInvalidArgument where it cannot be had.
  static Result<std::unique_ptr<PackageFolder>> Open(const std::string& path);
  PackageFolder(const PackageFolder&) = delete;
  PackageFolder& operator=(const PackageFolder&) = delete;
  ~PackageFolder();

  // Errors: kInternal where the disk does not take it; nothing is left of it then.
  Result<Kept> Keep(std::string_view bytes);
  // Of a package that somebody uses. Errors: kInternal where nobody does.
  Result<Use> Hold(std::string_view sha256);
  // Of a package that an earlier PackageFolder has kept. Errors: kInternal where it is not there with that size.
  Result<Use> Find(std::string_view sha256, std::int64_t size);
  // Removes what nobody uses and what is left of writing, and from now on each package with the end of its last use.
  // Errors: kInternal where the folder cannot be read.
  Status RemoveUnused();

  // Empty for what is no digest.
  std::string PathOf(std::string_view sha256) const;

 private:
  class State;
  class Held;

  PackageFolder(std::string path, std::shared_ptr<State> state);
  // Puts the bytes there and begins a use. Errors: kInternal; nothing is left then.
  Status Write(const std::string& name, std::string_view bytes);

  std::string path_;
  std::shared_ptr<State> state_;
  std::mutex placing_;  // held while a file gets its name
  std::uint64_t written_ = 0;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_PACKAGE_FOLDER_H_
