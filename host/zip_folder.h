// A folder as a deployment package.
#ifndef TANDEM_HOST_ZIP_FOLDER_H_
#define TANDEM_HOST_ZIP_FOLDER_H_

#include <string>

#include "tandem/status.h"

namespace tandem::host {

// A zip archive, uncompressed, of what lies below a folder: files with their permissions, and folders; links are
// followed, but not to a folder that they lie in. Left out is what no function needs: .git, .aws-sam and __pycache__.
// Equal trees give equal bytes. Errors: kInvalidArgument where something cannot be read, or there is more than
// kUnzippedLimit.
Result<std::string> ZipFolder(const std::string& folder);

// What files tell without being read, of a file or of all that ZipFolder would take: equal as long as nothing has
// changed. Also of what is not there.
std::string StateOfFiles(const std::string& path);

}  // namespace tandem::host

#endif  // TANDEM_HOST_ZIP_FOLDER_H_
