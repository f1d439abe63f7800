// What the store's rows say of functions and versions: JSON documents.
#ifndef TANDEM_HOST_FUNCTION_DOCUMENT_H_
#define TANDEM_HOST_FUNCTION_DOCUMENT_H_

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

// Reads what FunctionDocument wrote into the function. Errors: kInternal.
Status ReadFunctionDocument(std::string_view document, StoredFunction& function);
// Errors: kInternal.
Result<std::shared_ptr<const FunctionVersion>> ReadVersionDocument(std::string_view version, std::string_view document);

}  // namespace tandem::host

#endif  // TANDEM_HOST_FUNCTION_DOCUMENT_H_
