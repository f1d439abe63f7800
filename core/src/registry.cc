#include "tandem/registry.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <optional>
#include <system_error>

#include "abi_text.h"
#include "guarded.h"
#include "hidden.h"
#include "loader_module.h"

namespace tandem {
namespace {

constexpr std::string_view kFinderSuffix = "-finder.so";
constexpr char kProvided[] = "provided";  // the runtime of functions that bring a program of their own

using Numbers = std::vector<int>;

// An identifier in parts: "python3.11" is python and {3, 11}. A suffix of the field's ("java8.al2", "provided.al2023",
// "nodejs18.x") does not count.
struct Identifier {
  std::string language;
  Numbers version;
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsSuffix(std::string_view text) {
  if (text.empty() || text == ".x") return true;
  constexpr std::string_view kAmazonLinux = ".al";
  return text.starts_with(kAmazonLinux) && text.size() > kAmazonLinux.size() &&
         std::all_of(text.begin() + kAmazonLinux.size(), text.end(), IsDigit);
}

// Nothing when the text is no identifier.
std::optional<Identifier> Parse(std::string_view text) {
  Identifier identifier;
  std::size_t at = 0;
  while (at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0) ++at;
  if (at == 0) return std::nullopt;
  identifier.language = std::string(text.substr(0, at));
  while (at < text.size() && IsDigit(text[at])) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    identifier.version.push_back(number);
    at = static_cast<std::size_t>(end - text.data());
    if (at + 1 < text.size() && text[at] == '.' && IsDigit(text[at + 1])) ++at;
  }
  if (!IsSuffix(text.substr(at))) return std::nullopt;
  return identifier;
}

bool IsProvided(std::string_view text) {
  const auto identifier = Parse(text);
  return identifier && identifier->language == kProvided && identifier->version.empty() && !text.ends_with(".x");
}

Result<RuntimeSelection> Provided(std::string_view identifier) {
  RuntimeSelection selection;
  selection.info = RuntimeRegistry::Own();
  selection.identifier = std::string(identifier);
  selection.why = selection.identifier + ": the bootstrap of the package";
  return selection;
}

// Of what a finder reported; empty where that is no identifier.
Numbers VersionOf(const RuntimeInfo& info) {
  const auto identifier = Parse(info.identifier);
  return identifier ? identifier->version : Numbers();
}

std::string Describe(const RuntimeInfo& info) {
  if (info.identifier.empty() || info.version.empty()) return info.path;
  return info.identifier + " (" + info.version + ", " + info.path + ")";
}

RuntimeInfo InfoOf(const tandem_runtime_info& written, std::string_view language, const std::filesystem::path& folder) {
  const tandem_runtime_info info = ReadSized(written);
  RuntimeInfo out;
  out.language = std::string(language);
  out.identifier = StringOf(info.identifier);
  out.version = StringOf(info.version);
  out.path = StringOf(info.path);
  out.library = StringOf(info.library);
  out.preload = StringOf(info.preload);
  if (info.module.size != 0) out.module = (folder / ViewOf(info.module)).string();
  out.origin = StringOf(info.origin);
  out.reason = StringOf(info.reason);
  std::error_code error;
  if (out.reason.empty() && !std::filesystem::exists(out.module, error)) {
    out.reason = "its loader " + out.module + " is missing";
  }
  return out;
}

RuntimeInfo UnusableInfo(std::string language, std::string path, std::string reason) {
  RuntimeInfo info;
  info.language = std::move(language);
  info.path = std::move(path);
  info.reason = std::move(reason);
  return info;
}

// What a finder has found so far.
struct Found {
  const std::string& language;
  const std::filesystem::path& folder;
  std::vector<RuntimeInfo> infos;
};

// Called by a finder, which may be C, through which no exception passes.
void TakeFound(void* arg, const tandem_runtime_info* info) noexcept {
  auto& found = *static_cast<Found*>(arg);
  try {
    found.infos.push_back(InfoOf(*info, found.language, found.folder));
  } catch (...) {
    try {
      found.infos.push_back(UnusableInfo(found.language, "", "out of memory while its finder told of it"));
    } catch (...) {  // NOLINT(bugprone-empty-catch): not even that; what was found so far is all there is
    }
  }
}

// The identifiers among `found` that a version with too few or too many numbers may mean, best first; all that are
// usable where it fits none. Empty: the version has as many numbers as one that was found, so it may be one.
std::vector<std::string> NearOddVersion(const Numbers& version, const std::vector<RuntimeInfo>& found) {
  std::vector<std::string> near;
  std::vector<std::string> usable;
  for (const RuntimeInfo& info : found) {
    const Numbers known = VersionOf(info);
    if (known.size() == version.size()) return {};
    if (known.empty() || !info.usable()) continue;
    if (std::find(usable.begin(), usable.end(), info.identifier) != usable.end()) continue;
    usable.push_back(info.identifier);
    const std::size_t common = std::min(known.size(), version.size());
    const auto end = known.begin() + static_cast<std::ptrdiff_t>(common);
    if (std::equal(known.begin(), end, version.begin())) near.push_back(info.identifier);
  }
  return near.empty() ? usable : near;
}

Status UnknownVersion(std::string_view identifier, const std::string& language, const std::vector<std::string>& near) {
  std::string all;
  for (const std::string& known : near) all += (all.empty() ? "" : ", ") + known;
  return {Code::kInvalidArgument, "unknown runtime '" + std::string(identifier) + "'; near it are " + all + "; " +
                                      language + " alone is the newest usable one"};
}

// Why nothing serves, with what was found. `fits`: what was named is of a version that would serve.
Status NothingServes(std::string_view wanted, const std::vector<RuntimeInfo>& found, bool named, bool fits) {
  if (named && found.size() == 1) {
    if (!found.front().usable() && fits) {
      return {Code::kUnavailable,
              Describe(found.front()) + " cannot serve " + std::string(wanted) + ": " + found.front().reason};
    }
    return {Code::kInvalidArgument, "what was named is " + Describe(found.front()) + ", but --runtime asks for " +
                                        std::string(wanted) + "; leave one of the two out"};
  }
  std::string message = "no runtime on this machine serves " + std::string(wanted);
  if (found.empty())
    return {Code::kUnavailable, message + ": none of its language was found; install one, or name its path"};
  std::string usable;
  for (const RuntimeInfo& info : found) {
    const bool known = (", " + usable + ",").find(" " + info.identifier + ",") != std::string::npos;
    if (info.usable() && !known) usable += (usable.empty() ? "" : ", ") + info.identifier;
  }
  if (!usable.empty()) {
    message += "; usable are " + usable;
  } else if (found.size() == 1) {
    message += ": " + Describe(found.front()) + " cannot be used: " + found.front().reason;
  } else {
    message += ": none of the " + std::to_string(found.size()) + " that were found can be used, " +
               Describe(found.front()) + " because " + found.front().reason;
  }
  return {Code::kUnavailable, message + " (`tandem runtimes` lists all)"};
}

}  // namespace

namespace {

// A finder's calls do not overlap, whichever Runtime of the process makes them.
std::mutex& FinderCalls() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

struct TANDEM_HIDDEN RuntimeRegistry::Finder {
  std::string language;
  std::filesystem::path file;
  std::filesystem::path folder;
  const tandem_finder_table* table;

  std::vector<RuntimeInfo> Find(const LanguageOptions& wanted) const;
};

RuntimeRegistry::RuntimeRegistry() = default;
RuntimeRegistry::~RuntimeRegistry() = default;

Result<std::unique_ptr<RuntimeRegistry>> RuntimeRegistry::Open(const std::vector<std::string>& loader_dirs,
                                                               std::map<std::string, LanguageOptions> languages) {
  return Guarded("the loaders' folders", [&] { return OpenFinders(loader_dirs, std::move(languages)); });
}

Result<std::unique_ptr<RuntimeRegistry>> RuntimeRegistry::OpenFinders(
    const std::vector<std::string>& loader_dirs, std::map<std::string, LanguageOptions> languages) {
  std::unique_ptr<RuntimeRegistry> registry(new RuntimeRegistry);
  registry->loader_dirs_ = loader_dirs;
  for (const std::string& dir : loader_dirs) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator at(dir, error), end; !error && at != end; at.increment(error)) {
      if (at->path().filename().string().ends_with(kFinderSuffix)) files.push_back(at->path());
    }
    if (error) {
      registry->unusable_.push_back(
          UnusableInfo("", dir, "cannot read the loaders' folder " + dir + ": " + error.message()));
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) registry->OpenFinder(file);
  }
  if (registry->finders_.empty()) {
    for (const RuntimeInfo& info : registry->unusable_) {
      if (!info.language.empty()) return {Code::kInternal, info.reason};
    }
    std::string message = "no *-finder.so in the loaders' folders";
    for (const std::string& dir : loader_dirs) message += " " + dir;
    return {Code::kNotFound, message};
  }
  registry->languages_.insert(std::make_move_iterator(languages.begin()), std::make_move_iterator(languages.end()));
  return registry;
}

void RuntimeRegistry::OpenFinder(const std::filesystem::path& file) {
  auto table = OpenFinderModule(file.string());
  if (!table) {
    std::string language = file.filename().string();
    language.resize(language.size() - kFinderSuffix.size());
    unusable_.push_back(UnusableInfo(std::move(language), file.string(), table.status().message()));
    return;
  }
  const std::string language = (*table)->language;
  if (FinderOf(language) != nullptr) return;  // an earlier folder's finder goes first
  finders_.push_back(std::make_unique<Finder>(Finder{language, file, file.parent_path(), *table}));
}

const RuntimeRegistry::Finder* RuntimeRegistry::FinderOf(std::string_view language) const {
  const auto found =
      std::find_if(finders_.begin(), finders_.end(), [&](const auto& finder) { return finder->language == language; });
  return found == finders_.end() ? nullptr : found->get();
}

std::vector<std::string> RuntimeRegistry::Languages() const {
  std::vector<std::string> names;
  names.reserve(finders_.size());
  for (const auto& finder : finders_) names.push_back(finder->language);
  std::sort(names.begin(), names.end());
  return names;
}

const LanguageOptions& RuntimeRegistry::options(std::string_view language) const {
  static const LanguageOptions kNone;
  const auto found = languages_.find(language);
  return found == languages_.end() ? kNone : found->second;
}

std::vector<RuntimeInfo> RuntimeRegistry::Find(std::string_view language) const {
  const Finder* finder = FinderOf(language);
  if (finder == nullptr) return {};
  return finder->Find(options(language));
}

RuntimeInfo RuntimeRegistry::Named(std::string_view language, const std::string& path) const {
  const Finder* finder = FinderOf(language);
  LanguageOptions wanted = options(language);
  wanted.path = path;
  std::vector<RuntimeInfo> found;
  if (finder != nullptr) found = finder->Find(wanted);
  if (!found.empty()) return found.front();
  RuntimeInfo none;
  none.language = std::string(language);
  none.path = path;
  none.reason = "no finder knows it";
  return none;
}

std::vector<RuntimeInfo> RuntimeRegistry::Finder::Find(const LanguageOptions& wanted) const {
  std::vector<tandem_pair> pairs;
  pairs.reserve(wanted.options.size());
  for (const auto& [key, value] : wanted.options) pairs.push_back({AbiString(key), AbiString(value)});
  const std::string data_dir = folder.string();
  const tandem_find_request request = {
      .struct_size = sizeof(tandem_find_request),
      .data_dir = AbiString(data_dir),
      .path = AbiOptional(wanted.path),
      .options = pairs.data(),
      .options_size = pairs.size(),
  };
  Found found{.language = language, .folder = folder, .infos = {}};
  const auto note = [&](const char* what) {
    found.infos.push_back(
        UnusableInfo(language, file.string(), std::string("its finder let an exception out: ") + what));
  };
  try {
    const std::scoped_lock lock(FinderCalls());
    table->find(&request, TakeFound, &found);
  } catch (const std::exception& error) {
    note(error.what());
  } catch (...) {
    note("an unknown one");
  }
  std::stable_sort(found.infos.begin(), found.infos.end(),
                   [](const RuntimeInfo& a, const RuntimeInfo& b) { return VersionOf(b) < VersionOf(a); });
  return std::move(found.infos);
}

std::vector<RuntimeInfo> RuntimeRegistry::FindAll() const {
  std::vector<RuntimeInfo> all;
  for (const std::string& language : Languages()) {
    for (RuntimeInfo& info : Find(language)) all.push_back(std::move(info));
  }
  all.insert(all.end(), unusable_.begin(), unusable_.end());
  for (const LoaderFile& loader : FindLoaders(loader_dirs_)) {
    if (!loader.reason.empty()) all.push_back(UnusableInfo(loader.name, loader.path, loader.reason));
  }
  return all;
}

RuntimeInfo RuntimeRegistry::Own() {
  RuntimeInfo info;
  info.language = "any";
  info.identifier = kProvided;
  info.path = "bootstrap";
  info.origin = "package";
  return info;
}

Result<std::string> RuntimeRegistry::DecideLanguage(std::string_view handler, std::string_view code_root,
                                                    const std::vector<std::string>& layers) const {
  return Guarded("the language of a handler", [&] { return Claimant(handler, code_root, layers); });
}

Result<std::string> RuntimeRegistry::Claimant(std::string_view handler, std::string_view code_root,
                                              const std::vector<std::string>& layers) const {
  std::vector<tandem_string> layer_paths;
  layer_paths.reserve(layers.size());
  for (const std::string& layer : layers) layer_paths.push_back(AbiString(layer));
  const tandem_claim_request request = {
      .struct_size = sizeof(tandem_claim_request),
      .handler = AbiString(handler),
      .code_root = AbiString(code_root),
      .layers = layer_paths.data(),
      .layers_size = layer_paths.size(),
  };
  std::int32_t best = TANDEM_CLAIM_NONE;
  std::vector<std::string> claimants;
  const std::scoped_lock lock(FinderCalls());
  for (const auto& finder : finders_) {
    const std::int32_t claim = finder->table->claim(&request);
    if (claim == TANDEM_CLAIM_NONE || claim < best) continue;
    if (claim > best) claimants.clear();
    best = claim;
    claimants.push_back(finder->language);
  }
  if (claimants.size() == 1) return claimants.front();
  std::string message = "handler '" + std::string(handler) + "' in " + std::string(code_root);
  if (claimants.empty()) {
    message += ": no language claims it, as the package holds neither such a handler nor files of a known language; ";
    for (const RuntimeInfo& info : unusable_) message += info.reason + "; ";
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::path(code_root) / "bootstrap", error)) {
      message += std::string("its bootstrap is run by --runtime ") + kProvided + "; ";
    }
  } else {
    message += " could be";
    const char* separator = " ";
    for (const std::string& language : claimants) {
      message += separator + language;
      separator = " or ";
    }
    message += "; ";
  }
  return {claimants.empty() ? Code::kNotFound : Code::kInvalidArgument, message + "say which with --runtime"};
}

Result<RuntimeSelection> RuntimeRegistry::Select(std::string_view identifier, RuntimeMatch match,
                                                 const RuntimeInfo* running) const {
  return Guarded("the runtime of a function",
                 [&] { return IsProvided(identifier) ? Provided(identifier) : Choose(identifier, match, running); });
}

Result<RuntimeSelection> RuntimeRegistry::Choose(std::string_view identifier, RuntimeMatch match,
                                                 const RuntimeInfo* running) const {
  const auto parsed = Parse(identifier);
  if (!parsed || FinderOf(parsed->language) == nullptr) {
    const auto unusable = std::find_if(unusable_.begin(), unusable_.end(), [&](const RuntimeInfo& info) {
      return parsed && info.language == parsed->language;
    });
    if (unusable != unusable_.end()) return {Code::kUnavailable, unusable->reason};
    std::string message = "unknown runtime '" + std::string(identifier) + "'";
    message += parsed ? "; this Tandem has" : ": a language or a language and a version is asked for; this Tandem has";
    const char* separator = " ";
    for (const std::string& language : Languages()) {
      message += separator + language;
      separator = ", ";
    }
    message += std::string(" and ") + kProvided;
    for (const RuntimeInfo& info : unusable_) message += "; " + info.reason;
    return {Code::kInvalidArgument, message};
  }
  const Identifier& wanted = *parsed;
  const std::vector<RuntimeInfo> found = Find(wanted.language);
  const bool named = !options(wanted.language).path.empty();
  RuntimeSelection selection;

  if (wanted.version.empty()) {
    const auto newest = std::find_if(found.begin(), found.end(), [](const RuntimeInfo& info) { return info.usable(); });
    if (running != nullptr && !named) {
      selection.info = *running;
      selection.why = Describe(*running) + ": this process runs it already";
    } else if (newest != found.end()) {
      selection.info = *newest;
      selection.why = Describe(*newest) + ": " + (named ? "as named" : "the newest usable one");
      if (!named && !newest->origin.empty()) selection.why += ", found by " + newest->origin;
    } else {
      return NothingServes(identifier, found, named, true);
    }
    selection.identifier = selection.info.identifier;
    return selection;
  }

  if (const auto near = NearOddVersion(wanted.version, found); !near.empty()) {
    return UnknownVersion(identifier, wanted.language, near);
  }
  std::vector<RuntimeInfo> candidates;
  if (running != nullptr) candidates.push_back(*running);
  std::copy_if(found.begin(), found.end(), std::back_inserter(candidates),
               [](const RuntimeInfo& info) { return info.usable(); });
  selection.identifier = std::string(identifier);
  for (const RuntimeInfo& info : candidates) {
    if (VersionOf(info) != wanted.version) continue;
    selection.info = info;
    selection.why = Describe(info) + ": the version that " + selection.identifier + " asks for";
    return selection;
  }
  const RuntimeInfo* nearest = nullptr;
  for (const RuntimeInfo& info : candidates) {
    if (VersionOf(info) < wanted.version) continue;
    if (&info == &candidates.front() && running != nullptr) {
      nearest = &info;
      break;
    }
    if (nearest == nullptr || VersionOf(info) < VersionOf(*nearest)) nearest = &info;
  }
  if (match == RuntimeMatch::kStrict || nearest == nullptr) {
    const bool fits = std::any_of(found.begin(), found.end(), [&](const RuntimeInfo& info) {
      const bool newer = match != RuntimeMatch::kStrict && wanted.version < VersionOf(info);
      return VersionOf(info).empty() || VersionOf(info) == wanted.version || newer;
    });
    return NothingServes(identifier, found, named, fits);
  }
  selection.info = *nearest;
  selection.why = Describe(*nearest) + ": the nearest newer version than " + selection.identifier;
  if (named) {
    selection.warning = "what was named is " + Describe(*nearest) + ", while " + selection.identifier +
                        " is asked for; running on the named one";
  } else {
    selection.warning = "runtime " + selection.identifier + " is not usable on this machine; running on the newer " +
                        Describe(*nearest);
  }
  return selection;
}

}  // namespace tandem
