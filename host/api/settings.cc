#include "host/api/settings.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "host/api/constraints.h"
#include "host/api/json.h"

namespace tandem::host {
namespace {

constexpr std::size_t kEnvironmentLimit = 4096;  // A-22
constexpr std::size_t kLongestHandler = 128;

// R-37: what only the platform sets.
constexpr std::array<std::string_view, 16> kReserved = {"_HANDLER",
                                                        "_X_AMZN_TRACE_ID",
                                                        "AWS_DEFAULT_REGION",
                                                        "AWS_REGION",
                                                        "AWS_EXECUTION_ENV",
                                                        "AWS_LAMBDA_FUNCTION_NAME",
                                                        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                        "AWS_LAMBDA_FUNCTION_VERSION",
                                                        "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                        "AWS_LAMBDA_LOG_GROUP_NAME",
                                                        "AWS_LAMBDA_LOG_STREAM_NAME",
                                                        "AWS_ACCESS_KEY_ID",
                                                        "AWS_SECRET_ACCESS_KEY",
                                                        "AWS_SESSION_TOKEN",
                                                        "AWS_LAMBDA_RUNTIME_API",
                                                        "LAMBDA_TASK_ROOT"};

// A setting: its place in messages, its JSON type, what it is where nobody says.
struct Setting {
  const char* name;
  const char* place;
  Json::ValueType type;
  const char* default_json;  // null: it is left out
};

constexpr std::array<Setting, 18> kSettings = {{
    {"Runtime", "runtime", Json::stringValue, nullptr},
    {"Role", "role", Json::stringValue, nullptr},
    {"Handler", "handler", Json::stringValue, nullptr},
    {"Description", "description", Json::stringValue, R"("")"},
    {"Timeout", "timeout", Json::intValue, "3"},
    {"MemorySize", "memorySize", Json::intValue, "128"},
    {"PackageType", "packageType", Json::stringValue, R"("Zip")"},
    {"Architectures", "architectures", Json::arrayValue, R"(["x86_64"])"},
    {"TracingConfig", "tracingConfig", Json::objectValue, R"({"Mode":"PassThrough"})"},
    {"EphemeralStorage", "ephemeralStorage", Json::objectValue, R"({"Size":512})"},
    {"Environment", "environment", Json::objectValue, nullptr},
    {"Layers", "layers", Json::arrayValue, nullptr},
    {"LoggingConfig", "loggingConfig", Json::objectValue, nullptr},
    {"DeadLetterConfig", "deadLetterConfig", Json::objectValue, nullptr},
    {"VpcConfig", "vpcConfig", Json::objectValue, nullptr},
    {"KMSKeyArn", "kMSKeyArn", Json::stringValue, nullptr},
    {"FileSystemConfigs", "fileSystemConfigs", Json::arrayValue, nullptr},
    {"SnapStart", "snapStart", Json::objectValue, nullptr},
}};

bool HasType(const Json::Value& value, Json::ValueType type) {
  return type == Json::intValue ? value.isInt() : value.type() == type;
}

bool IsRole(const std::string& role) {
  // arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+
  const std::size_t iam = role.find(":iam::");
  if (!role.starts_with("arn:aws") || iam == std::string::npos) return false;
  const std::string_view rest = std::string_view(role).substr(iam + 6);
  constexpr std::string_view kRole = ":role";
  return rest.size() > 12 + kRole.size() + 1 && rest.substr(12, kRole.size()) == kRole &&
         std::all_of(rest.begin(), rest.begin() + 12, [](char c) { return c >= '0' && c <= '9'; }) &&
         rest.find_first_of(" \t\n") == std::string_view::npos;
}

void CheckHandler(Constraints& constraints, const std::string& handler) {
  constraints.CheckLength("handler", handler, kLongestHandler);
  if (handler.empty() || handler.find_first_of(" \t\n\r\f\v") != std::string::npos) {
    constraints.Violated("handler", handler, "Member must satisfy regular expression pattern: [^\\s]+");
  }
}

void CheckShapes(Constraints& constraints, const Json::Value& settings) {
  if (const std::string role = settings["Role"].asString(); !IsRole(role)) {
    constraints.Violated(
        "role", role,
        R"(Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)");
  }
  if (settings.isMember("Handler")) CheckHandler(constraints, settings["Handler"].asString());
  constraints.CheckLength("description", settings["Description"].asString(), kLongestDescription);
  // A-07.
  constraints.CheckRange("timeout", settings["Timeout"].asInt64(), 1, 900);
  constraints.CheckRange("memorySize", settings["MemorySize"].asInt64(), 128, 10240);
  constraints.CheckRange("ephemeralStorage.size", settings["EphemeralStorage"]["Size"].asInt64(), 512, 10240);
}

// A-23.
bool IsVariableName(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return name.size() >= 2 && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
         });
}

ApiResult<bool> CheckEnvironment(const Json::Value& environment) {
  const Json::Value& variables = environment["Variables"];
  if (variables.isNull()) return true;
  if (!variables.isObject()) return WrongJsonType("Variables");
  Constraints constraints;
  std::string reserved;
  for (const std::string& name : variables.getMemberNames()) {
    if (!variables[name].isString()) return WrongJsonType("Variables");
    if (!IsVariableName(name) && std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end()) {
      constraints.Violated("environment.variables", JsonText(variables),
                           "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
                           "[a-zA-Z]([a-zA-Z0-9_])+]");
      break;
    }
    if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) {
      reserved += (reserved.empty() ? "" : ", ") + name;
    }
  }
  if (!constraints.ok()) return constraints.error();
  if (!reserved.empty()) {
    return InvalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "contains reserved keys that are currently not supported for modification. Reserved keys used in this "
        "request: " +
        reserved);
  }
  if (const std::string measured = JsonText(variables); measured.size() > kEnvironmentLimit) {
    return InvalidParameter(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        "exceeded the 4KB limit. String measured: " +
        measured);
  }
  return true;
}

ApiResult<Json::Value> Checked(Json::Value settings, const CheckRuntime& check) {
  Constraints constraints;
  CheckShapes(constraints, settings);
  if (!constraints.ok()) return constraints.error();
  if (settings["PackageType"].asString() != "Zip") {
    return InvalidParameter("Packages of the type " + settings["PackageType"].asString() +
                            " are not supported by this server; Zip is.");
  }
  if (const auto checked = CheckArchitectures(settings["Architectures"]); !checked) return checked.error();
  if (const auto checked = check(settings["Runtime"].asString()); !checked) return checked.error();
  if (const auto checked = CheckEnvironment(settings["Environment"]); !checked) return checked.error();
  if (settings["Environment"]["Variables"].empty()) settings.removeMember("Environment");
  if (settings["Layers"].empty()) settings.removeMember("Layers");
  return settings;
}

// Null: of another type. Members that are null count as left out.
ApiResult<bool> TakeMembers(Json::Value& settings, const Json::Value& request) {
  for (const Setting& setting : kSettings) {
    const Json::Value& given = request[setting.name];
    if (given.isNull()) continue;
    if (!HasType(given, setting.type)) return WrongJsonType(setting.name);
    settings[setting.name] = given;
  }
  if (!settings["EphemeralStorage"]["Size"].isInt()) return WrongJsonType("Size");
  return true;
}

}  // namespace

ApiResult<bool> CheckArchitectures(const Json::Value& architectures) {
  std::string shown;
  bool fits = architectures.isArray() && architectures.size() == 1;
  for (const Json::Value& architecture : architectures) {
    if (!architecture.isString()) return WrongJsonType("Architectures");
    shown += (shown.empty() ? "" : ", ") + architecture.asString();
    fits = fits && (architecture == "x86_64" || architecture == "arm64");
  }
  if (fits) return true;
  Constraints constraints;
  constraints.Violated("architectures", "[" + shown + "]",
                       architectures.size() == 1
                           ? "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], "
                             "Member must not be null]"
                           : "Member must have length equal to 1");
  return constraints.error();
}

ApiResult<Json::Value> NewSettings(const Json::Value& request, const CheckRuntime& check) {
  Json::Value settings(Json::objectValue);
  for (const Setting& setting : kSettings) {
    if (setting.default_json != nullptr) settings[setting.name] = *ParseJson(setting.default_json);
  }
  if (const auto taken = TakeMembers(settings, request); !taken) return taken.error();
  if (!settings.isMember("Runtime") || !settings.isMember("Handler")) {
    return InvalidParameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.");
  }
  return Checked(std::move(settings), check);
}

ApiResult<Json::Value> ChangedSettings(const Json::Value& settings, const Json::Value& request,
                                       const CheckRuntime& check) {
  Json::Value changed = settings;
  if (const auto taken = TakeMembers(changed, request); !taken) return taken.error();
  return Checked(std::move(changed), check);
}

}  // namespace tandem::host
