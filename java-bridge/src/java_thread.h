#ifndef TANDEM_JAVA_BRIDGE_JAVA_THREAD_H_
#define TANDEM_JAVA_BRIDGE_JAVA_THREAD_H_

#include <jni.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "java_table.h"

namespace tandem::java {

// The functions that are open, and a count of closings by which threads notice that one has gone.
class OpenFunctions {
 public:
  uint64_t Add();
  void Remove(uint64_t id);
  uint64_t closings() const { return closings_.load(std::memory_order_acquire); }
  bool AnyClosed(const std::vector<uint64_t>& ids);

 private:
  std::mutex mutex_;
  std::unordered_set<uint64_t> open_;
  uint64_t last_id_ = 0;
  std::atomic<uint64_t> closings_{0};
};

// One invocation's place on a thread: memory shared with the Java half, and the Java object over it.
struct Slot {
  std::unique_ptr<uint8_t[]> in;
  size_t in_size = 0;
  std::unique_ptr<uint8_t[]> out;
  jobject object = nullptr;  // a global reference
};

// The slots of threads that have left the VM by themselves, as those of the VM's own have when they end: there they
// cannot be dropped any more.
class LeftSlots {
 public:
  void Add(std::vector<std::unique_ptr<Slot>> slots) noexcept;
  std::vector<std::unique_ptr<Slot>> Take();

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

// What all threads share: the VM, the table of the Java half, and which functions are open.
struct Vm {
  JavaVM* vm = nullptr;
  JavaTable table;
  OpenFunctions functions;
  LeftSlots left;
};

// A host thread's attachment to the VM: attached once, as a daemon, and detached when the thread ends or says so. One
// that somebody else has attached, or that is the VM's own, may be detached by them at any time between two calls.
// Lifetime: a thread that served a function which has been closed since is attached anew before it serves the next one,
// so that thread-locals of user code do not keep the closed function's classes.
class JavaThread {
 public:
  // The calling thread's attachment. Errors: JavaException when the VM refuses.
  static JavaThread& Current(Vm* vm);
  // Detaches the calling thread if this loader has attached it.
  static void DetachCurrent();

  JavaThread() = default;
  ~JavaThread();
  JavaThread(const JavaThread&) = delete;
  JavaThread& operator=(const JavaThread&) = delete;

  JNIEnv* env() const { return env_; }

 private:
  friend class SlotLease;

  void Attach(Vm* vm);
  // Of one that is not attached here: forgets an attachment that is no more.
  void CheckAttachment();
  void Detach();
  Slot* Take(uint64_t function, size_t in_size);
  void MakeSlot(Slot* slot, size_t in_size);
  void DropSlot(Slot* slot);

  Vm* vm_ = nullptr;
  JNIEnv* env_ = nullptr;
  bool attached_here_ = false;
  size_t depth_ = 0;
  uint64_t closings_seen_ = 0;
  uint64_t last_served_ = 0;
  std::vector<uint64_t> served_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

// Holds the slot for one call into the Java half; calls nested on one thread get slots of their own.
class SlotLease {
 public:
  // `in_size`: how much shared memory the call needs.
  SlotLease(Vm* vm, uint64_t function, size_t in_size);
  ~SlotLease() { --thread_.depth_; }
  SlotLease(const SlotLease&) = delete;
  SlotLease& operator=(const SlotLease&) = delete;

  JNIEnv* env() const { return thread_.env_; }
  Slot* operator->() const { return slot_; }

 private:
  JavaThread& thread_;
  Slot* slot_;
};

constexpr size_t kSlotInSize = 32u << 10;
constexpr size_t kSlotOutSize = 64u << 10;

}  // namespace tandem::java

#endif  // TANDEM_JAVA_BRIDGE_JAVA_THREAD_H_
