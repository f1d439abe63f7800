package tandem

/*
#cgo pkg-config: tandem
#include <stdlib.h>
#include <tandem/tandem.h>
*/
import "C"

import (
	"runtime/cgo"
	"sync"
	"time"
	"unsafe"
)

// Version is libtandem's, such as "0.1.0".
func Version() string { return C.GoString(C.tandem_version()) }

// Options is how a Runtime is made. The zero value is usable.
type Options struct {
	// Log takes what functions log, from several goroutines at a time, until Close has returned. nil: logs are dropped.
	// It must not call the package, and must wait for nobody who does.
	Log func(LogEvent)
	// LogInvocations has START, END and REPORT logged.
	LogInvocations bool
	// Languages has the settings of languages by their names: {"java": {"path": a JDK's home}, "python": {"path": an
	// interpreter or a virtual environment}}.
	Languages map[string]map[string]string
	// LoaderDirs: none is TANDEM_LOADER_PATH and those beside libtandem.
	LoaderDirs []string
	// CacheDir is for unpacked packages; empty: the user's.
	CacheDir string
	// StrictRuntimes refuses a runtime identifier that the machine lacks; else a newer one serves.
	StrictRuntimes bool
	// MostWorkers at a time, and of one function; 0: 64 and 16.
	MostWorkers            int
	MostWorkersPerFunction int
	// WorkerIdle is after which an idle worker is ended; 0: five minutes.
	WorkerIdle time.Duration
}

// users counts who uses a handle, which nobody may while it ends.
type users struct {
	mutex  sync.Mutex
	left   sync.Cond
	count  int
	closed bool
}

func (u *users) enter() bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.closed {
		return false
	}
	u.count++
	return true
}

// again is enter for somebody who is in already.
func (u *users) again() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.count++
}

func (u *users) leave() {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.count--
	if u.count == 0 && u.left.L != nil {
		u.left.Broadcast()
	}
}

// close waits until nobody is left; false: somebody else has closed it, or does.
func (u *users) close() bool {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.closed {
		return false
	}
	u.closed = true
	u.left.L = &u.mutex
	for u.count > 0 {
		u.left.Wait()
	}
	return true
}

// Runtime holds functions. Any goroutine may use it, at the same time as others.
type Runtime struct {
	users     users
	handle    *C.tandem_runtime
	log       cgo.Handle
	mutex     sync.Mutex
	functions map[*Function]struct{}
}

// New makes a runtime; no language starts before its first function needs it.
func New(options Options) (*Runtime, error) {
	var memory memory
	defer memory.free()
	set := (*C.tandem_runtime_options)(memory.allocate(C.sizeof_tandem_runtime_options))
	*set = C.tandem_runtime_defaults()
	if count := len(options.LoaderDirs); count > 0 {
		set.loader_dirs = memory.texts(options.LoaderDirs)
		set.loader_dirs_size = C.size_t(count)
	}
	memory.setLanguages(set, options.Languages)
	set.cache_dir = memory.text(options.CacheDir)
	set.most_workers = C.size_t(options.MostWorkers)
	set.most_workers_per_function = C.size_t(options.MostWorkersPerFunction)
	set.worker_idle_ms = C.int64_t(options.WorkerIdle.Milliseconds())
	set.platform_logs = flag(options.LogInvocations)
	set.strict_runtimes = flag(options.StrictRuntimes)
	runtime := &Runtime{functions: map[*Function]struct{}{}}
	if options.Log != nil {
		runtime.log = cgo.NewHandle(options.Log)
		setLog(set, runtime.log)
	}
	if err := taken(C.tandem_runtime_create(set, &runtime.handle)); err != nil {
		runtime.dropLog()
		return nil, err
	}
	return runtime, nil
}

func (r *Runtime) dropLog() {
	if r.log != 0 {
		r.log.Delete()
		r.log = 0
	}
}

// Close ends the runtime with its functions, and waits for their invocations before. Not from one of their callbacks.
// A second Close does nothing.
func (r *Runtime) Close() error {
	if !r.users.close() {
		return nil
	}
	r.mutex.Lock()
	functions := r.functions
	r.functions = nil
	r.mutex.Unlock()
	for function := range functions {
		function.users.close() // it ends with its runtime
	}
	err := taken(C.tandem_runtime_close(r.handle))
	r.handle = nil
	r.dropLog()
	return err
}

func flag(set bool) C.int32_t {
	if set {
		return 1
	}
	return 0
}

func (m *memory) texts(texts []string) *C.tandem_bytes {
	first := (*C.tandem_bytes)(m.allocate(C.size_t(len(texts)) * C.sizeof_tandem_bytes))
	copies := unsafe.Slice(first, len(texts))
	for i, text := range texts {
		copies[i] = m.text(text)
	}
	return first
}

func (m *memory) setLanguages(set *C.tandem_runtime_options, languages map[string]map[string]string) {
	count := 0
	for _, settings := range languages {
		count += len(settings)
	}
	if count == 0 {
		return
	}
	first := (*C.tandem_language_option)(m.allocate(C.size_t(count) * C.sizeof_tandem_language_option))
	options := unsafe.Slice(first, count)
	at := 0
	for language, settings := range languages {
		for name, value := range settings {
			options[at] = C.tandem_language_option{language: m.text(language), name: m.text(name), value: m.text(value)}
			at++
		}
	}
	set.language_options = first
	set.language_options_size = C.size_t(count)
}
