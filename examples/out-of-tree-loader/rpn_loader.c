/* The language's loader: resolves a word and runs it. It needs no VM, so that what remains is the ABI itself. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpn_program.h"
#include "tandem/loader_abi.h"

struct tandem_loader {
  const tandem_host* host;
  tandem_host_context* context;
};

struct tandem_handler {
  tandem_loader* loader;
  tandem_function* function;
  char* definition; /* owned */
};

static tandem_string text(const char* from) {
  return (tandem_string){from, strlen(from)};
}

static int32_t fault(const tandem_host* host, tandem_sink* sink) {
  host->result_fault(sink, TANDEM_FAULT_INTERNAL, text("rpn: out of memory"));
  return TANDEM_FAULT;
}

/* A handler's failure: `problem` starts with the error's type. */
static int32_t failure(const tandem_host* host, tandem_sink* sink, const char* problem) {
  const size_t type_size = strcspn(problem, " ");
  const tandem_error error = {
      .struct_size = sizeof(error),
      .type = {problem, type_size},
      .message = text(problem + type_size + 1),
  };
  host->result_error(sink, &error);
  return TANDEM_OK;
}

static int32_t create(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* config,
                      tandem_sink* sink, tandem_loader** loader) {
  (void)config;
  *loader = malloc(sizeof(**loader));
  if (*loader == NULL) return fault(host, sink);
  (*loader)->host = host;
  (*loader)->context = context;
  return TANDEM_OK;
}

static int32_t open_handler(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink,
                            tandem_handler** handler) {
  char* definition = rpn_find(config->handler, config->code_root);
  if (definition == NULL) {
    return failure(loader->host, sink, "Rpn.HandlerNotFound no .rpn file of the package defines the handler's word");
  }
  *handler = malloc(sizeof(**handler));
  if (*handler == NULL) {
    free(definition);
    return fault(loader->host, sink);
  }
  **handler = (tandem_handler){loader, config->function, definition};
  return TANDEM_OK;
}

static void close_handler(tandem_handler* handler) {
  free(handler->definition);
  free(handler);
}

static void log_line(const tandem_handler* handler, tandem_string request_id, const char* line) {
  const tandem_log_record record = {
      .struct_size = sizeof(record),
      .function = handler->function,
      .request_id = request_id,
      .text = text(line),
  };
  handler->loader->host->log(handler->loader->context, &record);
}

static int32_t invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  const tandem_host* host = handler->loader->host;
  const tandem_payload* payload = invocation->payload;
  char* event = payload->size == 0 ? strdup("") : strndup((const char*)payload->data, payload->size);
  if (event == NULL) return fault(host, sink);
  double answer = 0;
  const char* problem = rpn_run(handler->definition, event, &answer);
  free(event);
  if (problem != NULL) return failure(host, sink, problem);

  char answer_text[64];
  (void)snprintf(answer_text, sizeof(answer_text), "%.15g", answer);
  if (strtod(answer_text, NULL) != answer) (void)snprintf(answer_text, sizeof(answer_text), "%.17g", answer);
  char line[128];
  (void)snprintf(line, sizeof(line), "the answer is %s\n", answer_text);
  log_line(handler, invocation->request_id, line);
  const tandem_result result = {
      .struct_size = sizeof(result),
      .data = (const uint8_t*)answer_text, /* without a release function, the host copies it */
      .size = strlen(answer_text),
  };
  host->result(sink, &result);
  return TANDEM_OK;
}

__attribute__((visibility("default"))) const tandem_loader_table* tandem_loader_v1(void) {
  static const tandem_loader_table table = {
      .struct_size = sizeof(tandem_loader_table),
      .abi_major = TANDEM_LOADER_ABI_MAJOR,
      .abi_minor = TANDEM_LOADER_ABI_MINOR,
      .flags = TANDEM_LOADER_CONCURRENT,
      .name = "rpn",
      .create = create,
      .open = open_handler,
      .close = close_handler,
      .invoke = invoke,
  };
  return &table;
}
