#include "runtimes.h"

#include <json/json.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "exit_status.h"
#include "options.h"
#include "runtime_choice.h"
#include "standard_streams.h"
#include "tandem/runtime.h"
#include "text.h"

namespace tandem::cli {
namespace {

constexpr std::string_view kUsage =
    "Usage: tandem runtimes [--json]\n"
    "\n"
    "Lists the JDKs and Python interpreters of this machine, which loader serves each, and why one\n"
    "cannot be used. FOUND is where each was found: PATH, a folder, or `build` for what the loader was\n"
    "built with. Starts none of them. `provided` is a function's own: a program bootstrap in its package.\n"
    "Exit status: 0; 3 when no JDK and no interpreter can be used.\n";

const OptionTable& Table() {
  static const OptionTable kTable = {
      {"Options", "json", 0, "", "print a JSON object instead of a table"},
      {"Options", "help", 'h', "", "print this"},
  };
  return kTable;
}

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

std::string Loader(const RuntimeInfo& info) {
  return info.module.empty() ? "-" : std::filesystem::path(info.module).filename().string();
}

std::string Columns(const Row& row, const std::array<std::size_t, kColumns>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row.at(i);
    if (i + 1 < row.size()) line.append(widths.at(i) - row.at(i).size() + 2, ' ');
  }
  return line + "\n";
}

std::string AsTable(const std::vector<RuntimeInfo>& runtimes) {
  std::vector<Row> rows = {{"LANGUAGE", "RUNTIME", "VERSION", "LOADER", "FOUND", "PATH"}};
  for (const RuntimeInfo& info : runtimes) {
    rows.push_back({info.language, info.identifier, info.is_own() ? "-" : info.version,
                    info.usable() ? Loader(info) : "-", info.origin, info.path});
  }
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths.at(i) = std::max(widths.at(i), row.at(i).size());
  }
  std::string text = Columns(rows.front(), widths);
  for (std::size_t i = 0; i < runtimes.size(); ++i) {
    text += Columns(rows[i + 1], widths);
    if (!runtimes[i].usable()) text += "    cannot be used: " + runtimes[i].reason + "\n";
  }
  return text;
}

std::string AsJson(const std::vector<RuntimeInfo>& runtimes) {
  Json::Value list(Json::arrayValue);
  for (const RuntimeInfo& info : runtimes) {
    Json::Value entry;
    entry["language"] = info.language;
    entry["identifier"] = info.identifier;
    entry["version"] = info.version;
    entry["path"] = info.path;
    entry["library"] = info.library;
    entry["loader"] = info.module;
    entry["origin"] = info.origin;
    entry["usable"] = info.usable();
    entry["reason"] = info.reason;
    list.append(entry);
  }
  Json::Value root;
  root["runtimes"] = std::move(list);
  return PrettyJson(root);
}

}  // namespace

int RunRuntimes(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(Table(), arguments);
  if (!options) {
    Complain("runtimes: " + options.status().message());
    return kExitBadUse;
  }
  if (options->Has("help")) return Print(std::string(kUsage) + DescribeOptions(Table()));
  const auto registry = OpenRegistry();
  if (!registry) {
    Complain("runtimes: " + registry.status().message());
    return kExitUnavailable;
  }
  std::vector<RuntimeInfo> runtimes = (*registry)->FindAll();
  runtimes.push_back(RuntimeRegistry::Own());
  const int printed = Print(options->Has("json") ? AsJson(runtimes) : AsTable(runtimes));
  if (printed != kExitSuccess) return printed;
  const bool any = std::any_of(runtimes.begin(), runtimes.end(),
                               [](const RuntimeInfo& info) { return info.usable() && !info.is_own(); });
  if (any) return kExitSuccess;
  Complain("no usable runtime was found");
  return kExitUnavailable;
}

}  // namespace tandem::cli
