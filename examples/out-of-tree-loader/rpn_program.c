#define _POSIX_C_SOURCE 200809L
#include "rpn_program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

typedef struct stack {
  double numbers[MAX_DEPTH];
  int depth;
} stack;

static const char TOO_DEEP[] = "Rpn.StackOverflow more than 64 numbers on the stack";
static const char TOO_FLAT[] = "Rpn.StackUnderflow a word wants more numbers than there are";
static const char BAD_EVENT[] = "Rpn.BadEvent the event is not a JSON array of numbers";
static const char BAD_WORD[] = "Rpn.UnknownWord the definition uses a word that does not exist";

static const char* push(stack* s, double number) {
  if (s->depth == MAX_DEPTH) return TOO_DEEP;
  s->numbers[s->depth++] = number;
  return NULL;
}

static const char* push_event(stack* s, const char* event) {
  const char* at = event + strspn(event, " \t\r\n");
  if (*at != '[') return BAD_EVENT;
  ++at;
  for (;;) {
    char* end = NULL;
    const double number = strtod(at, &end);
    if (end == at) break;
    const char* problem = push(s, number);
    if (problem != NULL) return problem;
    at = end + strspn(end, " \t\r\n");
    if (*at != ',') break;
    ++at;
  }
  at += strspn(at, " \t\r\n");
  if (*at != ']') return BAD_EVENT;
  ++at;
  at += strspn(at, " \t\r\n");
  return *at == '\0' ? NULL : BAD_EVENT;
}

static const char* apply(stack* s, const char* word) {
  const int dup = strcmp(word, "dup") == 0;
  const int root = strcmp(word, "sqrt") == 0;
  if (s->depth < (dup || root ? 1 : 2)) return TOO_FLAT;
  double* top = &s->numbers[s->depth - 1];
  if (dup) return push(s, *top);
  if (root) {
    *top = sqrt(*top);
    return NULL;
  }
  double* below = top - 1;
  if (strcmp(word, "swap") == 0) {
    const double kept = *top;
    *top = *below;
    *below = kept;
    return NULL;
  }
  if (strlen(word) != 1) return BAD_WORD;
  switch (word[0]) {
    case '+':
      *below += *top;
      break;
    case '-':
      *below -= *top;
      break;
    case '*':
      *below *= *top;
      break;
    case '/':
      *below /= *top;
      break;
    default:
      return BAD_WORD;
  }
  --s->depth;
  return NULL;
}

char* rpn_find(tandem_string handler, tandem_string code_root) {
  const char* dot = handler.size == 0 ? NULL : memchr(handler.data, '.', handler.size);
  if (dot == NULL) return NULL;
  const size_t file_size = (size_t)(dot - handler.data);
  const size_t word_size = handler.size - file_size - 1;
  if (file_size == 0 || word_size == 0 || memchr(handler.data, '/', handler.size) != NULL) return NULL;

  char path[4096];
  const int written =
      snprintf(path, sizeof(path), "%.*s/%.*s.rpn", (int)code_root.size, code_root.data, (int)file_size, handler.data);
  if (written < 0 || (size_t)written >= sizeof(path)) return NULL;
  FILE* file = fopen(path, "re");
  if (file == NULL) return NULL;

  char* definition = NULL;
  char* line = NULL;
  size_t capacity = 0;
  while (definition == NULL && getline(&line, &capacity, file) >= 0) {
    if (strncmp(line, dot + 1, word_size) == 0 && line[word_size] == ':') definition = strdup(line + word_size + 1);
  }
  free(line);
  (void)fclose(file);
  return definition;
}

const char* rpn_run(const char* definition, const char* event, double* answer) {
  stack s = {.depth = 0};
  const char* problem = push_event(&s, event);
  char* words = strdup(definition);
  if (words == NULL) return "Rpn.OutOfMemory no memory for the definition";
  char* rest = NULL;
  for (char* word = strtok_r(words, " \t\r\n", &rest); word != NULL && problem == NULL;
       word = strtok_r(NULL, " \t\r\n", &rest)) {
    char* end = NULL;
    const double number = strtod(word, &end);
    problem = *end == '\0' ? push(&s, number) : apply(&s, word);
  }
  free(words);
  if (problem != NULL) return problem;
  if (s.depth == 0) return TOO_FLAT;
  *answer = s.numbers[s.depth - 1];
  return isfinite(*answer) ? NULL : "Rpn.NotFinite the answer is no finite number, and JSON has no other";
}
