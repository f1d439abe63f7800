// Pins the ABI: a slot that moves breaks every loader built before.
#include <gtest/gtest.h>

#include <cstddef>

#include "tandem/finder_abi.h"
#include "tandem/loader_abi.h"

namespace {

#define EXPECT_AT(type, member, offset) EXPECT_EQ(offsetof(type, member), std::size_t{offset}) << #type "." #member

TEST(AbiLayout, LoaderTable) {
  EXPECT_AT(tandem_loader_table, struct_size, 0);
  EXPECT_AT(tandem_loader_table, abi_major, 8);
  EXPECT_AT(tandem_loader_table, abi_minor, 12);
  EXPECT_AT(tandem_loader_table, flags, 16);
  EXPECT_AT(tandem_loader_table, name, 24);
  EXPECT_AT(tandem_loader_table, create, 32);
  EXPECT_AT(tandem_loader_table, destroy, 40);
  EXPECT_AT(tandem_loader_table, open, 48);
  EXPECT_AT(tandem_loader_table, close, 56);
  EXPECT_AT(tandem_loader_table, invoke, 64);
  EXPECT_AT(tandem_loader_table, cancel, 72);
  EXPECT_AT(tandem_loader_table, warm, 80);
  EXPECT_AT(tandem_loader_table, thread_detach, 88);
  EXPECT_AT(tandem_loader_table, fork_ready, 96);
  EXPECT_AT(tandem_loader_table, before_fork, 104);
  EXPECT_AT(tandem_loader_table, after_fork, 112);
  EXPECT_AT(tandem_loader_table, fill_cache, 120);
  EXPECT_AT(tandem_loader_table, stand_by, 128);
  EXPECT_AT(tandem_loader_table, take_function, 136);
}

TEST(AbiLayout, HostTable) {
  EXPECT_AT(tandem_host, log, 16);
  EXPECT_AT(tandem_host, payload_new, 24);
  EXPECT_AT(tandem_host, payload_retain, 32);
  EXPECT_AT(tandem_host, payload_release, 40);
  EXPECT_AT(tandem_host, result, 48);
  EXPECT_AT(tandem_host, result_chunk, 56);
  EXPECT_AT(tandem_host, result_error, 64);
  EXPECT_AT(tandem_host, result_fault, 72);
  EXPECT_AT(tandem_host, remaining_time_ms, 80);
  EXPECT_AT(tandem_host, is_cancelled, 88);
}

TEST(AbiLayout, Invocation) {
  EXPECT_AT(tandem_invocation, payload, 8);
  EXPECT_AT(tandem_invocation, content_type, 16);
  EXPECT_AT(tandem_invocation, request_id, 32);
  EXPECT_AT(tandem_invocation, invoked_function_arn, 48);
  EXPECT_AT(tandem_invocation, client_context, 64);
  EXPECT_AT(tandem_invocation, cognito_identity, 80);
  EXPECT_AT(tandem_invocation, trace_id, 96);
  EXPECT_AT(tandem_invocation, tenant_id, 112);
  EXPECT_AT(tandem_invocation, deadline_ms, 128);
  EXPECT_AT(tandem_invocation, streaming, 136);
}

TEST(AbiLayout, FunctionConfig) {
  EXPECT_AT(tandem_function_config, function, 8);
  EXPECT_AT(tandem_function_config, handler, 16);
  EXPECT_AT(tandem_function_config, runtime, 32);
  EXPECT_AT(tandem_function_config, code_root, 48);
  EXPECT_AT(tandem_function_config, name, 64);
  EXPECT_AT(tandem_function_config, version, 80);
  EXPECT_AT(tandem_function_config, log_group_name, 96);
  EXPECT_AT(tandem_function_config, log_stream_name, 112);
  EXPECT_AT(tandem_function_config, log_format, 128);
  EXPECT_AT(tandem_function_config, log_level, 144);
  EXPECT_AT(tandem_function_config, layers, 160);
  EXPECT_AT(tandem_function_config, layers_size, 168);
  EXPECT_AT(tandem_function_config, memory_limit_mb, 176);
  EXPECT_AT(tandem_function_config, max_concurrency, 180);
}

TEST(AbiLayout, LoaderConfig) {
  EXPECT_AT(tandem_loader_config, identifier, 8);
  EXPECT_AT(tandem_loader_config, version, 24);
  EXPECT_AT(tandem_loader_config, path, 40);
  EXPECT_AT(tandem_loader_config, library, 56);
  EXPECT_AT(tandem_loader_config, data_dir, 72);
  EXPECT_AT(tandem_loader_config, options, 88);
  EXPECT_AT(tandem_loader_config, options_size, 96);
}

TEST(AbiLayout, ResultErrorAndRecord) {
  EXPECT_AT(tandem_result, data, 8);
  EXPECT_AT(tandem_result, content_type, 24);
  EXPECT_AT(tandem_result, release, 40);
  EXPECT_AT(tandem_result, release_arg, 48);
  EXPECT_AT(tandem_result, disposition, 56);
  EXPECT_AT(tandem_result, exit_status, 60);
  EXPECT_AT(tandem_error, type, 8);
  EXPECT_AT(tandem_error, message, 24);
  EXPECT_AT(tandem_error, body, 40);
  EXPECT_AT(tandem_error, reported_type, 56);
  EXPECT_AT(tandem_error, stack_trace, 72);
  EXPECT_AT(tandem_error, disposition, 88);
  EXPECT_AT(tandem_error, exit_status, 92);
  EXPECT_AT(tandem_log_record, function, 8);
  EXPECT_AT(tandem_log_record, request_id, 16);
  EXPECT_AT(tandem_log_record, text, 32);
  EXPECT_AT(tandem_log_record, time_us, 48);
  EXPECT_AT(tandem_log_record, level, 56);
  EXPECT_AT(tandem_log_record, format, 60);
  EXPECT_AT(tandem_log_record, origin, 64);
  EXPECT_AT(tandem_payload, data, 8);
  EXPECT_AT(tandem_payload, size, 16);
}

TEST(AbiLayout, FinderTable) {
  EXPECT_AT(tandem_finder_table, language, 16);
  EXPECT_AT(tandem_finder_table, find, 24);
  EXPECT_AT(tandem_finder_table, claim, 32);
  EXPECT_AT(tandem_claim_request, handler, 8);
  EXPECT_AT(tandem_claim_request, code_root, 24);
  EXPECT_AT(tandem_claim_request, layers, 40);
  EXPECT_AT(tandem_claim_request, layers_size, 48);
  EXPECT_AT(tandem_runtime_info, identifier, 8);
  EXPECT_AT(tandem_runtime_info, version, 24);
  EXPECT_AT(tandem_runtime_info, path, 40);
  EXPECT_AT(tandem_runtime_info, library, 56);
  EXPECT_AT(tandem_runtime_info, preload, 72);
  EXPECT_AT(tandem_runtime_info, module, 88);
  EXPECT_AT(tandem_runtime_info, origin, 104);
  EXPECT_AT(tandem_runtime_info, reason, 120);
  EXPECT_AT(tandem_find_request, data_dir, 8);
  EXPECT_AT(tandem_find_request, path, 24);
  EXPECT_AT(tandem_find_request, options, 40);
  EXPECT_AT(tandem_find_request, options_size, 48);
}

// A member that is appended to a struct has to make it larger, or nobody can tell whether it is there.
TEST(AbiLayout, NoStructEndsInPadding) {
#define EXPECT_ENDS_WITH(type, member) \
  EXPECT_EQ(offsetof(type, member) + sizeof(type::member), sizeof(type)) << #type << " ends after " #member
  EXPECT_ENDS_WITH(tandem_payload, size);
  EXPECT_ENDS_WITH(tandem_log_record, reserved);
  EXPECT_ENDS_WITH(tandem_result, exit_status);
  EXPECT_ENDS_WITH(tandem_error, exit_status);
  EXPECT_ENDS_WITH(tandem_loader_config, options_size);
  EXPECT_ENDS_WITH(tandem_function_config, max_concurrency);
  EXPECT_ENDS_WITH(tandem_invocation, streaming);
  EXPECT_ENDS_WITH(tandem_host, is_cancelled);
  EXPECT_ENDS_WITH(tandem_loader_table, take_function);
  EXPECT_ENDS_WITH(tandem_runtime_info, reason);
  EXPECT_ENDS_WITH(tandem_find_request, options_size);
  EXPECT_ENDS_WITH(tandem_claim_request, layers_size);
  EXPECT_ENDS_WITH(tandem_finder_table, claim);
}

TEST(AbiLayout, NumbersOnTheWire) {
  EXPECT_EQ(TANDEM_OK, 0);
  EXPECT_EQ(TANDEM_FAULT, 1);
  EXPECT_EQ(TANDEM_FAULT_INTERNAL, 1);
  EXPECT_EQ(TANDEM_FAULT_UNAVAILABLE, 2);
  EXPECT_EQ(TANDEM_KEEP, 0);
  EXPECT_EQ(TANDEM_RECYCLE, 1);
  EXPECT_EQ(TANDEM_EXITED, 2);
  EXPECT_EQ(TANDEM_STICKY, 3);
  EXPECT_EQ(TANDEM_LOADER_CONCURRENT, 1);
  EXPECT_EQ(TANDEM_LOADER_MAIN_THREAD, 2);
  EXPECT_EQ(TANDEM_LOADER_FORKABLE, 4);
  EXPECT_EQ(TANDEM_LOADER_STANDBY, 8);
  EXPECT_EQ(TANDEM_LEVEL_UNSET, 0);
  EXPECT_EQ(TANDEM_LEVEL_TRACE, 1);
  EXPECT_EQ(TANDEM_LEVEL_DEBUG, 2);
  EXPECT_EQ(TANDEM_LEVEL_INFO, 3);
  EXPECT_EQ(TANDEM_LEVEL_WARN, 4);
  EXPECT_EQ(TANDEM_LEVEL_ERROR, 5);
  EXPECT_EQ(TANDEM_LEVEL_FATAL, 6);
  EXPECT_EQ(TANDEM_FORMAT_TEXT, 0);
  EXPECT_EQ(TANDEM_FORMAT_JSON, 1);
  EXPECT_EQ(TANDEM_ORIGIN_FUNCTION, 0);
  EXPECT_EQ(TANDEM_ORIGIN_HINT, 1);
  EXPECT_EQ(TANDEM_CLAIM_NONE, 0);
  EXPECT_EQ(TANDEM_CLAIM_FILES, 1);
  EXPECT_EQ(TANDEM_CLAIM_SOURCES, 2);
  EXPECT_EQ(TANDEM_CLAIM_RESOLVES, 3);
  EXPECT_EQ(TANDEM_CLAIM_SYNTAX, 4);
}

}  // namespace
