// What the store's rows say of functions, layers and their versions: JSON documents.
#ifndef TANDEM_HOST_FUNCTION_DOCUMENT_H_
#define TANDEM_HOST_FUNCTION_DOCUMENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/function_store.h"
#include "tandem/status.h"

namespace tandem::host {

// All of the function but its name and versions. Errors: kInvalidArgument for values that would not be read back.
Result<std::string> FunctionDocument(const StoredFunction& function);
// All but its number. Errors: as above.
Result<std::string> VersionDocument(const FunctionVersion& version);

// All of the layer but its name and versions.
std::string LayerDocument(const StoredLayer& layer);
// All but its number. Errors: as above.
Result<std::string> LayerVersionDocument(const LayerVersion& version);

// Reads what FunctionDocument wrote into the function. Errors: kInternal.
Status ReadFunctionDocument(std::string_view document, StoredFunction& function);
// Errors: kInternal.
Result<std::shared_ptr<const FunctionVersion>> ReadVersionDocument(std::string_view version, std::string_view document);
// Reads what LayerDocument wrote into the layer. Errors: kInternal.
Status ReadLayerDocument(std::string_view document, StoredLayer& layer);
// Errors: kInternal.
Result<std::shared_ptr<const LayerVersion>> ReadLayerVersionDocument(std::uint64_t number, std::string_view document);

}  // namespace tandem::host

#endif  // TANDEM_HOST_FUNCTION_DOCUMENT_H_
