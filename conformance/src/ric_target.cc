// The target `ric`: the official runtime clients, installed by the user, as functions that bring their runtime along.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "child_process.h"
#include "conformance/target.h"
#include "runtime_functions.h"

namespace tandem::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kVersionTime{20};
constexpr std::chrono::seconds kGraceToEnd{2};
constexpr int kPatience = 100;  // ms
constexpr std::string_view kJavaClient = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
constexpr std::string_view kJavaClientJar = "aws-lambda-java-runtime-interface-client-";
constexpr std::string_view kPythonVersion =
    "import importlib.metadata, platform\n"
    "print('awslambdaric', importlib.metadata.version('awslambdaric'), 'on CPython', platform.python_version())";

// A folder that ends with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    std::string pattern = (fs::temp_directory_path(error) / "tandem-conform-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// A client of one language: the layer that has its bootstrap, and what it is.
struct Client {
  std::string layer;
  std::string version;
};

// "3.13" of "3.13.0", with two of them.
std::string FirstNumbers(const std::string& version, int count) {
  std::size_t end = 0;
  for (int left = count; left > 0; --left) {
    if (left != count) ++end;
    while (end < version.size() && std::isdigit(static_cast<unsigned char>(version[end])) != 0) ++end;
  }
  return version.substr(0, end);
}

// The line that has it, as programs may say other things besides; empty: none has.
std::string LineWith(const std::string& text, std::string_view part) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(part) != std::string::npos) return line;
  }
  return "";
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// What a program prints, where it ends well.
Result<std::string> OutputOf(const std::vector<std::string>& arguments) {
  auto process = ChildProcess::Start({arguments, PlainEnvironment(), -1});
  if (!process) return process.status();
  std::string output;
  const auto deadline = std::chrono::steady_clock::now() + kVersionTime;
  pollfd ready{process->output(), POLLIN, 0};
  while (std::chrono::steady_clock::now() < deadline && poll(&ready, 1, kPatience) >= 0) {
    const std::string part = process->TakeOutput();
    if (part.empty() && (ready.revents & POLLHUP) != 0) break;
    output += part;
  }
  const std::string end = process->WaitEnd(kGraceToEnd);
  output.resize(output.find_last_not_of(" \n") + 1);
  if (end == "exited with status 0") return output;
  const std::string last = output.substr(output.rfind('\n') + 1);
  return Status(Code::kInvalidArgument, arguments.front() + " " + end + ": " + last);
}

// `name`: what the service calls a runtime of this version, by which the clients choose how they write (J-03).
Result<std::string> MakeLayer(const fs::path& folder, const std::string& name, const std::string& command) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path bootstrap = folder / "bootstrap";
  std::ofstream(bootstrap) << "#!/bin/sh\nexport AWS_EXECUTION_ENV=AWS_Lambda_" << name << "\nexec " << command
                           << " \"$_HANDLER\"\n";
  fs::permissions(bootstrap, fs::perms::owner_all, error);
  if (error) return Status(Code::kInternal, "cannot write " + bootstrap.string() + ": " + error.message());
  return folder.string();
}

Result<Client> PythonClient(const std::string& python, const fs::path& folder) {
  auto version = OutputOf({python, "-c", std::string(kPythonVersion)});
  if (!version) return Status(Code::kInvalidArgument, "--ric-python: " + version.status().message());
  const std::string client = LineWith(*version, "awslambdaric ");
  auto layer = MakeLayer(folder, "python" + FirstNumbers(client.substr(client.rfind(' ') + 1), 2),
                         Quoted(python) + " -B -m awslambdaric");
  if (!layer) return layer.status();
  return Client{std::move(*layer), client};
}

Result<Client> JavaClient(const std::string& jars, const std::string& java_home, const fs::path& folder) {
  std::error_code error;
  std::string version;
  for (fs::directory_iterator each(jars, error), end; !error && each != end; each.increment(error)) {
    const std::string name = each->path().stem().string();
    if (name.starts_with(kJavaClientJar) && each->path().extension() == ".jar") version = name;
  }
  if (version.empty()) {
    return Status(Code::kInvalidArgument,
                  "--ric-java: there is no " + std::string(kJavaClientJar) + "*.jar in " + jars);
  }
  const std::string java = java_home.empty() ? "java" : java_home + "/bin/java";
  auto jdk = OutputOf({java, "-version"});
  if (!jdk) return Status(Code::kInvalidArgument, "--ric-java: " + jdk.status().message());
  const std::string first = LineWith(*jdk, "version \"");
  const std::string command = Quoted(java) + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp " +
                              Quoted(fs::absolute(jars).string() + "/*") + " " + std::string(kJavaClient);
  const std::size_t quote = first.find('"');  // java version "17.0.13", before 9 "1.8.0_402"
  std::string number = quote == std::string::npos ? "" : first.substr(quote + 1);
  if (number.starts_with("1.")) number.erase(0, 2);
  auto layer = MakeLayer(folder, "java" + FirstNumbers(number, 1), command);
  if (!layer) return layer.status();
  return Client{std::move(*layer), version + " on " + first};
}

class RicTarget final : public Target {
 public:
  static Result<std::unique_ptr<Target>> Make(const RuntimeOptions& options, const RicOptions& said) {
    std::unique_ptr<RicTarget> made(new RicTarget());
    if (made->folder_.path().empty()) return Status(Code::kInternal, "cannot make a temporary folder");
    if (!said.python.empty()) {
      auto client = PythonClient(said.python, made->folder_.path() / "python");
      if (!client) return client.status();
      made->clients_["python"] = std::move(*client);
    }
    if (!said.java_jars.empty()) {
      auto client = JavaClient(said.java_jars, said.java_home, made->folder_.path() / "java");
      if (!client) return client.status();
      made->clients_["java"] = std::move(*client);
    }
    RicTarget& target = *made;
    auto functions = RuntimeFunctions::Make(options, [&target](const auto& function, const auto& implementation) {
      FunctionConfig config = ConfigOf(function, implementation);
      config.runtime = "provided.al2023";
      config.isolation = Isolation::kProcess;
      config.layers = {target.clients_[implementation.language].layer};
      return Result<FunctionConfig>(std::move(config));
    });
    if (!functions) return functions.status();
    made->functions_ = std::move(*functions);
    return std::unique_ptr<Target>(std::move(made));
  }

  std::string_view kind() const override { return "ric"; }

  std::string ReasonAgainst(const Implementation& implementation, const Case& /*given*/) override {
    if (clients_.contains(implementation.language)) return "";
    if (implementation.language == "python") return "--ric-python names no interpreter that has awslambdaric";
    if (implementation.language == "java") return "--ric-java names no directory with the client's jars";
    return "there is no official client for " + implementation.language;
  }

  Observation Run(const SuiteFunction& function, const Implementation& implementation, const Case& given) override {
    Observation seen = functions_->Run(function, implementation, given);
    seen.evidence.runtime = clients_[implementation.language].version;
    return seen;
  }

  void End(const Implementation& implementation) override { functions_->End(implementation); }
  void EndFunctions() override { functions_->EndFunctions(); }

 private:
  RicTarget() = default;

  TemporaryFolder folder_;
  std::map<std::string, Client> clients_;  // by language
  std::unique_ptr<RuntimeFunctions> functions_;
};

}  // namespace

Result<std::unique_ptr<Target>> MakeRicTarget(const RuntimeOptions& options, const RicOptions& clients) {
  return RicTarget::Make(options, clients);
}

}  // namespace tandem::conformance
