// What an Invocation message demands, whoever writes or reads it.
#ifndef TANDEM_PROTO_INVOCATION_CHECK_H_
#define TANDEM_PROTO_INVOCATION_CHECK_H_

#include <cstdint>
#include <string_view>

#include "proto/convert.h"
#include "tandem/invocation.h"
#include "tandem/status.h"
#include "tandem/v1/invocation.pb.h"

namespace tandem::proto {

// The values of both enumerations. Errors: kInvalidArgument for one that there is not.
Result<v1::InvocationType> TypeMessage(InvocationType type);
Result<InvocationType> TypeOf(v1::InvocationType type);
Result<v1::LogType> LogTypeMessage(LogType type);
Result<LogType> LogTypeOf(v1::LogType type);

// Whether what goes into `string` members can. Errors: kInvalidArgument, with the member's name.
Status CheckTexts(const InvokeOptions& options, const FunctionContext& function);
Status CheckQualifier(std::string_view qualifier);
Status CheckContentType(std::string_view content_type);

// Members of a Context that have bounds.
struct BoundedContext {
  std::string_view request_id;
  std::string_view function_name;
  std::string_view function_version;
  std::int32_t memory_limit_mb;
  std::int64_t deadline_ms;  // 0: none, or just that
};
// Whether they are within them. Errors: kInvalidArgument, with the member's name.
Status CheckContext(const BoundedContext& context);
Status CheckContext(const Invocation& invocation);

}  // namespace tandem::proto

#endif  // TANDEM_PROTO_INVOCATION_CHECK_H_
