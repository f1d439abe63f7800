// A VM that runs nothing and fails on demand: what the JNI calls of the loader do when the real one is exhausted.
#ifndef TANDEM_TESTS_JAVA_FAKE_JVM_H_
#define TANDEM_TESTS_JAVA_FAKE_JVM_H_

#include <jni.h>

#include <atomic>

namespace tandem::test {

// Its counters and what it is told to do. Threads: one at a time.
struct FakeJvm {
  // The calls to come until those fail that may; 0 and below: none fails.
  int fail_after = 0;
  int fail_count = 0;  // how many fail then
  bool has_failed = false;

  jint answer = 0;             // what the Java half's invoke returns
  bool answers_error = false;  // its open returns an encoded error

  int globals = 0;               // global references in use
  int frames = 0;                // frames of local references
  int attached = 0;              // threads
  int functions = 0;             // opened by the Java half and not closed
  int slots = 0;                 // attached by it and not detached
  bool holds_payload = false;    // the Java half has a payload that lies in the host's memory
  const char* misuse = nullptr;  // a call that is not allowed while an exception is pending

  JNIEnv* env = nullptr;
  jlong log_id = 0;  // of the last open
  void (*log)(JNIEnv*, jclass, jlong, jbyteArray, jint, jint, jbyteArray, jint, jint, jint, jint) = nullptr;
};

using FakeJvmEntry = FakeJvm* (*)();
constexpr char kFakeJvmSymbol[] = "GetFakeJvm";

}  // namespace tandem::test

#endif  // TANDEM_TESTS_JAVA_FAKE_JVM_H_
