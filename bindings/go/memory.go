package tandem

/*
#include <stdlib.h>
#include <tandem/tandem.h>
*/
import "C"

import "unsafe"

// memory is C's, which structs that C reads may point to. It is freed as a whole.
type memory []unsafe.Pointer

func (m *memory) free() {
	for _, pointer := range *m {
		C.free(pointer)
	}
	*m = nil
}

func (m *memory) allocate(size C.size_t) unsafe.Pointer {
	pointer := C.calloc(1, size)
	*m = append(*m, pointer)
	return pointer
}

func (m *memory) bytes(data []byte) C.tandem_bytes {
	if len(data) == 0 {
		return C.tandem_bytes{}
	}
	pointer := C.CBytes(data)
	*m = append(*m, pointer)
	return C.tandem_bytes{data: (*C.char)(pointer), size: C.size_t(len(data))}
}

func (m *memory) text(text string) C.tandem_bytes { return m.bytes([]byte(text)) }

func goBytes(bytes C.tandem_bytes) []byte {
	// C.GoBytes takes a length of 31 bits.
	copied := make([]byte, int(bytes.size))
	copy(copied, unsafe.Slice((*byte)(unsafe.Pointer(bytes.data)), int(bytes.size)))
	return copied
}

func goText(bytes C.tandem_bytes) string { return string(goBytes(bytes)) }
