#include "loader_module.h"

#include <dlfcn.h>

#include <cstddef>
#include <string>

namespace tandem {
namespace {

Status Rejected(const std::string& file, const std::string& why) {
  const bool named = why.starts_with(file + ": ");  // by the dynamic linker
  return {Code::kInternal, file + " is not usable: " + (named ? why.substr(file.size() + 2) : why)};
}

std::string LastDlError() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

// Opens a module and calls its entry. Modules are never closed: VMs and their threads outlive their users.
template <typename Table>
Result<const Table*> CallEntry(const std::string& file, const char* symbol) {
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return Rejected(file, LastDlError());
  void* entry = dlsym(module, symbol);
  if (entry == nullptr) return Rejected(file, std::string("it does not export ") + symbol);
  const Table* table = reinterpret_cast<const Table* (*)()>(entry)();
  if (table == nullptr) return Rejected(file, std::string(symbol) + " returned no table");
  return table;
}

template <typename Table>
Status CheckVersion(const std::string& file, const Table& table, std::uint32_t major, std::size_t required_size) {
  if (table.struct_size < offsetof(Table, abi_minor) + sizeof(table.abi_minor)) {
    return Rejected(file, "its table is shorter than a version");
  }
  if (table.abi_major != major) {
    return Rejected(file, "it speaks major version " + std::to_string(table.abi_major) +
                              " of the ABI; this Tandem speaks " + std::to_string(major));
  }
  if (table.struct_size < required_size) {
    return Rejected(file, "its table has " + std::to_string(table.struct_size) + " bytes; the required slots take " +
                              std::to_string(required_size));
  }
  return {};
}

Status RequireSlots(const std::string& file, std::initializer_list<std::pair<const char*, bool>> slots) {
  for (const auto& [name, present] : slots) {
    if (!present) return Rejected(file, std::string("its required slot `") + name + "` is empty");
  }
  return {};
}

}  // namespace

Status OpenGlobally(const std::string& library) {
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return {};
  return {Code::kUnavailable, "cannot open " + library + ": " + LastDlError()};
}

bool IsOpen(const std::string& library) {
  void* handle = library.empty() ? nullptr : dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return false;
  dlclose(handle);
  return true;
}

Result<const tandem_loader_table*> OpenLoaderModule(const std::string& file) {
  auto opened = CallEntry<tandem_loader_table>(file, TANDEM_LOADER_SYMBOL);
  if (!opened) return opened;
  const tandem_loader_table& table = **opened;
  const std::size_t required = offsetof(tandem_loader_table, invoke) + sizeof(table.invoke);
  if (Status status = CheckVersion(file, table, TANDEM_LOADER_ABI_MAJOR, required); !status.ok()) return status;
  Status slots = RequireSlots(file, {{"name", table.name != nullptr},
                                     {"create", table.create != nullptr},
                                     {"open", table.open != nullptr},
                                     {"close", table.close != nullptr},
                                     {"invoke", table.invoke != nullptr}});
  if (!slots.ok()) return slots;
  return &table;
}

Status CheckLoaderModule(const std::string& file) {
  const auto opened = OpenLoaderModule(file);
  const bool lacks_a_vm = !opened && opened.status().message().find("undefined symbol: ") != std::string::npos;
  return opened || lacks_a_vm ? Status() : opened.status();
}

Result<const tandem_finder_table*> OpenFinderModule(const std::string& file) {
  auto opened = CallEntry<tandem_finder_table>(file, TANDEM_FINDER_SYMBOL);
  if (!opened) return opened;
  const tandem_finder_table& table = **opened;
  const std::size_t required = offsetof(tandem_finder_table, claim) + sizeof(table.claim);
  if (Status status = CheckVersion(file, table, TANDEM_FINDER_ABI_MAJOR, required); !status.ok()) return status;
  Status slots = RequireSlots(file, {{"language", table.language != nullptr && *table.language != '\0'},
                                     {"find", table.find != nullptr},
                                     {"claim", table.claim != nullptr}});
  if (!slots.ok()) return slots;
  return &table;
}

}  // namespace tandem
