#include "discovery.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace tandem::python {
namespace {

constexpr int kOldestMinor = 9;

struct Place {
  fs::path bin;
  std::string origin;
};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Reads "python3.11" as 3 and 11. False: the name carries no such version.
bool ReadName(const std::string& name, Interpreter& to) {
  constexpr std::string_view kPrefix = "python";
  if (!name.starts_with(kPrefix)) return false;
  const std::string rest = name.substr(kPrefix.size());
  const size_t dot = rest.find('.');
  const bool digits = dot == 1 && rest.size() > 2 && rest.size() <= 4 &&
                      rest.find_first_not_of("0123456789.") == std::string::npos &&
                      rest.find('.', dot + 1) == std::string::npos;
  if (!digits) return false;
  to.major = std::stoi(rest.substr(0, dot));
  to.minor = std::stoi(rest.substr(dot + 1));
  return true;
}

// The version of an executable that is called python without one, by the standard library beside it.
bool ReadStandardLibrary(const fs::path& prefix, Interpreter& to) {
  if (!to.executable.filename().native().starts_with("python")) return false;
  for (const fs::path& folder : FoldersNewestFirst(prefix / "lib")) {
    if (ReadName(folder.filename(), to) && IsFile(folder / "os.py")) return true;
  }
  return false;
}

fs::path FindLibrary(const fs::path& prefix, const std::string& label) {
  std::vector<fs::path> folders = {prefix / "lib", prefix / "lib64"};
  for (const fs::path& folder : FoldersNewestFirst(prefix / "lib")) {
    if (folder.filename().native().find("-linux-") != std::string::npos) folders.push_back(folder);
  }
  for (const fs::path& folder : folders) {
    for (const char* ending : {".so.1.0", ".so.1", ".so"}) {
      fs::path library = folder / ("libpython" + label + ending);
      if (IsFile(library)) return library;
    }
  }
  return {};
}

bool TooOld(const Interpreter& python) {
  return python.major != 3 || python.minor < kOldestMinor;
}

std::string FullVersion(const fs::path& prefix, const Interpreter& python) {
  const fs::path header = prefix / "include" / ("python" + python.Label()) / "patchlevel.h";
  const std::string text = ReadHead(header, 4096);
  std::string version(Between(text, "#define PY_VERSION", "\n"));
  version = std::string(Between(version, "\"", "\""));
  if (version.empty() && !TooOld(python)) {
    const fs::path& binary = python.library.empty() ? python.executable : python.library;
    version = EmbeddedVersion(binary, python.Label() + ".");
  }
  return version.empty() ? python.Label() : version;
}

// The versions that loaders are built for, newest first.
std::vector<std::string> BuiltVersions(const fs::path& loaders) {
  std::vector<Interpreter> built;
  std::error_code failure;
  for (fs::directory_iterator at(loaders, failure), end; !failure && at != end; at.increment(failure)) {
    Interpreter one;
    if (at->path().extension() == ".so" && ReadName(at->path().stem(), one)) built.push_back(one);
  }
  std::sort(built.begin(), built.end(), [](const Interpreter& left, const Interpreter& right) {
    return std::pair(left.major, left.minor) > std::pair(right.major, right.minor);
  });
  std::vector<std::string> labels;
  labels.reserve(built.size());
  for (const Interpreter& one : built) labels.push_back(one.Label());
  return labels;
}

std::string Joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

std::string ReasonAgainst(const fs::path& loaders, const Interpreter& python) {
  if (TooOld(python)) return "found, too old: 3.9 or later is needed";
  if (python.library.empty()) {
    return "no shared libpython" + python.Label() + ".so beside it: install the package libpython" + python.Label() +
           ", or build Python with --enable-shared";
  }
  if (!IsFile(loaders / ("python" + python.Label() + ".so"))) {
    std::vector<std::string> labels = BuiltVersions(loaders);
    const std::string built = Joined(labels, ", ");
    labels.push_back(python.Label());  // one list has all, as it replaces the last one
    return "no loader is built for " + python.Label() + (built.empty() ? "" : " (only for " + built + ")") +
           ": configure the build with TANDEM_PYTHONS=" + Joined(labels, ",");
  }
  return "";
}

// Fills in all that files tell about an executable whose links are resolved.
void Describe(const fs::path& loaders, Interpreter& python) {
  const fs::path prefix = python.executable.parent_path().parent_path();
  if (python.major == 0 && !ReadName(python.executable.filename(), python) && !ReadStandardLibrary(prefix, python)) {
    python.reason = "it is not an interpreter whose version can be told; name bin/python3.X of an installation";
    return;
  }
  if (!TooOld(python)) python.library = FindLibrary(prefix, python.Label());
  python.version = FullVersion(prefix, python);
  python.reason = ReasonAgainst(loaders, python);
}

void AddVersions(const fs::path& root, const std::string& origin, std::vector<Place>& places) {
  for (const fs::path& folder : FoldersNewestFirst(root)) places.push_back({folder / "bin", origin});
}

std::vector<Place> Places() {
  std::vector<Place> places;
  std::istringstream path(Environment("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    if (folder.empty()) continue;
    const fs::path entry = fs::path(folder).lexically_normal();
    const fs::path place = entry.filename().empty() ? entry.parent_path() : entry;
    if (place.filename() == "shims") AddVersions(place.parent_path() / "versions", "PATH", places);
    places.push_back({place, "PATH"});
  }
  const fs::path home = Environment("HOME");
  const std::string pyenv = Environment("PYENV_ROOT");
  if (!pyenv.empty()) AddVersions(fs::path(pyenv) / "versions", "PYENV_ROOT", places);
  if (!home.empty()) {
    AddVersions(home / ".pyenv/versions", "~/.pyenv", places);
    AddVersions(home / ".local/share/uv/python", "~/.local/share/uv/python", places);
  }
  places.push_back({"/usr/bin", "/usr/bin"});
  places.push_back({"/usr/local/bin", "/usr/local/bin"});
  AddVersions("/opt", "/opt", places);
  return places;
}

bool IsScript(const fs::path& path) {
  return ReadHead(path, 2) == "#!";
}

void AddExecutable(const fs::path& executable, const std::string& origin, const fs::path& loaders,
                   std::set<fs::path>& seen, std::vector<Interpreter>& found) {
  Interpreter one;
  one.executable = Real(executable);
  one.origin = origin;
  if (!IsFile(one.executable) || access(one.executable.c_str(), X_OK) != 0) return;
  if (!seen.insert(one.executable).second || IsScript(one.executable)) return;
  ReadName(executable.filename(), one);
  Describe(loaders, one);
  found.push_back(std::move(one));
}

void AddFrom(const Place& place, const fs::path& loaders, std::set<fs::path>& seen, std::vector<Interpreter>& found) {
  std::vector<fs::path> executables;
  std::error_code failure;
  for (fs::directory_iterator at(place.bin, failure), end; !failure && at != end; at.increment(failure)) {
    Interpreter one;
    if (ReadName(at->path().filename(), one)) executables.push_back(at->path());
  }
  std::sort(executables.begin(), executables.end());
  for (const fs::path& executable : executables) AddExecutable(executable, place.origin, loaders, seen, found);
}

// What the loaders were built with, which need not be in any of the usual places.
void AddRecorded(const fs::path& loaders, std::set<fs::path>& seen, std::vector<Interpreter>& found) {
  for (const std::string& label : BuiltVersions(loaders)) {
    std::ifstream record(loaders / ("python" + label + ".built-with"));
    std::string executable;
    if (std::getline(record, executable)) AddExecutable(executable, "build", loaders, seen, found);
  }
}

// The value of a key in a pyvenv.cfg, empty where it has none.
std::string Setting(const std::string& text, const std::string& key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const auto trimmed = [](const std::string& part) {
      const size_t start = part.find_first_not_of(" \t\r");
      const size_t stop = part.find_last_not_of(" \t\r");
      return start == std::string::npos ? std::string() : part.substr(start, stop - start + 1);
    };
    if (trimmed(line.substr(0, equals)) == key) return trimmed(line.substr(equals + 1));
  }
  return "";
}

std::string FirstOf(const std::string& text, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    std::string value = Setting(text, key);
    if (!value.empty()) return value;
  }
  return "";
}

// "3.11.7" or "3.11.7.final.0" as "3.11".
std::string LabelOf(const std::string& version) {
  const size_t dot = version.find('.');
  return dot == std::string::npos ? version : version.substr(0, version.find('.', dot + 1));
}

// The executable of the interpreter that a virtual environment was made with; empty where it is gone.
fs::path BaseExecutable(const std::string& settings, const fs::path& own) {
  const std::string label = LabelOf(FirstOf(settings, {"version", "version_info"}));
  const fs::path home = FirstOf(settings, {"home"});
  std::vector<fs::path> tries;
  for (const char* key : {"base-executable", "executable"}) tries.emplace_back(Setting(settings, key));
  tries.push_back(home / ("python" + label));
  tries.push_back(home / "python3");
  tries.push_back(home / "python");
  for (const fs::path& one : tries) {
    if (one.is_absolute() && IsFile(one) && !IsScript(one)) return Real(one);
  }
  const fs::path linked = Real(own);
  return IsFile(linked) && linked.parent_path() != own.parent_path() ? linked : fs::path();
}

// The one that serves a virtual environment: its executable, and the library of the interpreter behind it.
Interpreter FindForEnvironment(const fs::path& loaders, const fs::path& folder) {
  Interpreter one;
  one.origin = "venv";
  one.executable = folder / "bin" / "python";
  const std::string settings = ReadHead(folder / "pyvenv.cfg", 65536);
  const std::string version = FirstOf(settings, {"version", "version_info"});
  const fs::path base = BaseExecutable(settings, one.executable);
  if (base.empty()) {
    one.reason = "the virtual environment " + folder.string() + " was made with Python " + version + " in " +
                 FirstOf(settings, {"home"}) + ", which is not there any more";
    return one;
  }
  Interpreter behind;
  behind.executable = base;
  Describe(loaders, behind);
  one.major = behind.major;
  one.minor = behind.minor;
  one.version = behind.version;
  one.library = behind.library;
  if (behind.reason.empty()) {
    const std::string label = LabelOf(version);
    if (!label.empty() && label != behind.Label()) {
      one.reason = "the virtual environment " + folder.string() + " was made for Python " + label + ", but " +
                   base.string() + " is " + behind.Label() + " now";
    }
    return one;
  }
  one.reason = "the virtual environment " + folder.string() + " uses Python " + behind.version + ": " + behind.reason;
  return one;
}

}  // namespace

std::vector<Interpreter> FindAll(const fs::path& loaders) {
  std::vector<Interpreter> found;
  std::set<fs::path> seen;
  for (const Place& place : Places()) AddFrom(place, loaders, seen, found);
  AddRecorded(loaders, seen, found);
  std::stable_sort(found.begin(), found.end(), [](const Interpreter& left, const Interpreter& right) {
    return std::pair(left.major, left.minor) > std::pair(right.major, right.minor);
  });
  return found;
}

Interpreter FindNamed(const fs::path& loaders, const fs::path& named) {
  Interpreter one;
  one.origin = "named";
  std::error_code failure;
  const fs::path path = fs::absolute(named, failure).lexically_normal();
  one.executable = path;
  const fs::path folder = path.filename().empty() ? path.parent_path() : path;
  if (IsFolder(path)) {
    if (IsFile(folder / "pyvenv.cfg")) return FindForEnvironment(loaders, folder);
    std::set<fs::path> seen;
    std::vector<Interpreter> found;
    AddFrom({folder / "bin", "named"}, loaders, seen, found);
    if (found.empty()) {
      one.reason = "the folder holds no bin/python3.X";
      return one;
    }
    return *std::max_element(found.begin(), found.end(), [](const Interpreter& left, const Interpreter& right) {
      return std::pair(left.major, left.minor) < std::pair(right.major, right.minor);
    });
  }
  if (!IsFile(path)) {
    one.reason = fs::exists(path, failure)
                     ? "it is no interpreter, as it is not a regular file; name bin/python3.X of an installation"
                     : "there is no such file";
    return one;
  }
  if (IsFile(path.parent_path().parent_path() / "pyvenv.cfg")) {
    return FindForEnvironment(loaders, path.parent_path().parent_path());
  }
  one.executable = Real(path);
  if (IsScript(one.executable)) {
    one.reason = "it is a script that starts some interpreter; name the interpreter itself";
    return one;
  }
  Describe(loaders, one);
  return one;
}

}  // namespace tandem::python
