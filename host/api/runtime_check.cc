#include "host/api/runtime_check.h"

#include <algorithm>
#include <array>

namespace tandem::host {
namespace {

// Those that a server has. Labels beyond support are among them, as packages that people have ask for them.
constexpr std::array<std::string_view, 23> kServed = {
    "java8",         "java8.al2",  "java8.al2023", "java11",       "java11.al2023",  "java17",
    "java17.al2023", "java21",     "java25",       "python2.7",    "python3.6",      "python3.7",
    "python3.8",     "python3.9",  "python3.10",   "python3.11",   "python3.12",     "python3.13",
    "python3.14",    "python3.15", "provided",     "provided.al2", "provided.al2023"};

// Those of other languages.
constexpr std::array<std::string_view, 29> kOthers = {
    "nodejs",     "nodejs4.3",  "nodejs4.3-edge", "nodejs6.10",    "nodejs8.10",    "nodejs10.x",
    "nodejs12.x", "nodejs14.x", "nodejs16.x",     "nodejs18.x",    "nodejs20.x",    "nodejs22.x",
    "nodejs24.x", "nodejs26.x", "dotnetcore1.0",  "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1",
    "dotnet6",    "dotnet8",    "dotnet10",       "go1.x",         "ruby2.5",       "ruby2.7",
    "ruby3.2",    "ruby3.3",    "ruby3.4",        "ruby4.0",       "custom"};

template <typename Names>
bool Has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ApiError NoSuchRuntime(const std::string& identifier) {
  std::string all;
  for (const std::string_view served : kServed) all.append(all.empty() ? "" : ", ").append(served);
  return InvalidParameter("Value " + identifier +
                          " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [" + all +
                          "] or be a valid ARN");
}

// Whether this machine has it, though the service may not: JDKs and CPythons between the service's versions.
bool IsOfThisMachine(const RuntimeRegistry& registry, const std::string& identifier) {
  const std::string language = identifier.substr(0, identifier.find_first_of("0123456789."));
  const auto found = registry.Find(language);
  return std::any_of(found.begin(), found.end(),
                     [&](const RuntimeInfo& info) { return info.usable() && info.identifier == identifier; });
}

}  // namespace

bool IsRuntimeOfTheService(std::string_view identifier) {
  return Has(kServed, identifier) || Has(kOthers, identifier);
}

ApiResult<std::string> CheckRuntimeOf(const RuntimeRegistry& registry, RuntimeMatch match,
                                      const std::string& identifier) {
  if (!Has(kServed, identifier) && !IsOfThisMachine(registry, identifier)) return NoSuchRuntime(identifier);
  const auto selection = registry.Select(identifier, match, nullptr);
  if (selection) return selection->warning;
  if (match == RuntimeMatch::kStrict) return InvalidParameter(selection.status().message());
  return std::string();
}

}  // namespace tandem::host
