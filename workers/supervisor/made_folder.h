// MadeFolder: a folder that goes with its owner.
#ifndef TANDEM_WORKERS_SUPERVISOR_MADE_FOLDER_H_
#define TANDEM_WORKERS_SUPERVISOR_MADE_FOLDER_H_

#include <string>

#include "workers/file_descriptor.h"

namespace tandem::workers {

// A folder among others of its kind, which only this user can look into.
//
// It is locked for as long as its owner lives, so that whoever makes the next one beside it removes what nobody owns
// any more. Owns: the folder with all that is in it. Errors: is_there() is false then, and errno says why.
class MadeFolder {
 public:
  explicit MadeFolder(std::string path);
  ~MadeFolder();
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;

  bool is_there() const { return static_cast<bool>(lock_); }

 private:
  const std::string path_;
  FileDescriptor lock_;
};

// Removes a folder that is nobody's any more, whatever permissions what is in it has.
void RemoveFolder(const std::string& path);

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_SUPERVISOR_MADE_FOLDER_H_
