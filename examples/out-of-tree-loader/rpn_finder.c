/* The language's finder: says that RPN 1 is here, and which packages and handler names are RPN. It loads nothing. */
#include <stdlib.h>

#include "rpn_program.h"
#include "tandem/finder_abi.h"

#define TEXT(literal) \
  { (literal), sizeof(literal) - 1 }

static void find(const tandem_find_request* request, tandem_runtime_found found, void* arg) {
  (void)request; /* there is one RPN, and the user has no other to name */
  const tandem_runtime_info info = {
      .struct_size = sizeof(info),
      .identifier = TEXT("rpn1"),
      .version = TEXT("1.0"),
      .path = TEXT("(built in)"),
      .module = TEXT("rpn.so"),
      .origin = TEXT("the loader itself"),
  };
  found(arg, &info);
}

static int32_t claim(const tandem_claim_request* request) {
  char* definition = rpn_find(request->handler, request->code_root);
  if (definition == NULL) return TANDEM_CLAIM_NONE;
  free(definition);
  return TANDEM_CLAIM_RESOLVES;
}

__attribute__((visibility("default"))) const tandem_finder_table* tandem_finder_v1(void) {
  static const tandem_finder_table table = {
      .struct_size = sizeof(tandem_finder_table),
      .abi_major = TANDEM_FINDER_ABI_MAJOR,
      .abi_minor = TANDEM_FINDER_ABI_MINOR,
      .language = "rpn",
      .find = find,
      .claim = claim,
  };
  return &table;
}
