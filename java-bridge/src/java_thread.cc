#include "java_thread.h"

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace tandem::java {

uint64_t OpenFunctions::Add() {
  const std::scoped_lock lock(mutex_);
  open_.insert(++last_id_);
  return last_id_;
}

void OpenFunctions::Remove(uint64_t id) {
  const std::scoped_lock lock(mutex_);
  open_.erase(id);
  closings_.fetch_add(1, std::memory_order_release);
}

bool OpenFunctions::AnyClosed(const std::vector<uint64_t>& ids) {
  const std::scoped_lock lock(mutex_);
  return std::any_of(ids.begin(), ids.end(), [this](uint64_t id) { return !open_.contains(id); });
}

void LeftSlots::Add(std::vector<std::unique_ptr<Slot>> slots) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    for (std::unique_ptr<Slot>& slot : slots) slots_.push_back(std::move(slot));
  } catch (const std::exception&) {                                               // no memory
    for (std::unique_ptr<Slot>& slot : slots) static_cast<void>(slot.release());  // the Java half has it still
  }
}

std::vector<std::unique_ptr<Slot>> LeftSlots::Take() {
  const std::scoped_lock lock(mutex_);
  return std::move(slots_);
}

namespace {
thread_local JavaThread current_thread;
}  // namespace

JavaThread& JavaThread::Current(Vm* vm) {
  JavaThread& thread = current_thread;
  if (!thread.attached_here_ && thread.env_ != nullptr) thread.CheckAttachment();
  if (thread.env_ == nullptr) thread.Attach(vm);
  return thread;
}

void JavaThread::DetachCurrent() {
  if (current_thread.depth_ == 0) current_thread.Detach();
}

JavaThread::~JavaThread() {
  if (attached_here_) {
    Detach();
  } else if (vm_ != nullptr) {
    vm_->left.Add(std::move(slots_));  // a thread of the VM's own has left it by now
  }
}

void JavaThread::CheckAttachment() {
  void* env = nullptr;
  if (vm_->vm->GetEnv(&env, JNI_VERSION_1_8) == JNI_OK && env == env_) return;
  vm_->left.Add(std::move(slots_));
  slots_.clear();
  env_ = nullptr;
}

void JavaThread::Attach(Vm* vm) {
  void* env = nullptr;
  jint status = vm->vm->GetEnv(&env, JNI_VERSION_1_8);
  attached_here_ = status == JNI_EDETACHED;
  if (attached_here_) {
    char name[] = "main";
    JavaVMAttachArgs arguments{JNI_VERSION_1_8, name, nullptr};
    status = vm->vm->AttachCurrentThreadAsDaemon(&env, &arguments);
  }
  if (status != JNI_OK) throw JavaException("a thread cannot be attached to the JVM");
  vm_ = vm;
  env_ = static_cast<JNIEnv*>(env);
  closings_seen_ = vm->functions.closings();
}

void JavaThread::Detach() {
  if (env_ == nullptr) return;
  for (const std::unique_ptr<Slot>& slot : slots_) DropSlot(slot.get());
  slots_.clear();
  served_.clear();
  last_served_ = 0;
  if (attached_here_) vm_->vm->DetachCurrentThread();
  env_ = nullptr;
}

void JavaThread::DropSlot(Slot* slot) {
  if (slot->object == nullptr) return;
  try {
    JniFrame frame(env_, JniFrame::Locals::kNone);
    jvalue argument;
    argument.l = slot->object;
    frame.CallStaticVoid(vm_->table.bridge, vm_->table.detach, &argument);
    // Only an exhausted VM refuses this.
  } catch (...) {  // NOLINT(bugprone-empty-catch): its list then keeps an entry that no invocation runs in
  }
  env_->DeleteGlobalRef(slot->object);
  slot->object = nullptr;
}

void JavaThread::MakeSlot(Slot* slot, size_t in_size) {
  DropSlot(slot);
  for (const std::unique_ptr<Slot>& left : vm_->left.Take()) DropSlot(left.get());
  slot->in_size = std::max(in_size, kSlotInSize);
  slot->in = std::make_unique<uint8_t[]>(slot->in_size);
  slot->out = std::make_unique<uint8_t[]>(kSlotOutSize);
  JniFrame frame(env_);
  jvalue arguments[2];
  arguments[0].l = frame.NewDirectBuffer(slot->in.get(), slot->in_size);
  arguments[1].l = frame.NewDirectBuffer(slot->out.get(), kSlotOutSize);
  jobject attached = frame.CallStaticObject(vm_->table.bridge, vm_->table.attach, arguments);
  try {
    slot->object = frame.NewGlobal(attached);
  } catch (const std::bad_alloc&) {
    jvalue argument;
    argument.l = attached;
    frame.CallStaticVoid(vm_->table.bridge, vm_->table.detach, &argument);
    throw;
  }
}

Slot* JavaThread::Take(uint64_t function, size_t in_size) {
  const uint64_t closings = vm_->functions.closings();
  if (closings != closings_seen_ && depth_ == 0) {
    closings_seen_ = closings;
    if (attached_here_ && vm_->functions.AnyClosed(served_)) {
      Detach();
      Attach(vm_);
    }
  }
  if (attached_here_ && last_served_ != function) {
    if (std::find(served_.begin(), served_.end(), function) == served_.end()) served_.push_back(function);
    last_served_ = function;
  }
  if (slots_.size() == depth_) slots_.push_back(std::make_unique<Slot>());
  Slot* slot = slots_[depth_].get();
  if (slot->object == nullptr || slot->in_size < in_size) MakeSlot(slot, in_size);
  return slot;
}

SlotLease::SlotLease(Vm* vm, uint64_t function, size_t in_size)
    : thread_(JavaThread::Current(vm)), slot_(thread_.Take(function, in_size)) {
  ++thread_.depth_;
}

}  // namespace tandem::java
