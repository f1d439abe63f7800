/* RPN, a made-up language: a file `shapes.rpn` defines one word a line, `square: dup *`, and a handler name is
 * `shapes.square`. A word takes numbers from a stack and leaves numbers there; it knows + - * / sqrt dup swap. */
#ifndef RPN_PROGRAM_H_
#define RPN_PROGRAM_H_

#include <stddef.h>

#include "tandem/loader_abi.h"

/* The definition of a handler's word, to be freed by the caller; NULL: there is none below `code_root`. */
char* rpn_find(tandem_string handler, tandem_string code_root);

/* Runs a definition on the numbers of `event`, a JSON array. NULL: *answer is what lies on top of the stack. Otherwise
 * the reason why there is no answer, a constant; its first word is the error's type. */
const char* rpn_run(const char* definition, const char* event, double* answer);

#endif /* RPN_PROGRAM_H_ */
