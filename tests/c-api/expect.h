/* What cases in C say of what they see; a test program in C++ counts it. */
#ifndef TANDEM_TESTS_C_API_EXPECT_H_
#define TANDEM_TESTS_C_API_EXPECT_H_

#include "tandem/tandem.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `got` is what was seen instead, where that is more than false. */
void ExpectHolds(int holds, const char* file, int line, const char* what, tandem_bytes got);

#define EXPECT(condition) ExpectHolds((condition) ? 1 : 0, __FILE__, __LINE__, #condition, tandem_text(""))
#define EXPECT_TEXT(got, text) ExpectText(__FILE__, __LINE__, #got, (got), (text))
#define EXPECT_PART(got, part) ExpectPart(__FILE__, __LINE__, #got, (got), (part))
#define EXPECT_SUCCESS(call) ExpectFailure(__FILE__, __LINE__, #call, (call), TANDEM_CODE_OK, "")
/* That the call fails with this code and this in its message. */
#define EXPECT_FAILURE(call, code, part) ExpectFailure(__FILE__, __LINE__, #call, (call), (code), (part))

void ExpectText(const char* file, int line, const char* what, tandem_bytes got, const char* text);
void ExpectPart(const char* file, int line, const char* what, tandem_bytes got, const char* part);
void ExpectFailure(const char* file, int line, const char* what, tandem_failure* failure, int32_t code,
                   const char* part);

#ifdef __cplusplus
}
#endif

#endif /* TANDEM_TESTS_C_API_EXPECT_H_ */
