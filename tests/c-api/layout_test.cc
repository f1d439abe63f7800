// Pins the structs of the C API: a member that moves breaks every program that was compiled before. Those with a size
// in them may grow.
#include <gtest/gtest.h>

#include <cstddef>

#include "tandem/tandem.h"

namespace {

#define EXPECT_AT(type, member, offset) EXPECT_EQ(offsetof(type, member), std::size_t{offset}) << #type "." #member

TEST(CApiLayout, Bytes) {
  EXPECT_EQ(sizeof(tandem_bytes), 16U);
  EXPECT_AT(tandem_bytes, data, 0);
  EXPECT_AT(tandem_bytes, size, 8);
}

TEST(CApiLayout, Variable) {
  EXPECT_EQ(sizeof(tandem_variable), 32U);
  EXPECT_AT(tandem_variable, name, 0);
  EXPECT_AT(tandem_variable, value, 16);
}

TEST(CApiLayout, LogEvent) {
  EXPECT_GE(sizeof(tandem_log_event), 96U);
  EXPECT_AT(tandem_log_event, struct_size, 0);
  EXPECT_AT(tandem_log_event, text, 8);
  EXPECT_AT(tandem_log_event, function_name, 24);
  EXPECT_AT(tandem_log_event, request_id, 40);
  EXPECT_AT(tandem_log_event, log_stream_name, 56);
  EXPECT_AT(tandem_log_event, time_us, 72);
  EXPECT_AT(tandem_log_event, origin, 80);
  EXPECT_AT(tandem_log_event, level, 84);
  EXPECT_AT(tandem_log_event, format, 88);
  EXPECT_AT(tandem_log_event, reserved, 92);
}

TEST(CApiLayout, LanguageOption) {
  EXPECT_EQ(sizeof(tandem_language_option), 48U);
  EXPECT_AT(tandem_language_option, language, 0);
  EXPECT_AT(tandem_language_option, name, 16);
  EXPECT_AT(tandem_language_option, value, 32);
}

TEST(CApiLayout, RuntimeOptions) {
  EXPECT_GE(sizeof(tandem_runtime_options), 128U);
  EXPECT_AT(tandem_runtime_options, struct_size, 0);
  EXPECT_AT(tandem_runtime_options, loader_dirs, 8);
  EXPECT_AT(tandem_runtime_options, loader_dirs_size, 16);
  EXPECT_AT(tandem_runtime_options, language_options, 24);
  EXPECT_AT(tandem_runtime_options, language_options_size, 32);
  EXPECT_AT(tandem_runtime_options, log, 40);
  EXPECT_AT(tandem_runtime_options, log_arg, 48);
  EXPECT_AT(tandem_runtime_options, cache_dir, 56);
  EXPECT_AT(tandem_runtime_options, worker_program_dir, 72);
  EXPECT_AT(tandem_runtime_options, most_workers, 88);
  EXPECT_AT(tandem_runtime_options, most_workers_per_function, 96);
  EXPECT_AT(tandem_runtime_options, worker_idle_ms, 104);
  EXPECT_AT(tandem_runtime_options, worker_init_ms, 112);
  EXPECT_AT(tandem_runtime_options, platform_logs, 120);
  EXPECT_AT(tandem_runtime_options, strict_runtimes, 124);
}

TEST(CApiLayout, LoadOptions) {
  EXPECT_GE(sizeof(tandem_load_options), 176U);
  EXPECT_AT(tandem_load_options, struct_size, 0);
  EXPECT_AT(tandem_load_options, handler, 8);
  EXPECT_AT(tandem_load_options, code, 24);
  EXPECT_AT(tandem_load_options, runtime, 40);
  EXPECT_AT(tandem_load_options, name, 56);
  EXPECT_AT(tandem_load_options, version, 72);
  EXPECT_AT(tandem_load_options, log_format, 88);
  EXPECT_AT(tandem_load_options, log_level, 104);
  EXPECT_AT(tandem_load_options, layers, 120);
  EXPECT_AT(tandem_load_options, layers_size, 128);
  EXPECT_AT(tandem_load_options, variables, 136);
  EXPECT_AT(tandem_load_options, variables_size, 144);
  EXPECT_AT(tandem_load_options, timeout_ms, 152);
  EXPECT_AT(tandem_load_options, memory_size_mb, 160);
  EXPECT_AT(tandem_load_options, max_concurrency, 164);
  EXPECT_AT(tandem_load_options, isolation, 168);
  EXPECT_AT(tandem_load_options, reserved, 172);
}

TEST(CApiLayout, TemplateOptions) {
  EXPECT_GE(sizeof(tandem_template_options), 88U);
  EXPECT_AT(tandem_template_options, struct_size, 0);
  EXPECT_AT(tandem_template_options, path, 8);
  EXPECT_AT(tandem_template_options, function, 24);
  EXPECT_AT(tandem_template_options, parameters, 40);
  EXPECT_AT(tandem_template_options, parameters_size, 48);
  EXPECT_AT(tandem_template_options, region, 56);
  EXPECT_AT(tandem_template_options, package_dirs, 72);
  EXPECT_AT(tandem_template_options, package_dirs_size, 80);
}

TEST(CApiLayout, InvokeOptions) {
  EXPECT_GE(sizeof(tandem_invoke_options), 144U);
  EXPECT_AT(tandem_invoke_options, struct_size, 0);
  EXPECT_AT(tandem_invoke_options, request_id, 8);
  EXPECT_AT(tandem_invoke_options, content_type, 24);
  EXPECT_AT(tandem_invoke_options, client_context, 40);
  EXPECT_AT(tandem_invoke_options, cognito_identity, 56);
  EXPECT_AT(tandem_invoke_options, trace_id, 72);
  EXPECT_AT(tandem_invoke_options, tenant_id, 88);
  EXPECT_AT(tandem_invoke_options, qualifier, 104);
  EXPECT_AT(tandem_invoke_options, chunk, 120);
  EXPECT_AT(tandem_invoke_options, chunk_arg, 128);
  EXPECT_AT(tandem_invoke_options, log_tail, 136);
  EXPECT_AT(tandem_invoke_options, reserved, 140);
}

}  // namespace
