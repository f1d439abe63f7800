// RuntimeRegistry: which interpreter or JDK serves which runtime identifier.
#ifndef TANDEM_REGISTRY_H_
#define TANDEM_REGISTRY_H_

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/export.h"
#include "tandem/status.h"

namespace tandem {

// One interpreter or JDK of this machine; or a function's own runtime, a program of its package (K-18), without loader.
struct RuntimeInfo {
  std::string language;    // "java", "python"; "any" of a function's own
  std::string identifier;  // "python3.11"
  std::string version;     // "3.11.2"
  std::string path;        // the interpreter's executable, the JDK's home
  std::string library;     // the VM's shared library; empty: none
  std::string preload;     // what is opened globally before the loader; empty: nothing
  std::string module;      // absolute path of the loader
  std::string origin;      // where it was found
  std::string reason;      // why it cannot be used; empty: it can

  bool usable() const { return reason.empty(); }
  bool is_own() const { return usable() && module.empty(); }
};

// What an operator may override for one language.
struct LanguageOptions {
  std::string path;                            // this interpreter, virtual environment or JDK and no other
  std::map<std::string, std::string> options;  // passed to the finder and the loader, e.g. {"jvm.options", "-Xss2m"}
};

enum class RuntimeMatch : std::uint8_t {
  kNearestNewer,  // an identifier that the machine lacks runs on the nearest newer one, with a warning
  kStrict,        // only the very version
};

// A runtime, why it was chosen, and what the user should be told.
struct RuntimeSelection {
  RuntimeInfo info;
  std::string identifier;  // the function's: as configured, or the serving runtime's where none was (J-03)
  std::string why;         // one line for verbose output
  std::string warning;     // empty: none
};

// A loader's file, as it lies in a loaders' folder.
struct LoaderFile {
  std::string name;  // "python3.11"
  std::string path;
  std::string reason;  // why it can serve nothing; empty: it can, or needs its runtime to tell
};

// The loaders in the folders, by name; of one name, the first folder's. Folders that cannot be read are passed over.
// Starts nothing.
TANDEM_EXPORT std::vector<LoaderFile> FindLoaders(const std::vector<std::string>& loader_dirs);

// The finders of all languages.
// Threads: all calls from any thread.
class TANDEM_EXPORT RuntimeRegistry {
 public:
  // Opens every `*-finder.so` in the folders. A folder that cannot be read and a finder that cannot be used are listed
  // by FindAll and disable nothing else. Errors: kNotFound when there is no finder in any folder;
  // kInternal when none of them can be used (the message names the file and says why).
  static Result<std::unique_ptr<RuntimeRegistry>> Open(const std::vector<std::string>& loader_dirs,
                                                       std::map<std::string, LanguageOptions> languages);
  ~RuntimeRegistry();

  // Languages that have a usable finder, sorted.
  std::vector<std::string> Languages() const;
  // All runtimes of a language, unusable ones included, best first.
  std::vector<RuntimeInfo> Find(std::string_view language) const;
  // The one interpreter, virtual environment or JDK that lies at `path`, with a reason where it cannot be used.
  RuntimeInfo Named(std::string_view language, const std::string& path) const;
  // All runtimes of all languages, then, as unusable ones, what Unusable lists and loaders' files that can serve
  // nothing.
  std::vector<RuntimeInfo> FindAll() const;
  // What `provided` and its like are.
  static RuntimeInfo Own();
  // The finders' files and loaders' folders that cannot be used.
  const std::vector<RuntimeInfo>& Unusable() const { return unusable_; }

  // Decides which language a package with its layers and a handler name belong to. Errors: kInvalidArgument when two
  // languages claim them alike, kNotFound when none does; the message names --runtime.
  Result<std::string> DecideLanguage(std::string_view handler, std::string_view code_root,
                                     const std::vector<std::string>& layers = {}) const;

  // Chooses the runtime for an identifier (`provided` and its like are a function's own), or for a language's newest
  // usable version when the identifier is only the language's name. `running`: a runtime of this language that the
  // process already runs and that is preferred where it fits; may be null. Errors: kInvalidArgument for an unknown
  // identifier, and where the one that LanguageOptions::path names is another version; kUnavailable when nothing on the
  // machine serves.
  Result<RuntimeSelection> Select(std::string_view identifier, RuntimeMatch match, const RuntimeInfo* running) const;

  const LanguageOptions& options(std::string_view language) const;

 private:
  struct Finder;
  RuntimeRegistry();
  static Result<std::unique_ptr<RuntimeRegistry>> OpenFinders(const std::vector<std::string>& loader_dirs,
                                                              std::map<std::string, LanguageOptions> languages);
  void OpenFinder(const std::filesystem::path& file);
  Result<std::string> Claimant(std::string_view handler, std::string_view code_root,
                               const std::vector<std::string>& layers) const;
  Result<RuntimeSelection> Choose(std::string_view identifier, RuntimeMatch match, const RuntimeInfo* running) const;
  const Finder* FinderOf(std::string_view language) const;

  std::vector<std::string> loader_dirs_;
  std::vector<std::unique_ptr<Finder>> finders_;
  std::vector<RuntimeInfo> unusable_;  // by their finders: no version, the reason
  std::map<std::string, LanguageOptions, std::less<>> languages_;
};

}  // namespace tandem

#endif  // TANDEM_REGISTRY_H_
