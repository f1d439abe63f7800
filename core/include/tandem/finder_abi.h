/* The finder ABI: how a language tells the core which of its runtimes this machine has, in C.
 *
 * A finder is a shared object named `<language>-finder.so` in the loaders' folder that exports
 * `const tandem_finder_table* tandem_finder_v1(void)`. It links no VM and starts none: it reads files, so that listing
 * costs milliseconds and a process that runs one language never maps the other. The conventions are those of
 * loader_abi.h. Threads: a finder is called from one thread at a time.
 */
#ifndef TANDEM_FINDER_ABI_H_
#define TANDEM_FINDER_ABI_H_

#include "tandem/loader_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TANDEM_FINDER_ABI_MAJOR 1
#define TANDEM_FINDER_ABI_MINOR 0
#define TANDEM_FINDER_SYMBOL "tandem_finder_v1"

/* One interpreter or JDK. Strings are borrowed for the callback's time. */
typedef struct tandem_runtime_info {
  size_t struct_size;
  tandem_string identifier; /* "python3.11", "java17": letters, then the version that identifiers carry */
  tandem_string version;    /* "3.11.2", as exactly as files tell */
  tandem_string path;       /* the interpreter's executable, the JDK's home */
  tandem_string library;    /* the VM's shared library; absent: none found */
  tandem_string preload;    /* a library that the host opens with RTLD_GLOBAL before the loader; absent: none */
  tandem_string module;     /* the loader's file name in the loaders' folder */
  tandem_string origin;     /* where it was found: "PATH", "JAVA_HOME", "/usr/lib/jvm" */
  tandem_string reason;     /* why it cannot be used, with the remedy; absent: usable */
} tandem_runtime_info;

typedef void (*tandem_runtime_found)(void* arg, const tandem_runtime_info* info);

/* How well a package and a handler name fit a language, best last. */
enum {
  TANDEM_CLAIM_NONE = 0,
  TANDEM_CLAIM_FILES = 1,    /* the package holds compiled files of this language */
  TANDEM_CLAIM_SOURCES = 2,  /* the package holds sources that run as they are */
  TANDEM_CLAIM_RESOLVES = 3, /* the package or a layer holds what the handler name asks for */
  TANDEM_CLAIM_SYNTAX = 4,   /* the handler name is written as only this language writes it */
};

typedef struct tandem_find_request {
  size_t struct_size;
  tandem_string data_dir;     /* the folder that holds the loaders */
  tandem_string path;         /* an interpreter, environment or JDK that the user named: report it only; absent: all */
  const tandem_pair* options; /* per language, e.g. "jvm.options" */
  size_t options_size;
} tandem_find_request;

/* What a function is made of, for the question whose it is. */
typedef struct tandem_claim_request {
  size_t struct_size;
  tandem_string handler;       /* "example.Hello::myHandler" */
  tandem_string code_root;     /* absolute path of the unpacked package */
  const tandem_string* layers; /* absolute paths of the unpacked layers, in the listed order */
  size_t layers_size;
} tandem_claim_request;

typedef struct tandem_finder_table {
  size_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  const char* language; /* "java", "python": the letters that this language's runtime identifiers start with */
  /* Calls `found` once for each runtime, unusable ones included, in the order of preference within one version. */
  void (*find)(const tandem_find_request* request, tandem_runtime_found found, void* arg);
  /* Which TANDEM_CLAIM_* fits. Reads files, runs nothing. */
  int32_t (*claim)(const tandem_claim_request* request);
} tandem_finder_table;

typedef const tandem_finder_table* (*tandem_finder_entry)(void);

#ifdef __cplusplus
}
#endif

#endif /* TANDEM_FINDER_ABI_H_ */
