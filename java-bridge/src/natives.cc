#include <array>
#include <bit>
#include <vector>

#include "java_loader.h"

namespace tandem::java {
namespace {

std::atomic<FunctionLogs*> native_logs{nullptr};

// A part of a Java byte array, copied out; small ones lie on the stack.
class ByteRegion {
 public:
  ByteRegion(JNIEnv* env, jbyteArray array, jint offset, jint size) : size_(static_cast<size_t>(size)) {
    if (array == nullptr || size <= 0) {
      size_ = 0;
      return;
    }
    if (size_ > small_.size()) large_.resize(size_);
    env->GetByteArrayRegion(array, offset, size, reinterpret_cast<jbyte*>(data()));
    if (env->ExceptionCheck() == JNI_TRUE) size_ = 0;
  }

  char* data() { return large_.empty() ? small_.data() : large_.data(); }
  size_t size() const { return size_; }
  tandem_string text() { return tandem_string{data(), size_}; }

 private:
  std::array<char, 1024> small_;
  std::vector<char> large_;
  size_t size_;
};

// These run inside Java calls: an exception that GetByteArrayRegion leaves pending is thrown there when they return.
void JNICALL Log(JNIEnv* env, jclass, jlong log_id, jbyteArray id, jint id_offset, jint id_size, jbyteArray text,
                 jint offset, jint size, jint level, jint format) {
  FunctionLogs* logs = native_logs.load(std::memory_order_acquire);
  if (logs == nullptr) return;
  try {
    ByteRegion request_id(env, id, id_offset, id_size);
    if (env->ExceptionCheck() == JNI_TRUE) return;
    ByteRegion bytes(env, text, offset, size);
    if (env->ExceptionCheck() == JNI_TRUE) return;
    tandem_log_record record{};
    record.struct_size = sizeof(record);
    record.request_id = request_id.text();
    record.text = bytes.text();
    record.level = level;
    record.format = format;
    logs->Write(static_cast<uint64_t>(log_id), record);
  } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory; the line is lost, the handler goes on
  }
}

jboolean JNICALL Chunk(JNIEnv* env, jclass, jlong sink, jbyteArray data, jint offset, jint size) {
  FunctionLogs* logs = native_logs.load(std::memory_order_acquire);
  if (logs == nullptr) return JNI_FALSE;
  try {
    ByteRegion bytes(env, data, offset, size);
    if (env->ExceptionCheck() == JNI_TRUE) return JNI_FALSE;
    auto* to = std::bit_cast<tandem_sink*>(sink);
    const int32_t gone = logs->host()->result_chunk(to, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    return gone == 0 ? JNI_TRUE : JNI_FALSE;
  } catch (...) {
    return JNI_FALSE;
  }
}

JNINativeMethod Native(const char* name, const char* signature, void* function) {
  return JNINativeMethod{const_cast<char*>(name), const_cast<char*>(signature), function};
}

}  // namespace

std::vector<JNINativeMethod> NativeMethods() {
  return {Native("log", "(J[BII[BIIII)V", reinterpret_cast<void*>(&Log)),
          Native("chunk", "(J[BII)Z", reinterpret_cast<void*>(&Chunk))};
}

void SetNativeLogs(FunctionLogs* logs) {
  native_logs.store(logs, std::memory_order_release);
}

}  // namespace tandem::java
