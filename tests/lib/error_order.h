// In which order a loader hands over a handler's failure and logs it (L-38).
#ifndef TANDEM_TESTS_LIB_ERROR_ORDER_H_
#define TANDEM_TESTS_LIB_ERROR_ORDER_H_

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace tandem::test {

// Words with a blank behind each: "error" where the failure is handed over, "log" where a record is. By the program
// error_order, as core tells nobody when it takes what.
inline std::string ErrorOrder(const std::string& language, const std::string& runtime, const std::string& package,
                              const std::string& handler) {
  std::string command = TANDEM_TEST_ERROR_ORDER;
  for (const std::string& argument : {std::string(TANDEM_TEST_LOADERS), language, runtime, package, handler}) {
    command += " '" + argument + "'";
  }
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot run " + command;
  std::string order;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) order += c == '\n' ? ' ' : static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return order;
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_LIB_ERROR_ORDER_H_
