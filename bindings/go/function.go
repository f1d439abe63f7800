package tandem

/*
#include <tandem/tandem.h>
*/
import "C"

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"runtime/cgo"
	"strings"
	"time"
	"unsafe"
)

// Isolation is where a function's handler runs.
type Isolation int

const (
	// Process: in worker processes of the function's own; the default, which the package's comment gives the reason for.
	Process Isolation = iota
	// Inline: in this process, with its environment and working directory. For Python alone, which LoadOptions.Runtime
	// has to name.
	Inline
)

// NoTimeout lets a function's invocations run as long as they like.
const NoTimeout time.Duration = -1

// LoadOptions is how a function is loaded. The zero value is usable.
type LoadOptions struct {
	Runtime        string        // "java17", "python3.11", or a language's name for the newest; empty: the package decides
	Name           string        // what the handler is told, and logs have; empty: "function"
	Timeout        time.Duration // of each invocation, in whole milliseconds; 0: the template's, or 3 s
	MemorySizeMB   int           // MiB; 0: the template's, or 128
	MaxConcurrency int           // invocations at a time in one process, where the language allows more than one; 0: 1
	Isolation      Isolation
	Variables      map[string]string // the workers' environment; with Inline they are refused: set the program's own
	Layers         []string          // folders of unpacked layers, or archives, absolute paths, in their order
	LogFormat      string            // "Text" or "JSON"; empty: text
	LogLevel       string            // empty: the language's default
}

// Function is a loaded handler. Any goroutine may use it, at the same time as others.
type Function struct {
	runtime *Runtime
	users   users
	handle  *C.tandem_loaded_function
}

// Load unpacks the package, a jar, a zip or a folder, and chooses the runtime; it runs nothing of the user's.
// handler: "example.Hello::myHandler", "hello_python.my_handler".
func (r *Runtime) Load(handler, code string, options LoadOptions) (*Function, error) {
	return r.load(options, func(m *memory, set *C.tandem_load_options, handle **C.tandem_loaded_function) *C.tandem_failure {
		set.handler = m.text(handler)
		set.code = m.text(code)
		return C.tandem_load(r.handle, set, handle)
	})
}

// Template is an AWS SAM or CloudFormation template.
type Template struct {
	Path       string            // of the template, YAML or JSON
	Parameters map[string]string // the template's, instead of their defaults
	Region     string            // AWS::Region; empty: us-east-1
}

// LoadFromTemplate loads a function of a template by its logical ID, else its name; empty: the template's only one. What
// the options say counts instead of what the template says, and their variables beside its own.
func (r *Runtime) LoadFromTemplate(template Template, function string, options LoadOptions) (*Function, error) {
	return r.load(options, func(m *memory, set *C.tandem_load_options, handle **C.tandem_loaded_function) *C.tandem_failure {
		of := (*C.tandem_template_options)(m.allocate(C.sizeof_tandem_template_options))
		*of = C.tandem_template_defaults()
		of.path = m.text(template.Path)
		of.function = m.text(function)
		of.region = m.text(template.Region)
		of.parameters, of.parameters_size = m.variables(template.Parameters)
		return C.tandem_load_from_template(r.handle, of, set, handle)
	})
}

// loading calls C with what the options say in `set`, and what it needs besides in `m`.
type loading func(m *memory, set *C.tandem_load_options, handle **C.tandem_loaded_function) *C.tandem_failure

func (r *Runtime) load(options LoadOptions, call loading) (*Function, error) {
	if !r.users.enter() {
		return nil, ErrClosed
	}
	defer r.users.leave()
	if err := options.check(); err != nil {
		return nil, err
	}
	var memory memory
	defer memory.free()
	set := (*C.tandem_load_options)(memory.allocate(C.sizeof_tandem_load_options))
	*set = C.tandem_load_defaults()
	set.runtime = memory.text(options.Runtime)
	set.name = memory.text(options.Name)
	set.log_format = memory.text(options.LogFormat)
	set.log_level = memory.text(options.LogLevel)
	if count := len(options.Layers); count > 0 {
		set.layers = memory.texts(options.Layers)
		set.layers_size = C.size_t(count)
	}
	set.variables, set.variables_size = memory.variables(options.Variables)
	set.timeout_ms = milliseconds(options.Timeout)
	set.memory_size_mb = C.int32_t(options.MemorySizeMB)
	set.max_concurrency = C.int32_t(options.MaxConcurrency)
	set.isolation = C.TANDEM_ISOLATION_PROCESS
	if options.Isolation == Inline {
		set.isolation = C.TANDEM_ISOLATION_INLINE
	}
	var handle *C.tandem_loaded_function
	if err := taken(call(&memory, set, &handle)); err != nil {
		return nil, err
	}
	function := &Function{runtime: r, handle: handle}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.functions[function] = struct{}{}
	return function, nil
}

func (o *LoadOptions) check() error {
	if o.Isolation == Inline && !strings.HasPrefix(o.Runtime, "python") {
		return &Error{InvalidArgument, "tandem: in a Go program, Inline is for a Runtime of Python, such as \"python\""}
	}
	if o.Isolation == Inline && len(o.Variables) > 0 {
		return &Error{InvalidArgument, "tandem: an inline function has the variables of its program: set those"}
	}
	return nil
}

func milliseconds(timeout time.Duration) C.int64_t {
	if timeout < 0 {
		return C.TANDEM_NO_TIMEOUT
	}
	if timeout > 0 && timeout < time.Millisecond {
		return 1
	}
	return C.int64_t(timeout.Milliseconds())
}

func (m *memory) variables(variables map[string]string) (*C.tandem_variable, C.size_t) {
	if len(variables) == 0 {
		return nil, 0
	}
	first := (*C.tandem_variable)(m.allocate(C.size_t(len(variables)) * C.sizeof_tandem_variable))
	copies := unsafe.Slice(first, len(variables))
	at := 0
	for name, value := range variables {
		copies[at] = C.tandem_variable{name: m.text(name), value: m.text(value)}
		at++
	}
	return first, C.size_t(len(variables))
}

// Warning is what a user should see, such as that a newer runtime serves, a line each; empty: there is nothing.
func (f *Function) Warning() string {
	if !f.users.enter() {
		return ""
	}
	defer f.users.leave()
	return goText(C.tandem_load_warning(f.handle))
}

// Prepare runs the init phase where it has not run: it finds the handler, and runs its static code.
func (f *Function) Prepare() error {
	if !f.users.enter() {
		return ErrClosed
	}
	defer f.users.leave()
	var outcome *C.tandem_outcome
	if err := taken(C.tandem_prepare(f.handle, &outcome)); err != nil {
		return err
	}
	defer C.tandem_outcome_free(outcome)
	_, err := result(outcome)
	return err
}

// Close unloads the function, and waits for its invocations before. Not from one of its callbacks. A second Close, or one
// after the runtime's, does nothing.
func (f *Function) Close() error {
	if !f.runtime.users.enter() {
		return nil // it ends with its runtime
	}
	defer f.runtime.users.leave()
	if !f.users.close() {
		return nil
	}
	f.runtime.mutex.Lock()
	delete(f.runtime.functions, f)
	f.runtime.mutex.Unlock()
	return taken(C.tandem_unload(f.handle))
}

// InvokeOptions is what one invocation has besides its event.
type InvokeOptions struct {
	RequestID       string // at most 63 bytes; empty: a new one
	ClientContext   string // JSON
	CognitoIdentity string // JSON
	TraceID         string
	TenantID        string
	Qualifier       string // ends up in the invoked ARN
	LogTail         bool   // the response has the last 4096 bytes of the invocation's log
}

// Response is what a handler has answered, byte for byte.
type Response struct {
	Payload     []byte
	ContentType string
	RequestID   string
	LogTail     string
}

// Invoke runs the handler with the event, any bytes, JSON for most handlers, and returns what it answers. When the
// context ends first, the handler is asked to yield, and Invoke returns the context's error at once; what the handler
// answers then is lost, and the function's timeout ends one that does not yield.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	response, err := f.InvokeWith(ctx, event, InvokeOptions{})
	if err != nil {
		return nil, err
	}
	return response.Payload, nil
}

// Call invokes the handler with any value that encoding/json can encode, and decodes what it answers into answer, which
// may be nil.
func (f *Function) Call(ctx context.Context, event, answer any) error {
	encoded, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("tandem: the event: %w", err)
	}
	payload, err := f.Invoke(ctx, encoded)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(payload, answer); err != nil {
		return fmt.Errorf("tandem: the answer: %w", err)
	}
	return nil
}

// InvokeWith is Invoke with options, and with all that comes back.
func (f *Function) InvokeWith(ctx context.Context, event []byte, options InvokeOptions) (*Response, error) {
	return f.invoke(ctx, event, options, nil)
}

func (f *Function) invoke(ctx context.Context, event []byte, options InvokeOptions, chunk func([]byte) bool) (*Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !f.users.enter() {
		return nil, ErrClosed
	}
	if ctx.Done() == nil {
		defer f.users.leave()
		return f.run(event, options, chunk)
	}
	if options.RequestID == "" {
		options.RequestID = newRequestID()
	}
	type ended struct {
		response *Response
		err      error
	}
	f.users.again()
	defer f.users.leave()
	event = append([]byte(nil), event...) // the caller may have its own back before the handler has ended
	done := make(chan ended, 1)
	over := make(chan struct{})
	go func() {
		defer f.users.leave()
		response, err := f.run(event, options, chunk)
		close(over)
		done <- ended{response, err}
	}()
	select {
	case result := <-done:
		return result.response, result.err
	case <-ctx.Done():
		f.users.again()
		go f.cancelUntil(over, options.RequestID)
		return nil, ctx.Err()
	}
}

// One that has not begun yet is not cancelled, so it is asked again.
func (f *Function) cancelUntil(over <-chan struct{}, requestID string) {
	defer f.users.leave()
	const pause = 10 * time.Millisecond
	for {
		f.cancel(requestID)
		select {
		case <-over:
			return
		case <-time.After(pause):
		}
	}
}

func (f *Function) cancel(requestID string) {
	var memory memory
	defer memory.free()
	C.tandem_failure_free(C.tandem_cancel(f.handle, memory.text(requestID)))
}

func (f *Function) run(event []byte, options InvokeOptions, chunk func([]byte) bool) (*Response, error) {
	var memory memory
	defer memory.free()
	set := (*C.tandem_invoke_options)(memory.allocate(C.sizeof_tandem_invoke_options))
	*set = C.tandem_invoke_defaults()
	set.request_id = memory.text(options.RequestID)
	set.client_context = memory.text(options.ClientContext)
	set.cognito_identity = memory.text(options.CognitoIdentity)
	set.trace_id = memory.text(options.TraceID)
	set.tenant_id = memory.text(options.TenantID)
	set.qualifier = memory.text(options.Qualifier)
	set.log_tail = flag(options.LogTail)
	if chunk != nil {
		handle := cgo.NewHandle(chunk)
		defer handle.Delete()
		setChunk(set, handle)
	}
	var outcome *C.tandem_outcome
	if err := taken(C.tandem_invoke(f.handle, memory.bytes(event), set, &outcome)); err != nil {
		return nil, err
	}
	defer C.tandem_outcome_free(outcome)
	return result(outcome)
}

func result(outcome *C.tandem_outcome) (*Response, error) {
	payload := goBytes(C.tandem_outcome_payload(outcome))
	if C.tandem_outcome_is_error(outcome) == 0 {
		return &Response{
			Payload:     payload,
			ContentType: goText(C.tandem_outcome_content_type(outcome)),
			RequestID:   goText(C.tandem_outcome_request_id(outcome)),
			LogTail:     goText(C.tandem_outcome_log_tail(outcome)),
		}, nil
	}
	failed := &FunctionError{
		Type:    goText(C.tandem_outcome_error_type(outcome)),
		Message: goText(C.tandem_outcome_error_message(outcome)),
		Payload: payload,
	}
	for at := C.size_t(0); at < C.tandem_outcome_stack_size(outcome); at++ {
		failed.StackTrace = append(failed.StackTrace, goText(C.tandem_outcome_stack_frame(outcome, at)))
	}
	return nil, failed
}

// Stream runs the handler, and its response is read while it is made: of a Java handler with an OutputStream, of a Python
// generator; all others answer in one piece. Reading ends with io.EOF where the handler has succeeded, else with its
// error. It has to be read to its end or closed: Close, or the context's end, asks the handler to yield.
func (f *Function) Stream(ctx context.Context, event []byte) io.ReadCloser {
	reader, writer := io.Pipe()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		response, err := f.invoke(ctx, event, InvokeOptions{}, func(chunk []byte) bool {
			_, err := writer.Write(chunk)
			return err == nil
		})
		if err == nil {
			_, err = writer.Write(response.Payload) // what has not streamed
		}
		writer.CloseWithError(err)
	}()
	return &stream{reader, cancel}
}

type stream struct {
	*io.PipeReader
	cancel context.CancelFunc
}

func (s *stream) Close() error {
	s.cancel()
	return s.PipeReader.Close()
}

// newRequestID is a random one of the service's form.
func newRequestID() string {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		panic(err) // as crypto/rand says, this does not happen
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}
