// Programs that have started a JVM of their own, with options of their own, before Java handlers run in it.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <jni.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "child_process.h"

namespace tandem::test {
namespace {

constexpr char kRulesHandler[] = "rules.Process::look";

// The VM that the program starts on the calling thread; never taken down.
JavaVM* StartOwnVm(const std::vector<std::string>& texts) {
  const std::string path = std::string(getenv("TANDEM_TEST_JAVA_HOME")) + "/lib/server/libjvm.so";
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  using Create = jint (*)(JavaVM**, void**, void*);
  const auto create = reinterpret_cast<Create>(dlsym(library, "JNI_CreateJavaVM"));
  std::vector<JavaVMOption> options;
  options.reserve(texts.size());
  for (const std::string& text : texts) options.push_back({const_cast<char*>(text.c_str()), nullptr});
  JavaVMInitArgs arguments{};
  arguments.version = JNI_VERSION_1_8;
  arguments.nOptions = static_cast<jint>(options.size());
  arguments.options = options.data();
  JavaVM* vm = nullptr;
  void* env = nullptr;
  if (create == nullptr || create(&vm, &env, &arguments) != JNI_OK) throw std::runtime_error("no VM");
  return vm;
}

JNIEnv* EnvOf(JavaVM* vm) {
  void* env = nullptr;
  return vm->GetEnv(&env, JNI_VERSION_1_8) == JNI_OK ? static_cast<JNIEnv*>(env) : nullptr;
}

// The property that the handler sees.
std::string Look(Runtime* runtime, Function& function, const std::string& property) {
  const InvokeResult result = runtime->Invoke(function, Event("\"" + property + "\""));
  const Outcome& outcome = result.outcome;
  return outcome.kind() == Outcome::Kind::kFault ? std::string(outcome.fault().message())
                                                 : std::string(outcome.payload().view());
}

TEST(OwnVm, ServesHandlersWithTheOptionsThatItHas) {
  const ChildResult result = InChild([] {
    JavaVM* const vm = StartOwnVm({"-Dhosts.own=yes", "-Xmx64m"});
    const auto runtime = MakeRuntime();
    const std::string seen = Look(runtime.get(), AddRule(runtime.get(), kRulesHandler), "hosts.own");
    JNIEnv* const env = EnvOf(vm);
    const bool sees_others =
        env->FindClass("tandem/bridge/Bridge") != nullptr || env->FindClass("rules/Process") != nullptr;
    env->ExceptionClear();
    return seen + (sees_others ? ", and classes that are not its own" : "");
  });
  EXPECT_EQ(result.answer, "\"yes\"");
  EXPECT_EQ(result.out + result.err, "");
}

// Its threads come and go by themselves: nothing is kept of an attachment that is no more.
TEST(OwnVm, AttachesAndDetachesItsThreads) {
  const ChildResult result = InChild([] {
    JavaVM* const vm = StartOwnVm({"-Dhosts.own=yes", "-Xcheck:jni"});
    const auto runtime = MakeRuntime();
    Function& function = AddRule(runtime.get(), kRulesHandler);
    std::string seen;
    std::thread([&] {
      for (int round = 0; round < 3; ++round) {
        void* env = nullptr;
        EXPECT_EQ(vm->AttachCurrentThread(&env, nullptr), JNI_OK);
        seen += Look(runtime.get(), function, "hosts.own");
        EXPECT_EQ(vm->DetachCurrentThread(), JNI_OK);
      }
      seen += Look(runtime.get(), function, "hosts.own");
    }).join();
    return seen + Look(runtime.get(), function, "hosts.own");
  });
  EXPECT_EQ(result.answer, "\"yes\"\"yes\"\"yes\"\"yes\"\"yes\"");
  EXPECT_EQ(result.err, "");
}

TEST(OwnVm, TakesNoOptionsAnyMore) {
  const ChildResult result = InChild([] {
    StartOwnVm({});
    setenv("TANDEM_TEST_JVM_OPTIONS", "-Dlate=1", 1);
    return PrepareRule(MakeRuntime().get(), kRulesHandler);
  });
  EXPECT_EQ(result.answer, "this process runs a JVM already, which takes no options any more: -Dlate=1");
}

TEST(OwnVm, IsTheOnlyOne) {
  const TemporaryFolder folder;
  const std::string other = CopyOfJdk(folder.path());
  const ChildResult result = InChild([&] {
    StartOwnVm({});
    setenv("TANDEM_TEST_JAVA_HOME", other.c_str(), 1);
    return PrepareRule(MakeRuntime().get(), kRulesHandler);
  });
  EXPECT_EQ(result.answer.rfind("this process already runs the JVM of ", 0), 0u) << result.answer;
  EXPECT_NE(result.answer.find("; another one beside it needs process isolation"), std::string::npos) << result.answer;
}

}  // namespace
}  // namespace tandem::test
