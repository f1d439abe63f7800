// Event bytes to Python objects, for the events whose objects are beyond doubt.
#ifndef TANDEM_PYTHON_UNMARSHAL_H_
#define TANDEM_PYTHON_UNMARSHAL_H_

#include <simdjson.h>

#include <cstdint>

#include "key_cache.h"
#include "python.h"

namespace tandem::python {

// How deep the fast paths go; deeper values are the slow path's, whose limit is the interpreter's recursion limit.
inline constexpr size_t kFastDepth = 200;

// A JSON parser of one thread.
// Threads: one at a time, with the GIL. Owns: simdjson's buffers, kept between events up to kKeptCapacity.
class Unmarshaller {
 public:
  // The event as a new reference. NULL without the error indicator: not for the fast path (bad JSON, big integers, lone
  // surrogates, too deep ...), the slow path decides. NULL with it: out of memory. `data` is followed by
  // TANDEM_PAYLOAD_PADDING readable bytes.
  PyObject* Parse(KeyCache& keys, const uint8_t* data, size_t size);

 private:
  static constexpr size_t kKeptCapacity = size_t{1} << 20;

  simdjson::dom::parser parser_;
  bool busy_ = false;  // a collection during the building of an event may run code that comes back here
};

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_UNMARSHAL_H_
