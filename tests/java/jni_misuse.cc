// Starts the JDK of TANDEM_TEST_JAVA_HOME with TANDEM_TEST_JVM_OPTIONS and calls a method while an exception is
// pending. With -Xcheck:jni the VM prints a warning; that it is seen proves that the watch over the real loader works.

#include <dlfcn.h>
#include <jni.h>

#include <cstdio>
#include <cstdlib>
#include <string>

int main() {
  const char* home = getenv("TANDEM_TEST_JAVA_HOME");
  const char* text = getenv("TANDEM_TEST_JVM_OPTIONS");
  if (home == nullptr || text == nullptr) {
    fputs("TANDEM_TEST_JAVA_HOME and TANDEM_TEST_JVM_OPTIONS must be set\n", stderr);
    return 2;
  }
  void* library = nullptr;
  for (const char* place : {"/lib/server/libjvm.so", "/jre/lib/amd64/server/libjvm.so"}) {
    if (library == nullptr) library = dlopen((std::string(home) + place).c_str(), RTLD_NOW | RTLD_GLOBAL);
  }
  if (library == nullptr) {
    fprintf(stderr, "no JVM in %s: %s\n", home, dlerror());
    return 2;
  }
  auto create = reinterpret_cast<jint (*)(JavaVM**, void**, void*)>(dlsym(library, "JNI_CreateJavaVM"));
  std::string option_text = text;
  JavaVMOption option{option_text.data(), nullptr};
  JavaVMInitArgs arguments{JNI_VERSION_1_8, 1, &option, JNI_FALSE};
  JavaVM* vm = nullptr;
  JNIEnv* env = nullptr;
  if (create == nullptr || create(&vm, reinterpret_cast<void**>(&env), &arguments) != JNI_OK) return 2;

  jclass integer = env->FindClass("java/lang/Integer");
  jmethodID parse = env->GetStaticMethodID(integer, "parseInt", "(Ljava/lang/String;)I");
  jvalue null_text{};
  env->CallStaticIntMethodA(integer, parse, &null_text);  // throws
  env->FindClass("java/lang/Long");                       // the misuse: the exception is still pending
  env->ExceptionClear();
  vm->DestroyJavaVM();
  return 0;
}
