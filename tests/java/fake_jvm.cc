#include "fake_jvm.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace tandem::test {
namespace {

FakeJvm jvm;
JavaVM java_vm;
JNIEnv jni_env;
thread_local bool attached = false;
thread_local bool pending = false;

// What stands for the Java half's objects and classes.
_jclass any_class;
_jclass byte_array_class;
_jobject a_slot;
_jobject a_function;
_jobject a_buffer;
_jthrowable an_exception;
_jstring a_string;
_jbyteArray bytes;
constexpr jsize kBytes = 64;
jfieldID payload_field = nullptr;

constexpr std::array<const char*, 9> kMethods = {"start", "attach", "detach", "warm",    "open",
                                                 "close", "invoke", "cancel", "toString"};

std::string_view NameOf(jmethodID method) {
  return reinterpret_cast<const char*>(method);
}

jmethodID MethodOf(const char* name) {
  const auto* found =
      std::find_if(kMethods.begin(), kMethods.end(), [name](const char* known) { return strcmp(known, name) == 0; });
  return found == kMethods.end() ? nullptr : reinterpret_cast<jmethodID>(const_cast<char*>(*found));
}

// Whether a call that may fail is to fail now.
bool IsToFail(const char* call) {
  if (pending) jvm.misuse = call;
  if (jvm.fail_after <= 0) return false;
  if (jvm.fail_after > 1) {
    --jvm.fail_after;
    return false;
  }
  if (--jvm.fail_count <= 0) jvm.fail_after = 0;
  return jvm.has_failed = true;
}

bool Fails(const char* call) {
  if (!IsToFail(call)) return false;
  pending = true;
  return true;
}

jint JNICALL PushFrame(JNIEnv*, jint) {
  if (Fails("PushLocalFrame")) return JNI_ENOMEM;
  ++jvm.frames;
  return JNI_OK;
}

jobject JNICALL PopFrame(JNIEnv*, jobject) {
  --jvm.frames;
  return nullptr;
}

jclass JNICALL FindClass(JNIEnv*, const char* name) {
  if (Fails("FindClass")) return nullptr;
  return strcmp(name, "[B") == 0 ? &byte_array_class : &any_class;
}

jmethodID JNICALL FindMethod(JNIEnv*, jclass, const char* name, const char*) {
  return Fails("GetMethodID") ? nullptr : MethodOf(name);
}

jfieldID JNICALL FindField(JNIEnv*, jclass, const char* name, const char*) {
  return Fails("GetFieldID") ? nullptr : reinterpret_cast<jfieldID>(const_cast<char*>(name));
}

jint JNICALL Register(JNIEnv*, jclass, const JNINativeMethod* methods, jint size) {
  if (Fails("RegisterNatives")) return JNI_ERR;
  for (const JNINativeMethod* method = methods; method != methods + size; ++method) {
    if (strcmp(method->name, "log") == 0) jvm.log = reinterpret_cast<decltype(jvm.log)>(method->fnPtr);
  }
  return JNI_OK;
}

void JNICALL CallVoid(JNIEnv*, jclass, jmethodID method, const jvalue*) {
  if (Fails("CallStaticVoidMethodA")) return;
  if (NameOf(method) == "detach") --jvm.slots;
  if (NameOf(method) == "close") --jvm.functions;
}

jobject JNICALL CallObject(JNIEnv*, jclass, jmethodID method, const jvalue* arguments) {
  if (Fails("CallStaticObjectMethodA")) return nullptr;
  if (NameOf(method) == "attach") {
    ++jvm.slots;
    return &a_slot;
  }
  jvm.log_id = arguments[2].j;
  if (jvm.answers_error) return &bytes;
  ++jvm.functions;
  return &a_function;
}

jint JNICALL CallInt(JNIEnv*, jclass, jmethodID, const jvalue*) {
  if (Fails("CallStaticIntMethodA")) return 0;
  jvm.holds_payload = false;
  return jvm.answer;
}

jobject JNICALL CallMethod(JNIEnv*, jobject, jmethodID, const jvalue*) {
  return Fails("CallObjectMethodA") ? nullptr : &a_string;
}

jobject JNICALL NewGlobal(JNIEnv*, jobject object) {
  if (IsToFail("NewGlobalRef")) return nullptr;  // throws nothing
  ++jvm.globals;
  return object;
}

void JNICALL DeleteGlobal(JNIEnv*, jobject) {
  --jvm.globals;
}

void JNICALL DeleteLocal(JNIEnv*, jobject) {}

jobject JNICALL NewBuffer(JNIEnv*, void*, jlong) {
  return Fails("NewDirectByteBuffer") ? nullptr : &a_buffer;
}

jbyteArray JNICALL NewBytes(JNIEnv*, jsize) {
  return Fails("NewByteArray") ? nullptr : &bytes;
}

void JNICALL SetBytes(JNIEnv*, jbyteArray, jsize, jsize, const jbyte*) {
  static_cast<void>(Fails("SetByteArrayRegion"));
}

void JNICALL GetBytes(JNIEnv*, jbyteArray, jsize, jsize size, jbyte* to) {
  if (!Fails("GetByteArrayRegion")) memset(to, 0, static_cast<size_t>(size));
}

jobject JNICALL GetObject(JNIEnv*, jobject, jfieldID) {
  return &bytes;
}

jint JNICALL GetInt(JNIEnv*, jobject, jfieldID) {
  return kBytes;
}

void JNICALL SetObject(JNIEnv*, jobject, jfieldID field, jobject value) {
  if (value == &a_buffer) payload_field = field;
  if (field == payload_field) jvm.holds_payload = value != nullptr;
}

jsize JNICALL ArrayLength(JNIEnv*, jarray) {
  return kBytes;
}

jsize JNICALL StringLength(JNIEnv*, jstring) {
  return kBytes;
}

void JNICALL StringRegion(JNIEnv*, jstring, jsize, jsize size, jchar* to) {
  if (!Fails("GetStringRegion")) std::fill_n(to, size, jchar{'x'});
}

jclass JNICALL ClassOf(JNIEnv*, jobject) {
  return &any_class;
}

jboolean JNICALL IsInstance(JNIEnv*, jobject object, jclass type) {
  return object == &bytes && type == &byte_array_class ? JNI_TRUE : JNI_FALSE;
}

jboolean JNICALL IsPending(JNIEnv*) {
  return pending ? JNI_TRUE : JNI_FALSE;
}

jthrowable JNICALL Pending(JNIEnv*) {
  return pending ? &an_exception : nullptr;
}

void JNICALL Clear(JNIEnv*) {
  pending = false;
}

jint JNICALL Attach(JavaVM*, void** env, void*) {
  if (IsToFail("AttachCurrentThreadAsDaemon")) return JNI_ENOMEM;
  attached = true;
  ++jvm.attached;
  *env = &jni_env;
  return JNI_OK;
}

jint JNICALL Detach(JavaVM*) {
  attached = false;
  --jvm.attached;
  return JNI_OK;
}

jint JNICALL GetEnv(JavaVM*, void** env, jint) {
  *env = attached ? &jni_env : nullptr;
  return attached ? JNI_OK : JNI_EDETACHED;
}

JNINativeInterface_ MakeEnvTable() {
  JNINativeInterface_ table{};
  table.PushLocalFrame = &PushFrame;
  table.PopLocalFrame = &PopFrame;
  table.FindClass = &FindClass;
  table.GetMethodID = &FindMethod;
  table.GetStaticMethodID = &FindMethod;
  table.GetFieldID = &FindField;
  table.RegisterNatives = &Register;
  table.CallStaticVoidMethodA = &CallVoid;
  table.CallStaticObjectMethodA = &CallObject;
  table.CallStaticIntMethodA = &CallInt;
  table.CallObjectMethodA = &CallMethod;
  table.NewGlobalRef = &NewGlobal;
  table.DeleteGlobalRef = &DeleteGlobal;
  table.DeleteLocalRef = &DeleteLocal;
  table.NewDirectByteBuffer = &NewBuffer;
  table.NewByteArray = &NewBytes;
  table.SetByteArrayRegion = &SetBytes;
  table.GetByteArrayRegion = &GetBytes;
  table.GetObjectField = &GetObject;
  table.GetIntField = &GetInt;
  table.SetObjectField = &SetObject;
  table.GetArrayLength = &ArrayLength;
  table.GetStringLength = &StringLength;
  table.GetStringRegion = &StringRegion;
  table.GetObjectClass = &ClassOf;
  table.IsInstanceOf = &IsInstance;
  table.ExceptionCheck = &IsPending;
  table.ExceptionOccurred = &Pending;
  table.ExceptionClear = &Clear;
  return table;
}

JNIInvokeInterface_ MakeVmTable() {
  JNIInvokeInterface_ table{};
  table.AttachCurrentThreadAsDaemon = &Attach;
  table.DetachCurrentThread = &Detach;
  table.GetEnv = &GetEnv;
  return table;
}

}  // namespace
}  // namespace tandem::test

extern "C" JNIEXPORT tandem::test::FakeJvm* GetFakeJvm() {
  return &tandem::test::jvm;
}

extern "C" JNIEXPORT jint JNICALL JNI_CreateJavaVM(JavaVM** vm, void** env, void*) {
  using namespace tandem::test;
  static const JNINativeInterface_ env_table = MakeEnvTable();
  static const JNIInvokeInterface_ vm_table = MakeVmTable();
  jni_env.functions = &env_table;
  java_vm.functions = &vm_table;
  jvm.env = &jni_env;
  attached = true;
  ++jvm.attached;
  *vm = &java_vm;
  *env = &jni_env;
  return JNI_OK;
}

extern "C" JNIEXPORT jint JNICALL JNI_GetCreatedJavaVMs(JavaVM**, jsize, jsize* count) {
  *count = 0;
  return JNI_OK;
}
