#include "jni_frame.h"

#include <new>

namespace tandem::java {
namespace {

constexpr jint kLocalCapacity = 32;

void AppendUtf8(char32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

// A local reference that goes before its frame does, which may be the thread's.
template <typename T>
class LocalRef {
 public:
  LocalRef(JNIEnv* env, T object) : env_(env), object_(object) {}
  ~LocalRef() { env_->DeleteLocalRef(object_); }
  LocalRef(const LocalRef&) = delete;
  LocalRef& operator=(const LocalRef&) = delete;

  T get() const { return object_; }

 private:
  JNIEnv* env_;
  T object_;
};

// Lone surrogates become U+FFFD.
std::string ToUtf8(const std::vector<jchar>& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char32_t code = text[i];
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (text[++i] - 0xDC00u);
    } else if (code >= 0xD800 && code < 0xE000) {
      code = 0xFFFD;
    }
    AppendUtf8(code, &out);
  }
  return out;
}

}  // namespace

JniFrame::JniFrame(JNIEnv* env, Locals locals) : env_(env), has_locals_(locals == Locals::kSome) {
  if (has_locals_ && env_->PushLocalFrame(kLocalCapacity) != JNI_OK) {
    env_->ExceptionClear();
    throw std::bad_alloc();
  }
}

JniFrame::~JniFrame() {
  if (has_locals_) env_->PopLocalFrame(nullptr);
}

jclass JniFrame::FindClass(const char* name) {
  return Checked(env_->FindClass(name));
}

jmethodID JniFrame::GetStaticMethod(jclass type, const char* name, const char* signature) {
  return Checked(env_->GetStaticMethodID(type, name, signature));
}

jmethodID JniFrame::GetMethod(jclass type, const char* name, const char* signature) {
  return Checked(env_->GetMethodID(type, name, signature));
}

jfieldID JniFrame::GetField(jclass type, const char* name, const char* signature) {
  return Checked(env_->GetFieldID(type, name, signature));
}

void JniFrame::RegisterNatives(jclass type, const std::vector<JNINativeMethod>& methods) {
  const jint status = env_->RegisterNatives(type, methods.data(), static_cast<jint>(methods.size()));
  Check();
  if (status != JNI_OK) throw JavaException("native methods could not be registered");
}

void JniFrame::CallStaticVoid(jclass type, jmethodID method, const jvalue* arguments) {
  env_->CallStaticVoidMethodA(type, method, arguments);
  Check();
}

jobject JniFrame::CallStaticObject(jclass type, jmethodID method, const jvalue* arguments) {
  return Checked(env_->CallStaticObjectMethodA(type, method, arguments));
}

jobject JniFrame::CallObject(jobject object, jmethodID method, const jvalue* arguments) {
  return Checked(env_->CallObjectMethodA(object, method, arguments));
}

jint JniFrame::CallStaticInt(jclass type, jmethodID method, const jvalue* arguments) {
  return Checked(env_->CallStaticIntMethodA(type, method, arguments));
}

jobject JniFrame::New(jclass type, jmethodID constructor, const jvalue* arguments) {
  return Checked(env_->NewObjectA(type, constructor, arguments));
}

// The VM's own function takes another UTF-8.
jobject JniFrame::NewString(const std::string& text) {
  jclass type = FindClass("java/lang/String");
  jvalue arguments[2];
  arguments[0].l = NewBytes(text.data(), text.size());
  arguments[1].l = Checked(env_->NewStringUTF("UTF-8"));
  return New(type, GetMethod(type, "<init>", "([BLjava/lang/String;)V"), arguments);
}

jobjectArray JniFrame::NewObjects(jclass type, const std::vector<jobject>& objects) {
  jobjectArray array = Checked(env_->NewObjectArray(static_cast<jsize>(objects.size()), type, nullptr));
  for (size_t at = 0; at < objects.size(); ++at) {
    env_->SetObjectArrayElement(array, static_cast<jsize>(at), objects[at]);
    Check();
  }
  return array;
}

jobject JniFrame::NewGlobal(jobject local) {
  jobject global = env_->NewGlobalRef(local);
  if (global == nullptr) {
    env_->ExceptionClear();
    throw std::bad_alloc();
  }
  return global;
}

jobject JniFrame::NewDirectBuffer(const void* data, size_t size) {
  jobject buffer = Checked(env_->NewDirectByteBuffer(const_cast<void*>(data), static_cast<jlong>(size)));
  if (buffer == nullptr) throw JavaException("this VM has no direct buffers");
  return buffer;
}

jbyteArray JniFrame::NewBytes(const void* data, size_t size) {
  jbyteArray array = Checked(env_->NewByteArray(static_cast<jsize>(size)));
  env_->SetByteArrayRegion(array, 0, static_cast<jsize>(size), static_cast<const jbyte*>(data));
  Check();
  return array;
}

jobject JniFrame::GetObjectField(jobject object, jfieldID field) {
  return Checked(env_->GetObjectField(object, field));
}

jint JniFrame::GetIntField(jobject object, jfieldID field) {
  return Checked(env_->GetIntField(object, field));
}

void JniFrame::SetObjectField(jobject object, jfieldID field, jobject value) {
  env_->SetObjectField(object, field, value);
  Check();
}

jsize JniFrame::Length(jbyteArray array) {
  return Checked(env_->GetArrayLength(array));
}

void JniFrame::CopyOut(jbyteArray array, jsize size, void* target) {
  env_->GetByteArrayRegion(array, 0, size, static_cast<jbyte*>(target));
  Check();
}

void JniFrame::Throw() {
  const LocalRef<jthrowable> thrown(env_, env_->ExceptionOccurred());
  env_->ExceptionClear();
  throw JavaException(Describe(thrown.get()));
}

std::string JniFrame::Describe(jthrowable thrown) {
  std::string unknown = "a Java exception that cannot be described";
  const LocalRef<jclass> type(env_, env_->GetObjectClass(thrown));
  jmethodID to_string = env_->GetMethodID(type.get(), "toString", "()Ljava/lang/String;");
  jobject said = nullptr;
  if (env_->ExceptionCheck() == JNI_FALSE) said = env_->CallObjectMethodA(thrown, to_string, nullptr);
  const LocalRef<jstring> text(env_, static_cast<jstring>(said));
  if (env_->ExceptionCheck() == JNI_TRUE) {
    env_->ExceptionClear();
    return unknown;
  }
  if (text.get() == nullptr) return unknown;
  std::vector<jchar> units(static_cast<size_t>(env_->GetStringLength(text.get())));
  env_->GetStringRegion(text.get(), 0, static_cast<jsize>(units.size()), units.data());
  const bool copied = env_->ExceptionCheck() == JNI_FALSE;
  if (!copied) env_->ExceptionClear();
  return copied ? ToUtf8(units) : unknown;
}

}  // namespace tandem::java
