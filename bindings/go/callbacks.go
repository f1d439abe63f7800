package tandem

/*
#include <stdint.h>
#include <tandem/tandem.h>

extern void tandemGoLog(void* arg, tandem_log_event* event);
extern int32_t tandemGoChunk(void* arg, tandem_bytes chunk);

static void tandem_go_set_log(tandem_runtime_options* options, uintptr_t handle) {
  options->log = (tandem_log_callback)tandemGoLog;
  options->log_arg = (void*)handle;
}
static void tandem_go_set_chunk(tandem_invoke_options* options, uintptr_t handle) {
  options->chunk = tandemGoChunk;
  options->chunk_arg = (void*)handle;
}
*/
import "C"

import (
	"runtime/cgo"
	"time"
	"unsafe"
)

// LogEvent is one log event, or a part of one where Text does not end in a newline.
type LogEvent struct {
	Text          string
	Function      string // empty: nobody knows whose it is
	RequestID     string // empty during init
	LogStreamName string
	Time          time.Time
	Origin        Origin
}

// Origin says who has said what is logged.
type Origin int

// The C API's origins.
const (
	FromFunction Origin = C.TANDEM_LOG_ORIGIN_FUNCTION // the handler's own output and log calls
	FromPlatform Origin = C.TANDEM_LOG_ORIGIN_PLATFORM // START, END, REPORT
	Hint         Origin = C.TANDEM_LOG_ORIGIN_HINT     // Tandem's advice on an error
	Note         Origin = C.TANDEM_LOG_ORIGIN_NOTE     // how a function is run, where that is not as usual
)

//export tandemGoLog
func tandemGoLog(arg unsafe.Pointer, event *C.tandem_log_event) {
	log := cgo.Handle(uintptr(arg)).Value().(func(LogEvent))
	log(LogEvent{
		Text:          goText(event.text),
		Function:      goText(event.function_name),
		RequestID:     goText(event.request_id),
		LogStreamName: goText(event.log_stream_name),
		Time:          time.UnixMicro(int64(event.time_us)),
		Origin:        Origin(event.origin),
	})
}

//export tandemGoChunk
func tandemGoChunk(arg unsafe.Pointer, chunk C.tandem_bytes) C.int32_t {
	if cgo.Handle(uintptr(arg)).Value().(func([]byte) bool)(goBytes(chunk)) {
		return 0
	}
	return 1
}

func setLog(options *C.tandem_runtime_options, log cgo.Handle) {
	C.tandem_go_set_log(options, C.uintptr_t(log))
}

func setChunk(options *C.tandem_invoke_options, chunk cgo.Handle) {
	C.tandem_go_set_chunk(options, C.uintptr_t(chunk))
}
