// Functions for a store, and all that a store has, as a text.
#ifndef TANDEM_TESTS_HOST_STORE_STATE_H_
#define TANDEM_TESTS_HOST_STORE_STATE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "host/function_store.h"

namespace tandem::test {

using host::FunctionStore;
using host::FunctionVersion;
using host::LayerVersion;
using host::PackageReference;
using host::StoredFunction;
using host::StoredLayer;

// A version of a function with this code. `mark` is in all that can be told from outside.
std::shared_ptr<FunctionVersion> MakeVersion(const std::string& number, const FunctionStore::KeptPackage& package,
                                             const std::string& mark);
// The version $LATEST as number `number`.
std::shared_ptr<const FunctionVersion> Published(const FunctionVersion& latest, std::uint64_t number);

// A version of a layer with this content, likewise.
std::shared_ptr<LayerVersion> MakeLayerVersion(std::uint64_t number, const PackageReference& content,
                                               const std::string& mark);

// All of a function, of a layer, or of a store, in one text.
std::string Describe(const StoredFunction& function);
std::string Describe(const StoredLayer& layer);
std::string Describe(const FunctionStore& store);

}  // namespace tandem::test

#endif  // TANDEM_TESTS_HOST_STORE_STATE_H_
