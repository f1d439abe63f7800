// rules.Misuse's native method: calls a function of JNI while an exception is pending, on purpose.
#include <jni.h>

// NOLINTNEXTLINE(readability-identifier-naming): the name that JNI gives it
extern "C" JNIEXPORT void JNICALL Java_rules_Misuse_misuse(JNIEnv* env, jclass /*type*/) {
  jclass integer = env->FindClass("java/lang/Integer");
  jmethodID parse = env->GetStaticMethodID(integer, "parseInt", "(Ljava/lang/String;)I");
  const jvalue null_text{};
  env->CallStaticIntMethodA(integer, parse, &null_text);  // throws
  env->FindClass("java/lang/Long");                       // the misuse: the exception is still pending
  env->ExceptionClear();
}
