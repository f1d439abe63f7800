/* The C API: Java and Python handlers inside any program.
 *
 * A runtime holds functions; a function is loaded, invoked as often as one likes, and unloaded. Conventions:
 *  - Failures. A call that can fail returns NULL for success, or a tandem_failure that the caller frees: a wrong
 *    argument, nothing on this machine that serves, a fault of Tandem. A handler's own error is none of these: it is
 *    an outcome, which tandem_outcome_is_error tells. No exception crosses; running out of memory is a failure like
 *    any other. Whatever is handed back through a pointer is NULL after a failure; where that pointer itself is NULL,
 *    it is a wrong argument.
 *  - Memory. What is passed in is borrowed until the call returns. What is handed out belongs to the caller, who
 *    gives it to the one function that ends it; that takes NULL, too. Bytes read from a handle live as long as it
 *    does.
 *  - Bytes and text are pointer and length; text is UTF-8 without a NUL, and need not end in one. Size 0 means empty
 *    or absent, whatever the pointer; a NULL with a size is a wrong argument. Pointers handed out are never NULL.
 *  - Options begin with their size, as tandem_*_defaults sets it, and only ever grow at their end. 0 in any member is
 *    its default.
 *  - Threads. Any thread may make any call, at the same time as others and with the same handles, but for the call
 *    that ends a handle: after it has begun, no other may begin with that handle. tandem_unload and
 *    tandem_runtime_close wait for invocations that run. Inline, a handler runs on the thread that invokes it, with
 *    that thread's stack: 8 MiB is what Python is made for, and the initial thread has 1 MiB once Java has run on it.
 *    Invocations of one function wait for each other unless max_concurrency says more. Nobody may change the
 *    environment or the locale while the first function of a language starts. In a fork of the process, functions
 *    with workers are refused.
 *  - Callbacks may come from any thread, a log's from several at a time. They return; they do not throw or longjmp. A
 *    chunk's may make any call; a log's must wait for no other thread, which may need what its own holds (CPython's
 *    lock).
 *
 * One JVM and one CPython at most live in a process, whatever number of runtimes it has, until the process ends.
 */
#ifndef TANDEM_TANDEM_H_
#define TANDEM_TANDEM_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tandem/export.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tandem_runtime tandem_runtime;                 /* holds functions; ended by tandem_runtime_close */
typedef struct tandem_loaded_function tandem_loaded_function; /* ended by tandem_unload, or with its runtime */
typedef struct tandem_outcome tandem_outcome;                 /* of one invocation; ended by tandem_outcome_free */
typedef struct tandem_failure tandem_failure;                 /* why a call failed; ended by tandem_failure_free */

typedef struct tandem_bytes {
  const char* data;
  size_t size;
} tandem_bytes;

/* A name and its value. */
typedef struct tandem_variable {
  tandem_bytes name;
  tandem_bytes value;
} tandem_variable;

/* The text that ends at a NUL; NULL is empty. */
static inline tandem_bytes tandem_text(const char* text) {
  tandem_bytes bytes;
  bytes.data = text;
  bytes.size = text ? strlen(text) : 0;
  return bytes;
}

/* libtandem's version, "0.1.0". */
TANDEM_EXPORT const char* tandem_version(void);

/* ---- Failures ---- */

/* What kind of failure it is; numbers keep their meaning. */
enum {
  TANDEM_CODE_OK = 0,               /* of NULL: there was none */
  TANDEM_CODE_INVALID_ARGUMENT = 1, /* what the caller gave is wrong */
  TANDEM_CODE_NOT_FOUND = 2,        /* a named thing does not exist */
  TANDEM_CODE_UNAVAILABLE = 3,      /* nothing on this machine, or in this process, can serve the function */
  TANDEM_CODE_INTERNAL = 4          /* a defect of Tandem or an exhausted resource */
};

TANDEM_EXPORT int32_t tandem_failure_code(const tandem_failure* failure);
/* One line that says what failed and what to do about it, with a NUL behind it; empty for NULL. */
TANDEM_EXPORT const char* tandem_failure_message(const tandem_failure* failure);
TANDEM_EXPORT void tandem_failure_free(tandem_failure* failure);

/* ---- Logs ---- */

enum {
  TANDEM_LOG_ORIGIN_FUNCTION = 0, /* the handler's own output and log calls */
  TANDEM_LOG_ORIGIN_PLATFORM = 1, /* START, END, REPORT and what the service itself would say */
  TANDEM_LOG_ORIGIN_HINT = 2,     /* Tandem's advice on an error: one line */
  TANDEM_LOG_ORIGIN_NOTE = 3      /* how a function is run, where that is not as usual: likewise */
};
enum {
  TANDEM_LOG_LEVEL_UNSET = 0,
  TANDEM_LOG_LEVEL_TRACE = 1,
  TANDEM_LOG_LEVEL_DEBUG = 2,
  TANDEM_LOG_LEVEL_INFO = 3,
  TANDEM_LOG_LEVEL_WARN = 4,
  TANDEM_LOG_LEVEL_ERROR = 5,
  TANDEM_LOG_LEVEL_FATAL = 6
};
enum { TANDEM_LOG_FORMAT_TEXT = 0, TANDEM_LOG_FORMAT_JSON = 1 };

/* One log event, or a part of one when `text` does not end in a newline. */
typedef struct tandem_log_event {
  size_t struct_size;
  tandem_bytes text;
  tandem_bytes function_name; /* empty: nobody knows whose it is */
  tandem_bytes request_id;    /* empty during init */
  tandem_bytes log_stream_name;
  int64_t time_us; /* microseconds since the epoch */
  int32_t origin;
  int32_t level;
  int32_t format;
  int32_t reserved;
} tandem_log_event;

typedef void (*tandem_log_callback)(void* arg, const tandem_log_event* event);

/* ---- Runtimes ---- */

/* A setting of one language: {"java", "path", a JDK's home}, {"java", "jvm.options", "-Xss2m -Dname=value"},
 * {"python", "path", an interpreter or a virtual environment}. */
typedef struct tandem_language_option {
  tandem_bytes language;
  tandem_bytes name;
  tandem_bytes value;
} tandem_language_option;

typedef struct tandem_runtime_options {
  size_t struct_size;
  const tandem_bytes* loader_dirs; /* none: TANDEM_LOADER_PATH, and those beside libtandem */
  size_t loader_dirs_size;
  const tandem_language_option* language_options;
  size_t language_options_size;
  tandem_log_callback log; /* NULL: logs are dropped. It is called until tandem_runtime_close returns */
  void* log_arg;
  tandem_bytes cache_dir;           /* of unpacked packages; empty: the user's */
  tandem_bytes worker_program_dir;  /* of tandem-supervisor and tandem-worker; empty: beside libtandem */
  size_t most_workers;              /* at a time; 0: 64 */
  size_t most_workers_per_function; /* 0: 16 */
  int64_t worker_idle_ms;           /* after which an idle worker is ended; 0: five minutes */
  int64_t worker_init_ms;           /* after which an init phase is run again within the invocation; 0: 10,000 */
  int32_t platform_logs;            /* 1: START, END and REPORT are logged */
  int32_t strict_runtimes; /* 1: a runtime identifier that the machine lacks is refused; 0: a newer one serves */
} tandem_runtime_options;

static inline tandem_runtime_options tandem_runtime_defaults(void) {
  tandem_runtime_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  return options;
}

/* `options` NULL: all defaults. Starts no VM. */
TANDEM_EXPORT tandem_failure* tandem_runtime_create(const tandem_runtime_options* options, tandem_runtime** runtime);
/* Waits for its running invocations; its functions end with it. From within one of those, on its thread, it is a wrong
 * argument, and nothing ends. */
TANDEM_EXPORT tandem_failure* tandem_runtime_close(tandem_runtime* runtime);

/* ---- Functions ---- */

enum {
  TANDEM_ISOLATION_INLINE = 0, /* the handler runs in this process, with its environment and working directory */
  TANDEM_ISOLATION_PROCESS = 1 /* in worker processes of the function's own */
};
#define TANDEM_NO_TIMEOUT (-1)

typedef struct tandem_load_options {
  size_t struct_size;
  tandem_bytes handler;    /* "example.Hello::myHandler", "hello_python.my_handler" */
  tandem_bytes code;       /* the path of a jar, a zip or a directory */
  tandem_bytes runtime;    /* "java17", "python3.11", or a language's name for the newest; empty: the package decides */
  tandem_bytes name;       /* what the handler is told and logs have; empty: "function". It need not be the only one */
  tandem_bytes version;    /* empty: "$LATEST" */
  tandem_bytes log_format; /* empty: text */
  tandem_bytes log_level;  /* empty: the language's default */
  const tandem_bytes* layers; /* folders or archives, absolute paths, in their order */
  size_t layers_size;
  const tandem_variable* variables; /* the workers' environment; inline they are ignored: set the host's */
  size_t variables_size;
  int64_t timeout_ms;      /* of each invocation; 0: 3,000; TANDEM_NO_TIMEOUT */
  int32_t memory_size_mb;  /* MiB; 0: 128 */
  int32_t max_concurrency; /* invocations at a time in one process, where the language allows more than one; 0: 1 */
  int32_t isolation;
  int32_t reserved;
} tandem_load_options;

static inline tandem_load_options tandem_load_defaults(void) {
  tandem_load_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  return options;
}

/* Unpacks the package and chooses the runtime; starts no VM and runs no user code. */
TANDEM_EXPORT tandem_failure* tandem_load(tandem_runtime* runtime, const tandem_load_options* options,
                                          tandem_loaded_function** function);

/* One function of an AWS SAM or CloudFormation template. */
typedef struct tandem_template_options {
  size_t struct_size;
  tandem_bytes path;                 /* of the template, YAML or JSON */
  tandem_bytes function;             /* its logical ID, else its name; empty: the template's only one */
  const tandem_variable* parameters; /* the template's, instead of their defaults */
  size_t parameters_size;
  tandem_bytes region;              /* AWS::Region; empty: us-east-1 */
  const tandem_bytes* package_dirs; /* where Python's packages lie besides the code and its layers */
  size_t package_dirs_size;
} tandem_template_options;

static inline tandem_template_options tandem_template_defaults(void) {
  tandem_template_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  return options;
}

/* As tandem_load. The template says what `options` leave at their defaults, all where they are NULL, but for the
 * isolation; its variables come beside those of `options`. */
TANDEM_EXPORT tandem_failure* tandem_load_from_template(tandem_runtime* runtime,
                                                        const tandem_template_options* template_options,
                                                        const tandem_load_options* options,
                                                        tandem_loaded_function** function);
/* What the user should see, such as that a newer runtime serves, a line each; empty: nothing to say. */
TANDEM_EXPORT tandem_bytes tandem_load_warning(const tandem_loaded_function* function);
/* Starts the language's VM without user code, where the function is inline. */
TANDEM_EXPORT tandem_failure* tandem_warm(tandem_loaded_function* function);
/* Runs the init phase where it has not run: resolves the handler and runs its static code. The outcome is a success
 * without payload, or the init error. */
TANDEM_EXPORT tandem_failure* tandem_prepare(tandem_loaded_function* function, tandem_outcome** outcome);
/* Waits for its running invocations, which keep their timeouts. From within one of them, on its thread, it is a wrong
 * argument, and the function stays. */
TANDEM_EXPORT tandem_failure* tandem_unload(tandem_loaded_function* function);

/* ---- Invocations ---- */

/* Takes the chunks of a streaming response, in order, one at a time. 0: go on; anything else: the rest is not wanted.
 */
typedef int32_t (*tandem_chunk_callback)(void* arg, tandem_bytes chunk);

typedef struct tandem_invoke_options {
  size_t struct_size;
  tandem_bytes request_id;       /* at most 63 bytes; empty: a new one */
  tandem_bytes content_type;     /* of the payload; empty: application/json */
  tandem_bytes client_context;   /* JSON */
  tandem_bytes cognito_identity; /* JSON with cognitoIdentityId and cognitoIdentityPoolId */
  tandem_bytes trace_id;
  tandem_bytes tenant_id;
  tandem_bytes qualifier;      /* ends up in the invoked ARN */
  tandem_chunk_callback chunk; /* not NULL: the response may stream; what has streamed is not in the payload */
  void* chunk_arg;
  int32_t log_tail; /* 1: the outcome has the last 4096 bytes of the invocation's log */
  int32_t reserved;
} tandem_invoke_options;

static inline tandem_invoke_options tandem_invoke_defaults(void) {
  tandem_invoke_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  return options;
}

/* Runs the handler with the payload, any bytes, and returns when it has ended; `options` NULL: all defaults. After the
 * timeout the outcome is the timeout error: a worker is killed then, an inline handler asked to yield. */
TANDEM_EXPORT tandem_failure* tandem_invoke(tandem_loaded_function* function, tandem_bytes payload,
                                            const tandem_invoke_options* options, tandem_outcome** outcome);
/* Asks a running invocation to yield, from another thread. One that is not running is no failure. */
TANDEM_EXPORT tandem_failure* tandem_cancel(tandem_loaded_function* function, tandem_bytes request_id);
/* The calling thread will make no more calls: releases what the VMs hold for it. A thread that ends does so itself. */
TANDEM_EXPORT void tandem_detach_thread(void);

/* ---- Outcomes: immutable, to be read from any thread. Of NULL, and where there is nothing, all are empty or 0. ----
 */

/* 1: the function failed; the payload is the error's JSON, and the next three have its parts. 0: it succeeded. */
TANDEM_EXPORT int32_t tandem_outcome_is_error(const tandem_outcome* outcome);
TANDEM_EXPORT tandem_bytes tandem_outcome_error_type(const tandem_outcome* outcome);
TANDEM_EXPORT tandem_bytes tandem_outcome_error_message(const tandem_outcome* outcome);
TANDEM_EXPORT tandem_bytes tandem_outcome_stack_frame(const tandem_outcome* outcome, size_t at); /* from 0 on */
TANDEM_EXPORT size_t tandem_outcome_stack_size(const tandem_outcome* outcome);

TANDEM_EXPORT tandem_bytes tandem_outcome_payload(const tandem_outcome* outcome);
TANDEM_EXPORT tandem_bytes tandem_outcome_content_type(const tandem_outcome* outcome);
TANDEM_EXPORT tandem_bytes tandem_outcome_request_id(const tandem_outcome* outcome); /* none after tandem_prepare */
TANDEM_EXPORT tandem_bytes tandem_outcome_log_tail(const tandem_outcome* outcome);
TANDEM_EXPORT void tandem_outcome_free(tandem_outcome* outcome);

#ifdef __cplusplus
}
#endif

#endif /* TANDEM_TANDEM_H_ */
