// A loader (BROKEN_LOADER) or finder (BROKEN_FINDER) that is wrong in one way.
#include <cstddef>
#include <cstdint>

#include "tandem/finder_abi.h"
#include "tandem/loader_abi.h"

#define TANDEM_TEST_EXPORT extern "C" __attribute__((visibility("default")))

#ifdef BROKEN_NO_ENTRY
TANDEM_TEST_EXPORT const void* tandem_something_else() {
  return nullptr;
}
#elif defined(BROKEN_NULL_TABLE) && defined(BROKEN_LOADER)
TANDEM_TEST_EXPORT const tandem_loader_table* tandem_loader_v1() {
  return nullptr;
}
#elif defined(BROKEN_NULL_TABLE)
TANDEM_TEST_EXPORT const tandem_finder_table* tandem_finder_v1() {
  return nullptr;
}
#elif defined(BROKEN_LOADER)
namespace {

std::int32_t Create(const tandem_host*, tandem_host_context*, const tandem_loader_config*, tandem_sink*,
                    tandem_loader**) {
  return TANDEM_FAULT;
}
std::int32_t Open(tandem_loader*, const tandem_function_config*, tandem_sink*, tandem_handler**) {
  return TANDEM_FAULT;
}
void Close(tandem_handler*) {}
std::int32_t Invoke(tandem_handler*, const tandem_invocation*, tandem_sink*) {
  return TANDEM_FAULT;
}

}  // namespace

TANDEM_TEST_EXPORT const tandem_loader_table* tandem_loader_v1() {
  static tandem_loader_table table = {};
  table.struct_size = sizeof(table);
  table.abi_major = TANDEM_LOADER_ABI_MAJOR;
  table.name = "broken";
  table.create = Create;
  table.open = Open;
  table.close = Close;
  table.invoke = Invoke;
#ifdef BROKEN_WRONG_MAJOR
  table.abi_major = TANDEM_LOADER_ABI_MAJOR + 1;
#elif defined(BROKEN_SHORT_TABLE)
  table.struct_size = offsetof(tandem_loader_table, invoke);
#elif defined(BROKEN_EMPTY_SLOT)
  table.invoke = nullptr;
#endif
  return &table;
}
#else
namespace {

void Find(const tandem_find_request*, tandem_runtime_found, void*) {}
std::int32_t Claim(const tandem_claim_request*) {
  return TANDEM_CLAIM_NONE;
}

}  // namespace

TANDEM_TEST_EXPORT const tandem_finder_table* tandem_finder_v1() {
  static tandem_finder_table table = {};
  table.struct_size = sizeof(table);
  table.abi_major = TANDEM_FINDER_ABI_MAJOR;
  table.language = "broken";
  table.find = Find;
  table.claim = Claim;
#ifdef BROKEN_WRONG_MAJOR
  table.abi_major = TANDEM_FINDER_ABI_MAJOR + 1;
#elif defined(BROKEN_SHORT_TABLE)
  table.struct_size = offsetof(tandem_finder_table, claim);
#elif defined(BROKEN_EMPTY_SLOT)
  table.find = nullptr;
#endif
  return &table;
}
#endif
