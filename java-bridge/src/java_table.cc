#include "java_table.h"

#include <algorithm>
#include <string>

namespace tandem::java {

namespace {

jclass ClassOf(JniFrame* frame, jobject class_loader, const char* name) {
  if (class_loader == nullptr) return frame->FindClass(name);
  jclass type = frame->FindClass("java/lang/ClassLoader");
  jmethodID load = frame->GetMethod(type, "loadClass", "(Ljava/lang/String;)Ljava/lang/Class;");
  std::string dotted = name;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  jvalue argument;
  argument.l = frame->NewString(dotted);
  return static_cast<jclass>(frame->CallObject(class_loader, load, &argument));
}

}  // namespace

JavaTable JavaTable::Load(JniFrame* frame, jobject class_loader, const std::vector<JNINativeMethod>& natives) {
  const auto half = [&](const char* name) { return ClassOf(frame, class_loader, name); };
  JavaTable table;
  table.bridge = static_cast<jclass>(frame->NewGlobal(half("tandem/bridge/Bridge")));
  table.byte_array = static_cast<jclass>(frame->NewGlobal(frame->FindClass("[B")));
  jclass slot = half("tandem/bridge/Slot");
  table.slot_spill = frame->GetField(slot, "spill", "[B");
  table.slot_spill_size = frame->GetField(slot, "spillSize", "I");
  table.slot_large = frame->GetField(slot, "large", "Ljava/nio/ByteBuffer;");

  const auto method = [&](const char* name, const char* signature) {
    return frame->GetStaticMethod(table.bridge, name, signature);
  };
  table.start = method("start", "(Z)V");
  table.attach = method("attach", "(Ljava/nio/ByteBuffer;Ljava/nio/ByteBuffer;)Ltandem/bridge/Slot;");
  table.detach = method("detach", "(Ltandem/bridge/Slot;)V");
  table.warm = method("warm", "()V");
  table.stand_by = method("standBy", "()V");
  table.take_function = method("takeFunction", "(I)V");
  table.open = method("open", "(Ltandem/bridge/Slot;[BJ)Ljava/lang/Object;");
  table.close = method("close", "(Ltandem/bridge/Function;)V");
  table.invoke = method("invoke", "(Ltandem/bridge/Slot;Ltandem/bridge/Function;)I");
  table.cancel = method("cancel", "(Ltandem/bridge/Function;[B)V");
  frame->RegisterNatives(half("tandem/bridge/Natives"), natives);
  return table;
}

}  // namespace tandem::java
