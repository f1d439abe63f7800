#ifndef TANDEM_JAVA_BRIDGE_JNI_FRAME_H_
#define TANDEM_JAVA_BRIDGE_JNI_FRAME_H_

#include <jni.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::java {

// A Java exception that our own half let through, as text; it never leaves the loader.
class JavaException : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The only way this loader talks to the VM: every call is followed by a check, and a pending exception is fetched where
// it was thrown and becomes a JavaException. Local references die with the frame. Threads: bound to the thread whose
// JNIEnv it was given.
class JniFrame {
 public:
  // Whether the frame makes local references; one that makes none costs nothing.
  enum class Locals { kNone, kSome };

  explicit JniFrame(JNIEnv* env, Locals locals = Locals::kSome);
  ~JniFrame();
  JniFrame(const JniFrame&) = delete;
  JniFrame& operator=(const JniFrame&) = delete;

  jclass FindClass(const char* name);
  jmethodID GetStaticMethod(jclass type, const char* name, const char* signature);
  jmethodID GetMethod(jclass type, const char* name, const char* signature);
  jfieldID GetField(jclass type, const char* name, const char* signature);
  void RegisterNatives(jclass type, const std::vector<JNINativeMethod>& methods);

  void CallStaticVoid(jclass type, jmethodID method, const jvalue* arguments = nullptr);
  jobject CallStaticObject(jclass type, jmethodID method, const jvalue* arguments);
  jobject CallObject(jobject object, jmethodID method, const jvalue* arguments = nullptr);
  jint CallStaticInt(jclass type, jmethodID method, const jvalue* arguments);

  bool IsInstanceOf(jobject object, jclass type) { return env_->IsInstanceOf(object, type) == JNI_TRUE; }
  jobject New(jclass type, jmethodID constructor, const jvalue* arguments);
  jobject NewGlobal(jobject local);
  // Of UTF-8.
  jobject NewString(const std::string& text);
  jobjectArray NewObjects(jclass type, const std::vector<jobject>& objects);
  jobject NewDirectBuffer(const void* data, size_t size);
  jbyteArray NewBytes(const void* data, size_t size);
  jobject GetObjectField(jobject object, jfieldID field);
  jint GetIntField(jobject object, jfieldID field);
  void SetObjectField(jobject object, jfieldID field, jobject value);
  jsize Length(jbyteArray array);
  void CopyOut(jbyteArray array, jsize size, void* target);

 private:
  void Check() {
    if (env_->ExceptionCheck() == JNI_TRUE) Throw();
  }
  template <typename T>
  T Checked(T value) {
    Check();
    return value;
  }
  [[noreturn]] void Throw();
  std::string Describe(jthrowable thrown);

  JNIEnv* env_;
  bool has_locals_;
};

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JNI_FRAME_H_
