#include <gtest/gtest.h>

#include <string_view>

#include "expect.h"

void ExpectHolds(int holds, const char* file, int line, const char* what, tandem_bytes got) {
  if (holds == 0) ADD_FAILURE_AT(file, line) << what << "\n  got: " << std::string_view(got.data, got.size);
}
