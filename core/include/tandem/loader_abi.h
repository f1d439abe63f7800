/* The loader ABI: how Tandem's core and one language's loader talk, in C.
 *
 * A loader is a shared object that exports `const tandem_loader_table* tandem_loader_v1(void)`. Conventions:
 *  - Borrow in, hand over out. Arguments live until the call returns; retain a payload to keep it. What a loader hands
 *    over carries its own release function. No memory is freed by the side that did not allocate it.
 *  - A tandem_string is pointer and length, UTF-8, not terminated. `data == NULL` means absent, `size == 0` empty.
 *  - Every struct starts with its size as the writer knew it and ends without padding; members and slots are only ever
 *    appended. A reader ignores what it does not know and takes what lies beyond the given size as zero.
 *  - No exception crosses. A handler's own failure is a `result_error` and TANDEM_OK; only a failure of the loader
 *    itself is a `result_fault` and TANDEM_FAULT.
 *  - Threads: any host thread may make any call. The host never runs `invoke` concurrently on one handler unless the
 *    table says TANDEM_LOADER_CONCURRENT; distinct handlers run concurrently. Host functions are thread-safe.
 *  - A sink belongs to one call: it takes exactly one result (chunks may precede it) and dies when the call returns. A
 *    result that the host has no memory for becomes a fault, and is released.
 */
#ifndef TANDEM_LOADER_ABI_H_
#define TANDEM_LOADER_ABI_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TANDEM_LOADER_ABI_MAJOR 1
#define TANDEM_LOADER_ABI_MINOR 3 /* 1: tandem_log_record.origin; 2: forks; 3: fill_cache and standbys */
#define TANDEM_LOADER_SYMBOL "tandem_loader_v1"
#define TANDEM_PAYLOAD_PADDING 64 /* readable bytes behind every payload that the host passes */

typedef struct tandem_string {
  const char* data;
  size_t size;
} tandem_string;

typedef struct tandem_pair {
  tandem_string key;
  tandem_string value;
} tandem_pair;

typedef struct tandem_host_context tandem_host_context; /* the host's, opaque */
typedef struct tandem_function tandem_function;         /* the host's token for one function, opaque */
typedef struct tandem_sink tandem_sink;                 /* the host's, where one call puts its result */
typedef struct tandem_loader tandem_loader;             /* the loader's: one language runtime in this process */
typedef struct tandem_handler tandem_handler;           /* the loader's: one function's resolved handler */

/* Immutable bytes, counted references, allocated by the host. */
typedef struct tandem_payload {
  size_t struct_size;
  const uint8_t* data;
  size_t size;
} tandem_payload;

enum { TANDEM_OK = 0, TANDEM_FAULT = 1 };

/* What becomes of the environment after a result. */
enum {
  TANDEM_KEEP = 0,    /* the handler goes on serving */
  TANDEM_RECYCLE = 1, /* replace the environment before the next invocation (E-25) */
  TANDEM_EXITED = 2,  /* user code asked its process to end with exit_status; the host words the error (E-40, E-43) */
  TANDEM_STICKY = 3,  /* from open only: every invocation answers this same error (H-JAVA-10) */
};

/* Why the loader itself failed. */
enum {
  TANDEM_FAULT_INTERNAL = 1, /* a defect or an exhausted resource of the runtime */
  TANDEM_FAULT_UNAVAILABLE =
      2, /* the VM cannot be started, or not for this function (the message says what would help) */
};

enum {
  TANDEM_LEVEL_UNSET = 0,
  TANDEM_LEVEL_TRACE = 1,
  TANDEM_LEVEL_DEBUG = 2,
  TANDEM_LEVEL_INFO = 3,
  TANDEM_LEVEL_WARN = 4,
  TANDEM_LEVEL_ERROR = 5,
  TANDEM_LEVEL_FATAL = 6
};
enum { TANDEM_FORMAT_TEXT = 0, TANDEM_FORMAT_JSON = 1 };

/* Whose words a log record has. */
enum {
  TANDEM_ORIGIN_FUNCTION = 0, /* the function's: its output, its log, its error */
  TANDEM_ORIGIN_HINT = 1,     /* the loader's advice on a failure that it has sent: one line, without a newline. The
                               * host says it in its own name, the same one once for a function, and not in a log tail */
};

/* One log event, or a fragment of one when it does not end in a newline. `function` NULL: not attributable. */
typedef struct tandem_log_record {
  size_t struct_size;
  tandem_function* function;
  tandem_string request_id; /* empty during init (L-25) */
  tandem_string text;       /* the bytes as the language side formatted them */
  int64_t time_us;          /* microseconds since the epoch; 0: the host takes the time */
  int32_t level;
  int32_t format;
  int32_t origin; /* since minor version 1: send no hints to a host below */
  int32_t reserved;
} tandem_log_record;

/* A success. With `release`, the bytes are the host's until it calls release(release_arg) once, on any thread; without,
 * they are borrowed and the host copies them. An absent content type means application/json. */
typedef struct tandem_result {
  size_t struct_size;
  const uint8_t* data;
  size_t size;
  tandem_string content_type;
  void (*release)(void* release_arg);
  void* release_arg;
  int32_t disposition;
  int32_t exit_status;
} tandem_result;

/* A handler's failure. `body` is the error JSON, byte for byte as the invoker gets it (E-04); absent: the host composes
 * {"errorMessage","errorType","stackTrace"} from the parts. All members are borrowed. */
typedef struct tandem_error {
  size_t struct_size;
  tandem_string type;
  tandem_string message;
  tandem_string body;
  tandem_string reported_type; /* value of Lambda-Runtime-Function-Error-Type (E-24, H-PY-35); may be absent */
  const tandem_string* stack_trace;
  size_t stack_trace_size;
  int32_t disposition;
  int32_t exit_status; /* with TANDEM_EXITED: 0 to 255, or minus the signal number */
} tandem_error;

/* How to start the language runtime; the strings come from the loader's finder (finder_abi.h). */
typedef struct tandem_loader_config {
  size_t struct_size;
  tandem_string identifier; /* "python3.11", "java17" */
  tandem_string version;    /* "3.11.2" */
  tandem_string path;       /* the interpreter's executable, the JDK's home */
  tandem_string library;    /* the VM's shared library */
  tandem_string data_dir;   /* the folder that holds the loaders; a loader's own files lie beside it */
  const tandem_pair* options;
  size_t options_size;
} tandem_loader_config;

/* What stays the same for all invocations of one handler. Absent strings are unset in the context object (C-04). */
typedef struct tandem_function_config {
  size_t struct_size;
  tandem_function* function; /* goes into log records; valid until `close`, or an `open` without a handler, returns */
  tandem_string handler;     /* "example.Hello::myHandler" */
  tandem_string runtime;     /* the function's runtime identifier, which may differ from the loader's (J-03) */
  tandem_string code_root;   /* absolute path of the unpacked package */
  tandem_string name;
  tandem_string version; /* "$LATEST" or a number */
  tandem_string log_group_name;
  tandem_string log_stream_name;
  tandem_string log_format; /* AWS_LAMBDA_LOG_FORMAT */
  tandem_string log_level;  /* AWS_LAMBDA_LOG_LEVEL */
  const tandem_string* layers;
  size_t layers_size;
  int32_t memory_limit_mb; /* MiB; 0: unset */
  int32_t max_concurrency; /* invocations at once that the function asks for; 1 unless the table allows more */
} tandem_function_config;

/* One invocation. */
typedef struct tandem_invocation {
  size_t struct_size;
  const tandem_payload* payload;
  tandem_string content_type; /* "application/json" unless the caller said otherwise (J-33) */
  tandem_string request_id;
  tandem_string invoked_function_arn;
  tandem_string client_context;   /* JSON text */
  tandem_string cognito_identity; /* JSON text with cognitoIdentityId and cognitoIdentityPoolId */
  tandem_string trace_id;
  tandem_string tenant_id;
  int64_t deadline_ms; /* wall clock, milliseconds since the epoch; INT64_MAX: none */
  int64_t streaming;   /* 1: the receiver takes chunks */
} tandem_invocation;

/* The host's table; valid for the life of the process. */
typedef struct tandem_host {
  size_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  void (*log)(tandem_host_context* host, const tandem_log_record* record);
  /* A payload of `size` bytes with one reference, to be filled through its data pointer before it is shared; NULL when
   * memory is exhausted. */
  tandem_payload* (*payload_new)(tandem_host_context* host, size_t size);
  void (*payload_retain)(const tandem_payload* payload);
  void (*payload_release)(const tandem_payload* payload);
  void (*result)(tandem_sink* sink, const tandem_result* result);
  /* 0: go on. 1: the receiver is gone or takes no chunks; the rest of the response is not wanted. Bytes are borrowed.
   */
  int32_t (*result_chunk)(tandem_sink* sink, const uint8_t* data, size_t size);
  void (*result_error)(tandem_sink* sink, const tandem_error* error);
  void (*result_fault)(tandem_sink* sink, int32_t fault, tandem_string message);
  int64_t (*remaining_time_ms)(const tandem_sink* sink); /* 0 after the deadline (C-05, C-20) */
  int32_t (*is_cancelled)(const tandem_sink* sink);
} tandem_host;

/* Bits of tandem_loader_table.flags. */
enum {
  TANDEM_LOADER_CONCURRENT = 1 << 0,  /* one handler may be invoked from several threads at once */
  TANDEM_LOADER_MAIN_THREAD = 1 << 1, /* handlers expect the process's initial thread where the host has the choice */
  TANDEM_LOADER_FORKABLE = 1 << 2,    /* has the three slots for forks */
  TANDEM_LOADER_STANDBY = 1 << 3,     /* has the two slots for standbys */
};

/* The loader's table; valid for the life of the process. Slots marked optional may be NULL. */
typedef struct tandem_loader_table {
  size_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t flags;
  uint32_t reserved;
  const char* name; /* "java", "python3.11" */

  /* Starts the language runtime. Called at most once with success in a process. TANDEM_OK: *loader is set and the sink
   * needs no result. TANDEM_FAULT: the sink has the reason, nothing is left running that a second try would trip over.
   */
  int32_t (*create)(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* config,
                    tandem_sink* sink, tandem_loader** loader);
  /* Optional: after the last `close`, and the loader's last call. A host that keeps its language runtimes until the
   * process ends never calls it, and Tandem's own does. */
  void (*destroy)(tandem_loader* loader);

  /* Resolves a handler and runs its init code. Ready: TANDEM_OK, *handler set, no result. A failed init: TANDEM_OK,
   * *handler NULL, and a result_error, which with TANDEM_STICKY is final and otherwise is tried again at the next
   * invocation (H-PY-36). TANDEM_FAULT: the loader cannot hold this function in this process. */
  int32_t (*open)(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink,
                  tandem_handler** handler);
  /* Never while an invoke of this handler runs. After it returns the loader does not use the function's token. */
  void (*close)(tandem_handler* handler);

  /* Runs the handler on the calling thread and returns when it has returned. TANDEM_OK: the sink has a result or an
   * error. TANDEM_FAULT: it has a fault. */
  int32_t (*invoke)(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink);

  /* Optional: asks a running invocation to yield, from another thread; returns at once, may come too late. */
  void (*cancel)(tandem_handler* handler, tandem_string request_id);
  /* Optional: prepares what every first invocation would pay, without user code. TANDEM_OK: done, no result.
   * TANDEM_FAULT: the sink has the reason, and invocations may still succeed. */
  int32_t (*warm)(tandem_loader* loader, tandem_sink* sink);
  /* Optional: the calling thread will make no more calls; release what the VM holds for it. */
  void (*thread_detach)(tandem_loader* loader);

  /* With TANDEM_LOADER_FORKABLE, since minor version 2: a process without any handler and without any thread but the
   * one that makes these calls is forked, as often as functions need processes of their own. Once: prepares all that is
   * not one function's. TANDEM_OK: no result. TANDEM_FAULT: the sink has the reason why it cannot be forked.
   * `*user_code` is set to 1 where user code has run in it, which may have read the process's environment variables. */
  int32_t (*fork_ready)(tandem_loader* loader, tandem_sink* sink, int32_t* user_code);
  /* In the parent, before each fork; it makes no other call afterwards. */
  void (*before_fork)(tandem_loader* loader);
  /* In the child, once. Its variables, its working directory and its descriptors, of which none is the loader's, are
   * its function's own: what the loader has kept of the parent's is taken anew. TANDEM_FAULT: the sink has the reason
   * why the child is of no use. */
  int32_t (*after_fork)(tandem_loader* loader, tandem_sink* sink);

  /* Optional, since minor version 3: fills the folder that the option "start.cache" names, which need not be there yet,
   * with what lets later processes of this user start the language runtime sooner, as `create` with that option then
   * does by itself. May take seconds; before `create`, or in a process that never calls it. TANDEM_OK: it is filled, or
   * there is nothing to fill it with. TANDEM_FAULT: the sink has the reason why it is not. */
  int32_t (*fill_cache)(const tandem_host* host, tandem_host_context* context, const tandem_loader_config* config,
                        tandem_sink* sink);

  /* With TANDEM_LOADER_STANDBY, since minor version 3: a process is started ahead, without any handler, and gets its
   * function later. Once: prepares all that is not one function's, and keeps nothing of the process's variables and its
   * working directory that it could not take anew. TANDEM_OK: no result. TANDEM_FAULT: the sink has the reason why this
   * process cannot stand by. */
  int32_t (*stand_by)(tandem_loader* loader, tandem_sink* sink);
  /* Once, before the first `open`: the variables and the working directory are the function's own now. TANDEM_FAULT:
   * the sink has the reason why the process differs from one that was started with them; it is of no use. */
  int32_t (*take_function)(tandem_loader* loader, tandem_sink* sink);
} tandem_loader_table;

typedef const tandem_loader_table* (*tandem_loader_entry)(void);

#ifdef __cplusplus
}
#endif

#endif /* TANDEM_LOADER_ABI_H_ */
