#include "host/layer_table.h"

#include <charconv>
#include <system_error>
#include <utility>

#include "host/function_document.h"

namespace tandem::host {

// A layer, whose packages stay as long as it does.
struct LayerTable::KeptLayer {
  StoredLayer layer;
  std::vector<PackageFolder::Use> uses;
};

namespace {

Status AboutLayer(const std::string& name, const Status& status) {
  return {status.code(), "layer '" + name + "': " + status.message()};
}

// Whether the layer is as FunctionStore has layers.
Status CheckForm(const StoredLayer& layer) {
  if (layer.name.empty()) return {Code::kInternal, "it has no name"};
  for (const auto& [number, version] : layer.versions) {
    const bool is_its_own = number != 0 && version && version->number == number;
    if (!is_its_own) return {Code::kInternal, "a version does not have its own number"};
  }
  if (!layer.versions.empty() && layer.versions.rbegin()->first > layer.last_number) {
    return {Code::kInternal, "a version has a number that was not given out"};
  }
  return {};
}

// Whether one may become the other.
Status CheckChange(const StoredLayer& before, const StoredLayer& after) {
  if (after.name != before.name) return {Code::kInternal, "a change gives it another name"};
  if (after.last_number < before.last_number) return {Code::kInternal, "a change takes a version's number back"};
  for (const auto& [number, version] : after.versions) {
    if (number > before.last_number) continue;
    const auto found = before.versions.find(number);
    if (found == before.versions.end() || found->second->content.code_sha256 != version->content.code_sha256) {
      return {Code::kInternal, "a change replaces version " + std::to_string(number)};
    }
  }
  return {};
}

// A version's number, as its row has it; 0 where it is none.
std::uint64_t NumberOf(std::string_view text) {
  std::uint64_t number = 0;
  const auto [at, failed] = std::from_chars(text.begin(), text.end(), number);
  return failed == std::errc() && at == text.end() ? number : 0;
}

}  // namespace

Status LayerTable::Read() {
  std::map<std::string, std::shared_ptr<KeptLayer>> layers;
  if (Status status = ReadLayers(layers); !status.ok()) return status;
  if (Status status = ReadVersions(layers); !status.ok()) return status;
  for (const auto& [name, kept] : layers) {
    if (const Status status = CheckForm(kept->layer); !status.ok()) {
      return {status.code(), database_.path() + ": " + AboutLayer(name, status).message()};
    }
  }
  const std::scoped_lock lock(mutex_);
  layers_.insert(layers.begin(), layers.end());
  return {};
}

Status LayerTable::ReadLayers(Reading& layers) {
  Result<Statement> rows = database_.Prepare("SELECT name, document FROM layers");
  if (!rows) return rows.status();
  Result<bool> row = rows->Step();
  for (; row && *row; row = rows->Step()) {
    const auto kept = std::make_shared<KeptLayer>();
    kept->layer.name = rows->Text(0);
    if (const Status status = ReadLayerDocument(rows->Text(1), kept->layer); !status.ok()) {
      return {status.code(), database_.path() + ": " + AboutLayer(kept->layer.name, status).message()};
    }
    layers[kept->layer.name] = kept;
  }
  return row.status();
}

Status LayerTable::ReadVersions(Reading& layers) {
  Result<Statement> rows = database_.Prepare("SELECT layer, version, document FROM layer_versions");
  if (!rows) return rows.status();
  Result<bool> row = rows->Step();
  for (; row && *row; row = rows->Step()) {
    const std::string name(rows->Text(0));
    const auto found = layers.find(name);
    if (found == layers.end()) {
      return {Code::kInternal, database_.path() + ": there is a version of '" + name + "', which is no layer"};
    }
    const auto version = ReadLayerVersionDocument(NumberOf(rows->Text(1)), rows->Text(2));
    if (!version)
      return {version.status().code(), database_.path() + ": " + AboutLayer(name, version.status()).message()};
    const PackageReference& content = (*version)->content;
    Result<PackageFolder::Use> use = packages_.Find(content.code_sha256, content.code_size);
    if (!use) return AboutLayer(name, use.status());
    found->second->uses.push_back(*use);
    found->second->layer.versions[(*version)->number] = *version;
  }
  return row.status();
}

std::shared_ptr<const StoredLayer> LayerTable::Find(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = layers_.find(name);
  if (found == layers_.end()) return nullptr;
  return {found->second, &found->second->layer};
}

std::vector<std::shared_ptr<const StoredLayer>> LayerTable::List(std::string_view marker, std::size_t most) const {
  std::vector<std::shared_ptr<const StoredLayer>> layers;
  const std::scoped_lock lock(mutex_);
  for (auto at = layers_.upper_bound(marker); at != layers_.end() && layers.size() < most; ++at) {
    if (!at->second->layer.versions.empty()) layers.emplace_back(at->second, &at->second->layer);
  }
  return layers;
}

Status LayerTable::Change(std::string_view name, const std::function<Status(StoredLayer&)>& change) {
  const std::string own_name(name);
  StoredLayer before;
  before.name = own_name;
  if (const auto found = Find(name)) before = *found;
  StoredLayer after = before;
  if (Status status = change(after); !status.ok()) return status;
  if (const Status status = CheckForm(after); !status.ok()) return AboutLayer(own_name, status);
  if (const Status status = CheckChange(before, after); !status.ok()) return AboutLayer(own_name, status);
  Result<Kept> kept = WithPackages(std::move(after));
  if (!kept) return AboutLayer(own_name, kept.status());
  const Status status = database_.InTransaction([&] { return Write((*kept)->layer, before); });
  if (!status.ok()) return AboutLayer(own_name, status);
  const std::scoped_lock lock(mutex_);
  layers_[own_name].swap(*kept);
  return {};  // here the one before may end, and packages with it
}

Result<LayerTable::Kept> LayerTable::WithPackages(StoredLayer layer) {
  auto kept = std::make_shared<KeptLayer>();
  for (const auto& [number, version] : layer.versions) {
    Result<PackageFolder::Use> use = packages_.Hold(version->content.code_sha256);
    if (!use) return use.status();
    kept->uses.push_back(*use);
  }
  kept->layer = std::move(layer);
  return Kept(std::move(kept));
}

Status LayerTable::Write(const StoredLayer& layer, const StoredLayer& before) {
  Status status =
      database_.Run("INSERT OR REPLACE INTO layers(name, document) VALUES(?1, ?2)", {layer.name, LayerDocument(layer)});
  for (auto at = before.versions.begin(); status.ok() && at != before.versions.end(); ++at) {
    if (layer.versions.contains(at->first)) continue;
    status = database_.Run("DELETE FROM layer_versions WHERE layer = ?1 AND version = ?2",
                           {layer.name, std::to_string(at->first)});
  }
  for (auto at = layer.versions.begin(); status.ok() && at != layer.versions.end(); ++at) {
    const auto found = before.versions.find(at->first);
    if (found != before.versions.end() && found->second == at->second) continue;
    const Result<std::string> document = LayerVersionDocument(*at->second);
    if (!document) return document.status();
    status = database_.Run("INSERT OR REPLACE INTO layer_versions(layer, version, document) VALUES(?1, ?2, ?3)",
                           {layer.name, std::to_string(at->first), *document});
  }
  return status;
}

}  // namespace tandem::host
