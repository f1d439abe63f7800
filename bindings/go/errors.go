package tandem

/*
#include <tandem/tandem.h>
*/
import "C"

import "errors"

// Code says what kind of failure an Error is.
type Code int

// The C API's codes.
const (
	InvalidArgument Code = C.TANDEM_CODE_INVALID_ARGUMENT // what the caller gave is wrong
	NotFound        Code = C.TANDEM_CODE_NOT_FOUND        // a named thing does not exist
	Unavailable     Code = C.TANDEM_CODE_UNAVAILABLE      // nothing on this machine can serve the function
	Internal        Code = C.TANDEM_CODE_INTERNAL         // a defect of Tandem, or an exhausted resource
)

// Error is a call that did not do what it is for, for a reason that is not the handler's.
type Error struct {
	Code    Code
	Message string // one line: what failed, and what to do about it
}

func (e *Error) Error() string { return e.Message }

// ErrClosed is what calls have after the Close of their runtime or function.
var ErrClosed = errors.New("tandem: it is closed")

// FunctionError is what a handler failed with: it threw, timed out, could not be found, or its init failed.
type FunctionError struct {
	Type       string   // such as "KeyError", "java.lang.IllegalStateException"
	Message    string   // the handler's own
	StackTrace []string // a frame each
	Payload    []byte   // the error's JSON as the service has it
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// taken is the failure as an error, and ends it; nil for NULL.
func taken(failure *C.tandem_failure) error {
	if failure == nil {
		return nil
	}
	defer C.tandem_failure_free(failure)
	return &Error{Code(C.tandem_failure_code(failure)), C.GoString(C.tandem_failure_message(failure))}
}
