// How the VM starts and how its start fails, each in a process of its own.

#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>

#include "child_process.h"

namespace tandem::test {
namespace {

constexpr char kHandler[] = "rules.Process::look";

TEST(FailedStart, LeavesTheLocaleAsItWas) {
  const ChildResult result = InChild([] {
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("JAVA_TOOL_OPTIONS", "--add-modules=no.such", 1);
    const std::string message = PrepareRule(MakeRuntime().get(), kHandler);
    return message.substr(0, message.find(':')) + " " + setlocale(LC_ALL, nullptr);
  });
  EXPECT_EQ(result.answer, "the JVM could not start C");
}

}  // namespace
}  // namespace tandem::test
