#include "java_table.h"

namespace tandem::java {

JavaTable JavaTable::Load(JniFrame* frame, const std::vector<JNINativeMethod>& natives) {
  JavaTable table;
  table.bridge = static_cast<jclass>(frame->NewGlobal(frame->FindClass("tandem/bridge/Bridge")));
  table.byte_array = static_cast<jclass>(frame->NewGlobal(frame->FindClass("[B")));
  jclass slot = frame->FindClass("tandem/bridge/Slot");
  table.slot_spill = frame->GetField(slot, "spill", "[B");
  table.slot_spill_size = frame->GetField(slot, "spillSize", "I");
  table.slot_large = frame->GetField(slot, "large", "Ljava/nio/ByteBuffer;");

  const auto method = [&](const char* name, const char* signature) {
    return frame->GetStaticMethod(table.bridge, name, signature);
  };
  table.start = method("start", "()V");
  table.attach = method("attach", "(Ljava/nio/ByteBuffer;Ljava/nio/ByteBuffer;)Ltandem/bridge/Slot;");
  table.detach = method("detach", "(Ltandem/bridge/Slot;)V");
  table.warm = method("warm", "()V");
  table.stand_by = method("standBy", "()V");
  table.take_function = method("takeFunction", "(I)V");
  table.open = method("open", "(Ltandem/bridge/Slot;[BJ)Ljava/lang/Object;");
  table.close = method("close", "(Ltandem/bridge/Function;)V");
  table.invoke = method("invoke", "(Ltandem/bridge/Slot;Ltandem/bridge/Function;)I");
  table.cancel = method("cancel", "(Ltandem/bridge/Function;[B)V");
  frame->RegisterNatives(frame->FindClass("tandem/bridge/Natives"), natives);
  return table;
}

}  // namespace tandem::java
