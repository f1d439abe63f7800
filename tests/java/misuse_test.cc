// A handler whose native method misuses JNI. It passes; that -Xcheck:jni's complaint makes the step fail that watches
// such programs is what it is for.
#include "java_runtime.h"

namespace tandem::test {
namespace {

TEST(Misuse, IsOnlySeenByTheWatch) {
  Function& function = JavaRuntime::Add("rules.Misuse::load");
  EXPECT_EQ(Show(Invoke(function, '"' + std::string(TANDEM_TEST_MISUSE) + '"').outcome), Ok("\"misused\""));
}

}  // namespace
}  // namespace tandem::test
