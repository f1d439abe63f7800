#include "host/api/isolation_check.h"

#include <string>

namespace tandem::host {
namespace {

constexpr char kInline[] = "inline";

std::string Asked(const Json::Value& settings) {
  return settings["Environment"]["Variables"][kIsolationVariable].asString();
}

}  // namespace

Isolation IsolationOf(const Json::Value& settings) {
  return Asked(settings) == kInline ? Isolation::kInline : Isolation::kProcess;
}

ApiResult<bool> CheckIsolation(const Json::Value& settings, InlineUse use) {
  const std::string named = std::string("The function's variable ") + kIsolationVariable;
  if (const std::string asked = Asked(settings); asked != kInline) {
    if (asked.empty() || asked == "process") return true;
    return InvalidParameter(named + " is '" + asked + "', and may be process or inline.");
  }
  if (const std::string runtime = settings["Runtime"].asString(); runtime.starts_with("provided")) {
    return InvalidParameter(named + " is inline, and a function that brings its runtime along (" + runtime +
                            ") has a process of its own.");
  }
  if (use == InlineUse::kAllowed) return true;
  return InvalidParameter(named + " is inline, which this server does not allow: start it with --allow-inline, or " +
                          "leave the variable out.");
}

}  // namespace tandem::host
