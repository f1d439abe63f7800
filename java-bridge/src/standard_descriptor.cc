#include "standard_descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace tandem::java {

void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
      continue;
    }
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

// Reads the pipe. Lives for as long as somebody can write to it. Owns: both descriptors.
class StandardDescriptor::Pump {
 public:
  Pump(int from, int to, Keep keep) : from_(from), to_(to), keep_(keep) {
    fstat(from, &pipe_);
    kept_.reserve(kRoom);
    unfinished_.reserve(kRoom);
  }
  ~Pump() {
    close(from_);
    close(to_);
  }
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  int to() const { return to_; }

  // Whether a descriptor leads to the pipe.
  bool IsEndOf(int descriptor) const {
    struct stat now {};
    return fstat(descriptor, &now) == 0 && now.st_ino == pipe_.st_ino && now.st_dev == pipe_.st_dev;
  }

  void Run() {
    pollfd readable{from_, POLLIN, 0};
    do {
      poll(&readable, 1, -1);
    } while (Drain());
  }

  std::string Release() {
    Drain();
    const std::scoped_lock lock(mutex_);
    if (!unfinished_.empty()) Sort(unfinished_);
    unfinished_.clear();
    keep_ = nullptr;
    return std::exchange(kept_, std::string());
  }

 private:
  // Takes what is in the pipe; false at its end.
  bool Drain() {
    const std::scoped_lock lock(mutex_);
    for (;;) {
      std::array<char, 4096> buffer;
      // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): it does not block
      const ssize_t size = read(from_, buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return size < 0 && errno == EAGAIN;
      Take(std::string_view(buffer.data(), static_cast<size_t>(size)));
    }
  }

  // Memory may be what the VM has too little of: a text that finds no room is passed on at once.
  void Take(std::string_view text) {
    if (keep_ == nullptr) return WriteAll(to_, text);
    if (text.size() > unfinished_.capacity() - unfinished_.size()) {
      WriteAll(to_, unfinished_);
      unfinished_.clear();
      return WriteAll(to_, text);
    }
    unfinished_ += text;
    size_t from = 0;
    for (size_t end = unfinished_.find('\n'); end != std::string::npos; end = unfinished_.find('\n', from)) {
      Sort(std::string_view(unfinished_).substr(from, end + 1 - from));
      from = end + 1;
    }
    unfinished_.erase(0, from);
  }

  void Sort(std::string_view line) {
    if (keep_(line) && line.size() <= kept_.capacity() - kept_.size()) {
      kept_ += line;
    } else {
      WriteAll(to_, line);
    }
  }

  static constexpr size_t kRoom = 32u << 10;

  const int from_;
  const int to_;
  struct stat pipe_ {};
  std::mutex mutex_;
  Keep keep_;  // null: pass on everything
  std::string kept_;
  std::string unfinished_;
};

namespace {

// A thread that leaves the process's signals to the others.
template <typename F>
bool StartThread(F&& body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = true;
  try {
    std::thread(std::forward<F>(body)).detach();
  } catch (const std::exception&) {
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

// Makes `descriptor` lead to where `to` does, and be closed on exec as before.
bool Redirect(int to, int descriptor) {
  const int flags = fcntl(descriptor, F_GETFD);
  return flags >= 0 && dup3(to, descriptor, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) >= 0;
}

}  // namespace

StandardDescriptor::StandardDescriptor(int descriptor, Keep keep) : descriptor_(descriptor) {
  const int to = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  if (to < 0) return;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    close(to);
    return;
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  try {
    pump_ = std::make_shared<Pump>(ends[0], to, keep);
  } catch (const std::bad_alloc&) {
    for (const int open : {to, ends[0], ends[1]}) close(open);
    return;
  }
  if (!StartThread([pump = pump_] { pump->Run(); }) || !Redirect(ends[1], descriptor)) pump_.reset();
  close(ends[1]);
}

std::string StandardDescriptor::Restore() {
  if (pump_ == nullptr) return std::string();
  if (pump_->IsEndOf(descriptor_)) Redirect(pump_->to(), descriptor_);
  std::string kept = pump_->Release();
  pump_.reset();
  return kept;
}

}  // namespace tandem::java
