// The bytes of a response while they are written, and on their way to the host.
#ifndef TANDEM_PYTHON_BUFFER_H_
#define TANDEM_PYTHON_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace tandem::python {

// A growing run of bytes whose room is asked for before it is written.
// Threads: one at a time. Errors: std::bad_alloc.
class Buffer {
 public:
  // Room for `size` more bytes; what is written there counts after Advance.
  char* Reserve(size_t size) {
    if (capacity_ - size_ < size) [[unlikely]]
      Grow(size);
    return data_.get() + size_;
  }
  // What Reserve's pointer may be written to.
  size_t Room() const { return capacity_ - size_; }
  void Advance(const char* end) { size_ = static_cast<size_t>(end - data_.get()); }
  void Append(const char* text, size_t size) {
    char* to = Reserve(size);
    std::memcpy(to, text, size);
    size_ += size;
  }
  void Clear() { size_ = 0; }

  const uint8_t* data() const { return reinterpret_cast<const uint8_t*>(data_.get()); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }

 private:
  void Grow(size_t size) {
    size_t wanted = capacity_ < 1024 ? 1024 : capacity_ * 2;
    while (wanted - size_ < size) wanted *= 2;
    std::unique_ptr<char[]> grown(new char[wanted]);
    if (size_ != 0) std::memcpy(grown.get(), data_.get(), size_);
    data_ = std::move(grown);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_BUFFER_H_
