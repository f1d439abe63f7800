#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include "java_loader.h"

namespace tandem::java {
namespace {

constexpr size_t kTexts = 6;
constexpr size_t kCopiedPayload = 16u << 10;     // larger ones are read where they lie
constexpr size_t kMaxPayload = 0x7fffffff - 8u;  // what a Java buffer can hold
constexpr jint kSpilled = -1;                    // tandem.bridge.Bridge's results below zero

// What tandem.bridge.Slot reads.
struct Head {
  int64_t deadline_ms;
  int64_t sink;
  int32_t payload_at;
  int32_t payload_size;
  int32_t flags;
  int32_t lengths[kTexts];
};
constexpr size_t kHeadSize = 52;  // tandem.bridge.Slot.HEAD
static_assert(offsetof(Head, lengths) + sizeof(Head::lengths) == kHeadSize);

enum Flags : int32_t { kStreaming = 1, kMoreTexts = 2 };

struct Texts {
  tandem_string list[kTexts];
  size_t size;
};

Texts TextsOf(const tandem_invocation& invocation) {
  Texts texts{{invocation.request_id, invocation.invoked_function_arn, invocation.client_context,
               invocation.cognito_identity, invocation.trace_id, invocation.tenant_id},
              0};
  for (const tandem_string& text : texts.list) texts.size += text.data == nullptr ? 0 : text.size;
  return texts;
}

// Writes the head and the texts; returns where the payload begins.
size_t WriteHead(const tandem_invocation& invocation, const Texts& texts, size_t payload_size, tandem_sink* sink,
                 uint8_t* to) {
  Head head{};
  head.deadline_ms = invocation.deadline_ms;
  head.sink = reinterpret_cast<intptr_t>(sink);
  head.payload_size = static_cast<int32_t>(payload_size);
  if (invocation.streaming != 0) head.flags |= kStreaming;
  size_t at = kHeadSize;
  for (size_t i = 0; i < kTexts; ++i) {
    const tandem_string& text = texts.list[i];
    head.lengths[i] = text.data == nullptr ? -1 : static_cast<int32_t>(text.size);
    if (text.data == nullptr) continue;
    if (i > 1) head.flags |= kMoreTexts;
    if (text.size == 0) continue;
    memcpy(to + at, text.data, text.size);
    at += text.size;
  }
  head.payload_at = static_cast<int32_t>(at);
  memcpy(to, &head, kHeadSize);
  return at;
}

void ResultBorrowed(const tandem_host* host, tandem_sink* sink, const uint8_t* data, size_t size) {
  tandem_result result{};
  result.struct_size = sizeof(result);
  result.data = data;
  result.size = size;
  host->result(sink, &result);
}

void ResultOwned(const tandem_host* host, tandem_sink* sink, std::vector<uint8_t> bytes) {
  auto* owner = new std::vector<uint8_t>(std::move(bytes));
  tandem_result result{};
  result.struct_size = sizeof(result);
  result.data = owner->data();
  result.size = owner->size();
  result.release = [](void* argument) { delete static_cast<std::vector<uint8_t>*>(argument); };
  result.release_arg = owner;
  host->result(sink, &result);
}

// Calls the Java half, which forgets a payload in the host's memory unless it cannot even begin, as on a full stack.
jint Call(JniFrame* frame, const JavaTable& table, jobject slot, jobject function) {
  jvalue arguments[2];
  arguments[0].l = slot;
  arguments[1].l = function;
  try {
    return frame->CallStaticInt(table.bridge, table.invoke, arguments);
  } catch (...) {
    frame->SetObjectField(slot, table.slot_large, nullptr);
    throw;
  }
}

}  // namespace

int32_t Invoke(tandem_handler* handler, const tandem_invocation* invocation, tandem_sink* sink) {
  tandem_loader* loader = handler->loader;
  const tandem_host* host = loader->logs.host();
  const JavaTable& table = loader->vm.table;
  const tandem_payload* payload = invocation->payload;
  const size_t payload_size = payload == nullptr ? 0 : payload->size;
  if (payload_size > kMaxPayload) throw JavaException("a payload of 2 GiB or more does not fit a Java buffer");

  const Texts texts = TextsOf(*invocation);
  const bool copied = payload_size <= kCopiedPayload;
  const SlotLease slot(&loader->vm, handler->id, kHeadSize + texts.size + (copied ? payload_size : 0));
  const size_t at = WriteHead(*invocation, texts, payload_size, sink, slot->in.get());
  if (copied && payload_size > 0) memcpy(slot->in.get() + at, payload->data, payload_size);

  JniFrame frame(slot.env(), copied ? JniFrame::Locals::kNone : JniFrame::Locals::kSome);
  if (!copied) {
    frame.SetObjectField(slot->object, table.slot_large, frame.NewDirectBuffer(payload->data, payload_size));
  }
  const jint size = Call(&frame, table, slot->object, handler->function);
  if (size >= 0) {
    ResultBorrowed(host, sink, slot->out.get(), static_cast<size_t>(size));
    return TANDEM_OK;
  }
  JniFrame spill_frame(slot.env());
  std::vector<uint8_t> bytes = TakeSpill(&spill_frame, table, *slot.operator->());
  if (size == kSpilled) {
    ResultOwned(host, sink, std::move(bytes));
  } else {
    ReportError(loader, handler->log_id, invocation->request_id, bytes, sink);
  }
  return TANDEM_OK;
}

}  // namespace tandem::java
