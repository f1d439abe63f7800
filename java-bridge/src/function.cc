#include <cstring>
#include <memory>
#include <new>

#include "java_loader.h"
#include "jdk_choice.h"

namespace tandem::java {
namespace {

constexpr int32_t kUncaughtException = 1;  // what a JVM exits with whose main method throws

// Writes what the Java half's FunctionConfig and Invocation read: numbers and texts in this machine's byte order.
class Encoder {
 public:
  void Int(int32_t value) { Bytes(&value, sizeof(value)); }

  void Text(tandem_string text) {
    if (text.data == nullptr) return Int(-1);
    Int(static_cast<int32_t>(text.size));
    Bytes(text.data, text.size);
  }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void Bytes(const void* data, size_t size) {
    if (size == 0) return;
    const size_t at = bytes_.size();
    bytes_.resize(at + size);
    memcpy(bytes_.data() + at, data, size);
  }

  std::vector<uint8_t> bytes_;
};

std::vector<uint8_t> EncodeConfig(const tandem_function_config& config) {
  Encoder encoder;
  encoder.Int(config.memory_limit_mb);
  for (const tandem_string& text :
       {config.handler, config.code_root, config.name, config.version, config.log_group_name, config.log_stream_name,
        config.log_format, config.log_level}) {
    encoder.Text(text);
  }
  for (size_t i = 0; i < config.layers_size; ++i) encoder.Text(config.layers[i]);
  return encoder.bytes();
}

// Reads an ErrorReport.
class Decoder {
 public:
  explicit Decoder(const std::vector<uint8_t>& bytes) : bytes_(bytes) {}

  int32_t Int() {
    int32_t value = 0;
    if (bytes_.size() - at_ >= sizeof(value)) {
      memcpy(&value, bytes_.data() + at_, sizeof(value));
      at_ += sizeof(value);
    }
    return value;
  }

  tandem_string Text() {
    const int32_t size = Int();
    if (size < 0 || static_cast<size_t>(size) > bytes_.size() - at_) return tandem_string{nullptr, 0};
    tandem_string text{reinterpret_cast<const char*>(bytes_.data() + at_), static_cast<size_t>(size)};
    at_ += text.size;
    return text;
  }

  bool AtEnd() const { return at_ >= bytes_.size(); }

 private:
  const std::vector<uint8_t>& bytes_;
  size_t at_ = 0;
};

// Takes back what Open has noted of a function; its token is not used afterwards.
struct Forget {
  void operator()(tandem_handler* handler) const {
    handler->loader->logs.Remove(handler->log_id);
    handler->loader->vm.functions.Remove(handler->id);
    delete handler;
  }
};

using OwnedHandler = std::unique_ptr<tandem_handler, Forget>;

// A global reference to an opened function, which is closed if there can be none.
jobject Hold(JniFrame* frame, const JavaTable& table, jobject opened) {
  try {
    return frame->NewGlobal(opened);
  } catch (const std::bad_alloc&) {
    jvalue argument;
    argument.l = opened;
    frame->CallStaticVoid(table.bridge, table.close, &argument);
    throw;
  }
}

void WriteHint(FunctionLogs* logs, uint64_t log_id, tandem_string request_id, const std::string& hint) {
  if (logs->host()->abi_minor < 1) return;
  tandem_log_record record{};
  record.struct_size = sizeof(record);
  record.request_id = request_id;
  record.text = ToAbi(hint);
  record.origin = TANDEM_ORIGIN_HINT;
  logs->Write(log_id, record);
}

}  // namespace

void ReportError(tandem_loader* loader, uint64_t log_id, tandem_string request_id, const std::vector<uint8_t>& encoded,
                 tandem_sink* sink) {
  FunctionLogs* logs = &loader->logs;
  Decoder decoder(encoded);
  tandem_error error{};
  error.struct_size = sizeof(error);
  error.disposition = decoder.Int();
  if (error.disposition == TANDEM_EXITED) error.exit_status = kUncaughtException;
  const int32_t level = decoder.Int();
  const int32_t format = decoder.Int();
  const int32_t needed_jdk = decoder.Int();
  error.type = decoder.Text();
  error.message = decoder.Text();
  error.body = decoder.Text();
  error.reported_type = decoder.Text();
  const tandem_string text = decoder.Text();
  const std::string_view hint = FromAbi(decoder.Text());
  std::vector<tandem_string> frames;
  while (!decoder.AtEnd()) frames.push_back(decoder.Text());
  error.stack_trace = frames.data();
  error.stack_trace_size = frames.size();
  logs->host()->result_error(sink, &error);

  if (text.data != nullptr) {
    tandem_log_record record{};
    record.struct_size = sizeof(record);
    record.request_id = request_id;
    record.text = text;
    record.level = level;
    record.format = format;
    logs->Write(log_id, record);
  }
  if (!hint.empty()) {
    WriteHint(logs, log_id, request_id,
              std::string(hint) + JdksFor(needed_jdk, loader->directory, loader->jdk_variables));
  }
}

std::vector<uint8_t> TakeSpill(JniFrame* frame, const JavaTable& table, const Slot& slot) {
  auto array = static_cast<jbyteArray>(frame->GetObjectField(slot.object, table.slot_spill));
  const jint size = frame->GetIntField(slot.object, table.slot_spill_size);
  frame->SetObjectField(slot.object, table.slot_spill, nullptr);  // also where there is no room for a copy
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  frame->CopyOut(array, size, bytes.data());
  return bytes;
}

int32_t Open(tandem_loader* loader, const tandem_function_config* config, tandem_sink* sink, tandem_handler** handler) {
  const JavaTable& table = loader->vm.table;
  OwnedHandler made(new tandem_handler{loader, 0, 0, nullptr});
  made->id = loader->vm.functions.Add();
  made->log_id = loader->logs.Add(config->function);
  const SlotLease slot(&loader->vm, made->id, 0);
  JniFrame frame(slot.env());
  std::vector<uint8_t> encoded = EncodeConfig(*config);
  jvalue arguments[3];
  arguments[0].l = slot->object;
  arguments[1].l = frame.NewBytes(encoded.data(), encoded.size());
  arguments[2].j = static_cast<jlong>(made->log_id);
  jobject opened = frame.CallStaticObject(table.bridge, table.open, arguments);
  if (!frame.IsInstanceOf(opened, table.byte_array)) {
    made->function = Hold(&frame, table, opened);
    *handler = made.release();
    return TANDEM_OK;
  }
  auto array = static_cast<jbyteArray>(opened);
  std::vector<uint8_t> error(static_cast<size_t>(frame.Length(array)));
  frame.CopyOut(array, static_cast<jsize>(error.size()), error.data());
  ReportError(loader, made->log_id, tandem_string{"", 0}, error, sink);
  return TANDEM_OK;
}

void Close(tandem_handler* handler) {
  tandem_loader* loader = handler->loader;
  jobject function = handler->function;
  OwnedHandler(handler).reset();  // first, as what follows may fail
  JNIEnv* env = JavaThread::Current(&loader->vm).env();
  const auto release = [env](jobject global) { env->DeleteGlobalRef(global); };
  const std::unique_ptr<_jobject, decltype(release)> held(function, release);
  JniFrame frame(env, JniFrame::Locals::kNone);
  jvalue argument;
  argument.l = function;
  frame.CallStaticVoid(loader->vm.table.bridge, loader->vm.table.close, &argument);
}

void Cancel(tandem_handler* handler, tandem_string request_id) {
  tandem_loader* loader = handler->loader;
  JniFrame frame(JavaThread::Current(&loader->vm).env());
  jvalue arguments[2];
  arguments[0].l = handler->function;
  arguments[1].l = frame.NewBytes(request_id.data, request_id.size);
  frame.CallStaticVoid(loader->vm.table.bridge, loader->vm.table.cancel, arguments);
}

}  // namespace tandem::java
