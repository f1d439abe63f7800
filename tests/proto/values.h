// Values that the proto tests share.
#ifndef TANDEM_TESTS_PROTO_VALUES_H_
#define TANDEM_TESTS_PROTO_VALUES_H_

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "proto/convert.h"

namespace tandem::proto {

inline Deadline At(std::int64_t milliseconds) {
  return Deadline(std::chrono::milliseconds(milliseconds));
}

// The value of a result that must be one.
template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.status().message();
    return T();
  }
  return std::move(*result);
}

// golden/invocation_minimal.
inline Invocation MinimalInvocation() {
  Invocation invocation;
  invocation.event = Event("123");
  invocation.options.request_id = RequestId("r");
  invocation.function.name = "hello";
  invocation.function.version = "$LATEST";
  return invocation;
}

// golden/invocation_full: every member has a value of its own.
inline Invocation FullInvocation() {
  Invocation invocation;
  invocation.event = Event("{\"\xC3\xBC\": [1.0E16, 1e+16, NaN]}");
  invocation.event.content_type = "application/json";
  invocation.options.type = InvocationType::kEvent;
  invocation.options.log_type = LogType::kTail;
  invocation.options.request_id = RequestId("7d3f4a52-9c1e-4f0a-8b6d-2e5c1a9f0b37");
  invocation.options.qualifier = "live";
  invocation.options.client_context = R"({"custom": {"k": "v"}})";
  invocation.options.cognito_identity = R"({"cognitoIdentityId": "id", "cognitoIdentityPoolId": "pool"})";
  invocation.options.trace_id = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  invocation.options.tenant_id = "tenant A";
  invocation.function.name = "h\xC3\xA9llo";
  invocation.function.version = "7";
  invocation.function.invoked_arn = "arn:aws:lambda:us-east-1:012345678912:function:h\xC3\xA9llo:live";
  invocation.function.log_group_name = "/aws/lambda/h\xC3\xA9llo";
  invocation.function.log_stream_name = "2026/01/01/[7]0123456789abcdef0123456789abcdef";
  invocation.function.memory_size_mb = 512;
  invocation.deadline = At(1767225600123);
  invocation.streaming = true;
  return invocation;
}

inline void ExpectEqual(const Invocation& got, const Invocation& want) {
  EXPECT_EQ(got.event.payload.view(), want.event.payload.view());
  EXPECT_EQ(got.event.content_type, want.event.content_type);
  EXPECT_EQ(got.options.type, want.options.type);
  EXPECT_EQ(got.options.log_type, want.options.log_type);
  EXPECT_EQ(got.options.request_id.view(), want.options.request_id.view());
  EXPECT_EQ(got.options.qualifier, want.options.qualifier);
  EXPECT_EQ(got.options.client_context, want.options.client_context);
  EXPECT_EQ(got.options.cognito_identity, want.options.cognito_identity);
  EXPECT_EQ(got.options.trace_id, want.options.trace_id);
  EXPECT_EQ(got.options.tenant_id, want.options.tenant_id);
  EXPECT_EQ(got.function.name, want.function.name);
  EXPECT_EQ(got.function.version, want.function.version);
  EXPECT_EQ(got.function.invoked_arn, want.function.invoked_arn);
  EXPECT_EQ(got.function.log_group_name, want.function.log_group_name);
  EXPECT_EQ(got.function.log_stream_name, want.function.log_stream_name);
  EXPECT_EQ(got.function.memory_size_mb, want.function.memory_size_mb);
  EXPECT_EQ(got.deadline, want.deadline);
  EXPECT_EQ(got.streaming, want.streaming);
}

inline void ExpectEqual(const FunctionError& got, const FunctionError& want) {
  EXPECT_EQ(got.type, want.type);
  EXPECT_EQ(got.message, want.message);
  EXPECT_EQ(got.reported_type, want.reported_type);
  EXPECT_EQ(got.stack_trace, want.stack_trace);
  EXPECT_EQ(got.disposition, want.disposition);
  EXPECT_EQ(got.exit_status, want.exit_status);
}

inline void ExpectEqual(const Outcome& got, const Outcome& want) {
  ASSERT_EQ(got.kind(), want.kind());
  EXPECT_EQ(got.payload().view(), want.payload().view());
  EXPECT_EQ(got.content_type(), want.content_type());
  EXPECT_EQ(got.disposition(), want.disposition());
  if (want.kind() == Outcome::Kind::kFunctionError) ExpectEqual(got.error(), want.error());
  if (want.kind() == Outcome::Kind::kFault) {
    EXPECT_EQ(got.fault().code(), want.fault().code());
    EXPECT_EQ(got.fault().message(), want.fault().message());
  }
}

}  // namespace tandem::proto

#endif  // TANDEM_TESTS_PROTO_VALUES_H_
