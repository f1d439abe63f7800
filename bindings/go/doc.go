// Package tandem runs Java and Python handlers in a Go program.
//
// By default a function runs in worker processes of its own (Process), which libtandem starts and ends: the Go
// program has no Java or Python in it, and no handler can take it along. Inline runs the handler in the Go program's own
// process. That is for Python alone: HotSpot stops and starts threads, and finds null pointers, by signals for which it
// installs handlers of its own, and Go's handlers and its small alternate signal stacks are not made to be shared with it:
// Load refuses Inline
// where no runtime of Python is named.
//
// It is cgo over the C API (tandem/tandem.h), found by pkg-config: an installed Tandem whose lib/pkgconfig is in
// PKG_CONFIG_PATH.
//
//	runtime, err := tandem.New(tandem.Options{})
//	if err != nil { ... }
//	defer runtime.Close()
//	function, err := runtime.Load("hello_python.my_handler", "deployment-package.zip", tandem.LoadOptions{})
//	if err != nil { ... }
//	answer, err := function.Invoke(ctx, []byte(`{"first_name": "Ada"}`))
//
// An error of a handler is a *FunctionError; everything else that fails is an *Error, or that of the context.
package tandem
