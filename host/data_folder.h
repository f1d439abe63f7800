// DataFolder: a server's folder, which no other server has at the same time.
#ifndef TANDEM_HOST_DATA_FOLDER_H_
#define TANDEM_HOST_DATA_FOLDER_H_

#include <string>
#include <utility>

#include "tandem/status.h"
#include "workers/file_descriptor.h"

namespace tandem::host {

// Makes a folder for this user alone, and its parents where they are not there, all of it on disk. One that is there
// has to be a folder of this user's that nobody else can write to. Errors: kInvalidArgument.
Status MakePrivateFolder(const std::string& path);
// Has what lies in the folder of this descriptor now lie there after a power failure, too; errno where it cannot.
bool SyncFolder(int folder);

// Holds the lock of a data folder, a file `lock` with the process id in it. The lock ends with its holder, however that
// ends, and is not inherited by programs that the process executes.
class DataFolder {
 public:
  // Errors: kInvalidArgument where the folder cannot be had or another server has it, whose process id it says.
  static Result<DataFolder> Take(const std::string& path);

  DataFolder(DataFolder&& other) noexcept = default;
  DataFolder& operator=(DataFolder&&) = delete;
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;
  ~DataFolder();

  // Absolute.
  const std::string& path() const { return path_; }

 private:
  DataFolder(std::string path, workers::FileDescriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  workers::FileDescriptor lock_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_DATA_FOLDER_H_
