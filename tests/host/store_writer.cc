// A program with a store, for tests that kill it.
//
//   store_writer hold DATA           has the store until it is killed
//   store_writer share DATA          has a thread keep a package anew that another one has just left
//   store_writer write DATA SEED     changes it until it is killed, 300 times at the most
//
// `share` says "shared", or "absent" where that package was not there then. `write` says on its standard
// output what it does, a line each: "open DIGEST", of the state that it found; before each change "will KIND DIGEST",
// of the state that the change makes; after it "done".
#include <unistd.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "host/digest.h"
#include "tests/host/store_state.h"

namespace tandem::test {
namespace {

constexpr std::array<const char*, 2> kLayers = {"layer-0", "layer-1"};

// The functions and layers as they should be.
struct Model {
  std::map<std::string, StoredFunction> functions;
  std::map<std::string, StoredLayer> layers;
};
using Edit = std::function<void(StoredFunction&)>;

void Say(const std::string& line) {
  const std::string text = line + "\n";
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(3);
}

void Require(const Status& status) {
  if (status.ok()) return;
  Say("failed " + status.message());
  _exit(2);
}

std::string DigestOf(const Model& model) {
  std::string text;
  for (const auto& [name, function] : model.functions) text += Describe(function);
  for (const auto& [name, layer] : model.layers) {
    if (!layer.versions.empty()) text += Describe(layer);
  }
  return host::Sha256(text);
}

class Writer {
 public:
  Writer(FunctionStore& store, std::uint64_t seed) : store_(store), random_(seed) {
    for (const auto& function : store.List("", SIZE_MAX)) model_.functions[function->name] = *function;
    for (const char* name : kLayers) {
      model_.layers[name].name = name;
      if (const auto layer = store.FindLayer(name)) model_.layers[name] = *layer;
    }
    Say("open " + DigestOf(model_));
  }

  void Step() {
    const std::string name = "function-" + std::to_string(Below(3));
    if (!model_.functions.contains(name)) return Create(name);
    switch (Below(10)) {
      case 0:
        return Change("configure", name, [&](StoredFunction& f) { Configure(f); });
      case 1:
      case 2:
        return Publish(name);
      case 3:
        return Delete(name);
      case 4:
        return Keep();
      case 5:
        return PublishLayer(kLayers[Below(2)]);
      case 6:
        return DeleteLayerVersion(kLayers[Below(2)]);
      case 7:
        return Change("use", name, [&](StoredFunction& f) { UseLayers(f); });
      default:
        return Update(name);
    }
  }

 private:
  std::uint64_t Below(std::uint64_t end) { return random_() % end; }

  // Of a few different ones, so that functions share some.
  std::string Code() {
    const std::uint64_t which = Below(12);
    return "code " + std::to_string(which) + std::string(which * 9000, static_cast<char>('a' + which));
  }

  FunctionStore::KeptPackage Package() {
    Result<FunctionStore::KeptPackage> package = store_.KeepPackage(Code());
    Require(package.status());
    return *package;
  }

  // In the model a package is its digest; in the store it has been kept by then.
  std::shared_ptr<const FunctionVersion> Latest(const FunctionStore::KeptPackage& package) {
    return MakeVersion("$LATEST", package, std::to_string(Below(1000000)));
  }

  void Create(const std::string& name) {
    const std::string code = Code();
    StoredFunction function;
    function.name = name;
    function.latest = Latest({host::Sha256(code), static_cast<std::int64_t>(code.size()), nullptr});
    model_.functions[name] = function;
    Say("will create " + DigestOf(model_));
    const auto package = store_.KeepPackage(code);
    Require(package.status());
    Require(store_.Insert(std::move(function)));
    Say("done");
  }

  void Change(const std::string& kind, const std::string& name, const Edit& edit) {
    edit(model_.functions[name]);
    const StoredFunction after = model_.functions[name];
    Say("will " + kind + " " + DigestOf(model_));
    Require(store_.Change(name, [&](StoredFunction& function) -> Status {
      function = after;
      return {};
    }));
    Say("done");
  }

  void Update(const std::string& name) {
    const std::string code = Code();
    model_.functions[name].latest = Latest({host::Sha256(code), static_cast<std::int64_t>(code.size()), nullptr});
    const StoredFunction after = model_.functions[name];
    Say("will update " + DigestOf(model_));
    const auto package = store_.KeepPackage(code);
    Require(package.status());
    Require(store_.Change(name, [&](StoredFunction& function) -> Status {
      function.latest = after.latest;
      return {};
    }));
    Say("done");
  }

  void Configure(StoredFunction& function) {
    const auto latest = std::make_shared<FunctionVersion>(*function.latest);
    latest->settings["Timeout"] = static_cast<int>(Below(900));
    function.latest = latest;
    function.tags["tag"] = std::to_string(Below(1000));
    function.reserved_concurrency = static_cast<int>(Below(100));
  }

  void Publish(const std::string& name) {
    Change("publish", name, [&](StoredFunction& function) {
      ++function.last_number;
      function.versions[function.last_number] = Published(*function.latest, function.last_number);
      if (function.versions.size() > 3) function.versions.erase(function.versions.begin());
      function.aliases["live"] = {"live", std::to_string(function.last_number), "", std::to_string(Below(1000)), {}};
    });
  }

  void Delete(const std::string& name) {
    model_.functions.erase(name);
    Say("will delete " + DigestOf(model_));
    Require(store_.Erase(name));
    Say("done");
  }

  // What is asked of a store with the layer as the model has it.
  void ChangeLayer(const std::string& kind, const std::string& name) {
    const StoredLayer after = model_.layers[name];
    Say("will " + kind + " " + DigestOf(model_));
    Require(store_.ChangeLayer(name, [&](StoredLayer& layer) -> Status {
      layer = after;
      return {};
    }));
    Say("done");
  }

  void PublishLayer(const std::string& name) {
    const FunctionStore::KeptPackage package = Package();
    StoredLayer& layer = model_.layers[name];
    const std::uint64_t number = ++layer.last_number;
    layer.versions[number] =
        MakeLayerVersion(number, {package.code_sha256, package.code_size}, std::to_string(Below(1000000)));
    ChangeLayer("publish-layer", name);
  }

  void DeleteLayerVersion(const std::string& name) {
    StoredLayer& layer = model_.layers[name];
    if (layer.versions.empty()) return;
    layer.versions.erase(layer.versions.begin());
    ChangeLayer("delete-layer", name);
  }

  // The newest version of each layer, which may be deleted after that.
  void UseLayers(StoredFunction& function) {
    const auto latest = std::make_shared<FunctionVersion>(*function.latest);
    latest->layers.clear();
    for (const auto& [name, layer] : model_.layers) {
      if (!layer.versions.empty()) latest->layers.push_back(layer.versions.rbegin()->second->content);
    }
    function.latest = latest;
  }

  // Of a request that is refused after that.
  void Keep() {
    Say("will keep " + DigestOf(model_));
    Package();
    Say("done");
  }

  FunctionStore& store_;
  std::mt19937_64 random_;
  Model model_;
};

[[noreturn]] void Share(FunctionStore& store) {
  const auto keep = [&](const std::string& code) {
    Result<FunctionStore::KeptPackage> package = store.KeepPackage(code);
    Require(package.status());
    return *package;
  };
  bool is_absent = false;
  for (int i = 0; i < 5; ++i) {
    FunctionStore::KeptPackage package = keep("the same");
    std::thread next([&] {
      const FunctionStore::KeptPackage before = keep("another " + std::to_string(i));
      const FunctionStore::KeptPackage again = keep("the same");
      if (access(store.PackagePath(again.code_sha256).c_str(), F_OK) != 0) is_absent = true;
    });
    package.use = nullptr;
    next.join();
  }
  Say(is_absent ? "absent" : "shared");
  _exit(0);
}

int Run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) return 64;
  auto store = FunctionStore::Open(arguments[1]);
  Require(store.status());
  if (arguments[0] == "hold") {
    Say("open");
    for (;;) pause();
  }
  if (arguments[0] == "share") Share(**store);
  Writer writer(**store, std::stoull(arguments.at(2)));
  for (int i = 0; i < 300; ++i) writer.Step();
  _exit(0);
}

}  // namespace
}  // namespace tandem::test

int main(int argc, char** argv) {
  return tandem::test::Run({argv + 1, argv + argc});
}
