// Short, plain events in one pass.
#ifndef TANDEM_PYTHON_PLAIN_JSON_H_
#define TANDEM_PYTHON_PLAIN_JSON_H_

#include <cstddef>
#include <cstdint>

#include "key_cache.h"
#include "python.h"

namespace tandem::python {

// Up to this size one pass beats an index of the whole text.
inline constexpr size_t kPlainSize = 512;

// Builds the objects of JSON whose texts are ASCII without escapes and whose numbers are integers of at most 18 digits.
// A new reference; NULL without the error indicator: something else, which says nothing about the text; NULL with it:
// out of memory. `data` is followed by TANDEM_PAYLOAD_PADDING readable bytes. Runs no user code but what a collection
// of garbage runs.
PyObject* ReadPlain(KeyCache& keys, const uint8_t* data, size_t size);

}  // namespace tandem::python

#endif  // TANDEM_PYTHON_PLAIN_JSON_H_
