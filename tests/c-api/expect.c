#include "expect.h"

#include <string.h>

static int HasPart(tandem_bytes bytes, const char* part) {
  const size_t size = strlen(part);
  size_t at;
  for (at = 0; at + size <= bytes.size; ++at) {
    if (memcmp(bytes.data + at, part, size) == 0) return 1;
  }
  return 0;
}

void ExpectText(const char* file, int line, const char* what, tandem_bytes got, const char* text) {
  const int same = got.data != NULL && got.size == strlen(text) && memcmp(got.data, text, got.size) == 0;
  ExpectHolds(same, file, line, what, got);
}

void ExpectPart(const char* file, int line, const char* what, tandem_bytes got, const char* part) {
  ExpectHolds(HasPart(got, part), file, line, what, got);
}

void ExpectFailure(const char* file, int line, const char* what, tandem_failure* failure, int32_t code,
                   const char* part) {
  const tandem_bytes message = tandem_text(tandem_failure_message(failure));
  ExpectHolds(tandem_failure_code(failure) == code && HasPart(message, part), file, line, what, message);
  ExpectHolds((failure == NULL) == (code == TANDEM_CODE_OK), file, line, what, message);
  tandem_failure_free(failure);
}
