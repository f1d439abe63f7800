// What a request names, as the store has it.
#ifndef TANDEM_HOST_API_LOOKUP_H_
#define TANDEM_HOST_API_LOOKUP_H_

#include <json/value.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/api/call.h"
#include "host/api/context.h"

namespace tandem::host {

// Errors: ResourceNotFoundException, with the ARN as it was asked for.
ApiResult<std::shared_ptr<const StoredFunction>> FindFunction(const ApiContext& context, const ApiCall& call,
                                                              const FunctionReference& reference);
// The version that the qualifier means; an alias with weights means one of its versions, by chance (I-33). Errors:
//
ApiResult<std::shared_ptr<const FunctionVersion>> FindVersion(const ApiCall& call, const StoredFunction& function,
                                                              const FunctionReference& reference);

// The same; null where there is none.
std::shared_ptr<const FunctionVersion> VersionMeant(const StoredFunction& function, const std::string& qualifier);

// Errors: PreconditionFailedException where the request has another one.
ApiResult<bool> CheckRevision(const Json::Value& request, const std::string& revision_id);

// Adds the number that the version published from $LATEST has.
std::shared_ptr<const FunctionVersion> Publish(StoredFunction& function, const std::string* description);

// Changes the function that is named. Errors: ResourceNotFoundException; what `change` refuses with; the store's.
ApiResult<bool> ChangeFunction(const ApiContext& context, const ApiCall& call, const FunctionReference& reference,
                               const std::function<ApiResult<bool>(StoredFunction&)>& change);

// Changes the layer, which may have no versions yet. Errors: what `change` refuses with; the store's.
ApiResult<bool> ChangeLayer(const ApiContext& context, const std::string& name,
                            const std::function<ApiResult<bool>(StoredLayer&)>& change);

// Status 204.
HttpResponse NoContent();

// The error of a store's failure.
ApiError StoreFailed(const Status& status);

// The first of `most` items from `marker` on: where to begin and how many, from the query's Marker and MaxItems.
struct Page {
  std::size_t begin = 0;
  std::size_t count = 0;
};
ApiResult<Page> PageOf(const ApiCall& call, std::size_t all);
// How many items an answer has at the most.
ApiResult<std::size_t> PageSizeOf(const ApiCall& call);
// Of a Marker that no list has given.
ApiError UnknownMarker();
// NextMarker, where there is more.
void SetNextMarker(Json::Value& answer, const Page& page, std::size_t all);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_LOOKUP_H_
