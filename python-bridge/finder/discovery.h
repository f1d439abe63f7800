// Which CPythons this machine has, by reading files.
#ifndef TANDEM_PYTHON_FINDER_DISCOVERY_H_
#define TANDEM_PYTHON_FINDER_DISCOVERY_H_

#include <string>
#include <vector>

#include "files.h"

namespace tandem::python {

// One CPython; `reason` says why it cannot serve, empty: it can.
struct Interpreter {
  int major = 0;
  int minor = 0;
  std::string version;  // as exactly as files tell
  fs::path executable;
  fs::path library;
  std::string origin;
  std::string reason;

  std::string Label() const { return std::to_string(major) + "." + std::to_string(minor); }
};

// All of them, newest first, and within one version in the order of PATH, then of the usual places, then of what the
// loaders were built with.
std::vector<Interpreter> FindAll(const fs::path& loaders);
// The one that the user named: an executable, the folder that it is installed in, or a virtual environment.
Interpreter FindNamed(const fs::path& loaders, const fs::path& named);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_FINDER_DISCOVERY_H_
