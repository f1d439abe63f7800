package tandem

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The packages that the tests of all hosts invoke.
func packages(t testing.TB, language string) string {
	folder := os.Getenv("TANDEM_TEST_PACKAGES")
	if folder == "" {
		t.Fatal("TANDEM_TEST_PACKAGES is not set: it names the folder with the packages")
	}
	return filepath.Join(folder, language)
}

func languages() map[string]map[string]string {
	settings := map[string]map[string]string{}
	for language, variable := range map[string]string{"java": "TANDEM_TEST_JAVA_HOME", "python": "TANDEM_TEST_PYTHON"} {
		if path := os.Getenv(variable); path != "" {
			settings[language] = map[string]string{"path": path}
		}
	}
	return settings
}

func newRuntime(t testing.TB, options Options) *Runtime {
	t.Helper()
	options.Languages = languages()
	made, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := made.Close(); err != nil {
			t.Error(err)
		}
	})
	return made
}

var hosted = []string{"java", "python"}

func javaName(name string) string {
	words := strings.Split(name, "_")
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}

func load(t testing.TB, made *Runtime, language, handler string, options LoadOptions) *Function {
	t.Helper()
	if options.Timeout == 0 {
		options.Timeout = 2 * time.Minute
	}
	name := "handlers." + handler
	if language == "java" {
		name = "capi.Handlers::" + javaName(handler)
	}
	function, err := made.Load(name, packages(t, language), options)
	if err != nil {
		t.Fatal(err)
	}
	return function
}

// inEach runs a test in each language, in the isolation that is the default, and says which that is.
func inEach(t *testing.T, test func(t *testing.T, language string)) {
	for _, language := range hosted {
		language := language
		t.Run(language+"/process", func(t *testing.T) { test(t, language) })
	}
}

func TestWhatIsLargeGoesInAndOut(t *testing.T) {
	inEach(t, func(t *testing.T, language string) {
		echo := load(t, newRuntime(t, Options{}), language, "echo", LoadOptions{})
		if err := echo.Prepare(); err != nil {
			t.Error(err)
		}
		for _, size := range []int{1, 65_535, 65_536, 1_000_000} {
			want := strings.Repeat("x", size)
			var answer string
			if err := echo.Call(context.Background(), want, &answer); err != nil || answer != want {
				t.Errorf("%d: %d, %v", size, len(answer), err)
			}
		}
	})
}

func TestAFunctionErrorSaysWhatFailed(t *testing.T) {
	fail := load(t, newRuntime(t, Options{}), "python", "fail", LoadOptions{})
	_, err := fail.Invoke(context.Background(), []byte(`{"name": "Ada"}`))
	var failed *FunctionError
	if !errors.As(err, &failed) || err.Error() != "KeyError: 'Ada'" || !json.Valid(failed.Payload) {
		t.Errorf("%#v", err)
	}
}

func TestFaultsAreErrorsWithACode(t *testing.T) {
	made := newRuntime(t, Options{})
	for _, fault := range []struct {
		handler, code string
		options       LoadOptions
		want          Code
	}{
		{"handlers.greet", "/nowhere/at/all.zip", LoadOptions{}, NotFound},
		{"handlers.greet", packages(t, "python"), LoadOptions{Runtime: "cobol85"}, InvalidArgument},
		{"handlers.greet", packages(t, "python"), LoadOptions{Timeout: time.Minute, MemorySizeMB: -1}, InvalidArgument},
		{"handlers.greet", packages(t, "python"), LoadOptions{Isolation: Inline}, InvalidArgument},
		{"capi.Handlers::greet", packages(t, "java"), LoadOptions{Isolation: Inline, Runtime: "java"}, InvalidArgument},
		{"handlers.greet", packages(t, "python"),
			LoadOptions{Isolation: Inline, Runtime: "python", Variables: map[string]string{"A": "b"}}, InvalidArgument},
	} {
		_, err := made.Load(fault.handler, fault.code, fault.options)
		var failed *Error
		if !errors.As(err, &failed) || failed.Code != fault.want || failed.Message == "" {
			t.Errorf("%+v: %v", fault, err)
		}
	}
	if _, err := New(Options{LoaderDirs: []string{"/nowhere"}}); err == nil {
		t.Error("loaders that are not there")
	}
}

func TestAResponseStreams(t *testing.T) {
	inEach(t, func(t *testing.T, language string) {
		stream := load(t, newRuntime(t, Options{}), language, "stream", LoadOptions{})
		for i := 0; i < 3; i++ {
			reader := stream.Stream(context.Background(), []byte("{}"))
			first := make([]byte, 4)
			if _, err := io.ReadFull(reader, first); err != nil || string(first) != "one " {
				t.Fatalf("%q, %v", first, err)
			}
			rest, err := io.ReadAll(reader)
			if err != nil || string(rest) != "two three" {
				t.Errorf("%q, %v", rest, err)
			}
			reader.Close()
		}
		left := stream.Stream(context.Background(), []byte("{}"))
		left.Close()
		if _, err := left.Read(make([]byte, 1)); err == nil {
			t.Error("it was closed")
		}
		fail := load(t, stream.runtime, language, "fail", LoadOptions{})
		_, err := io.ReadAll(fail.Stream(context.Background(), []byte(`{"name": "Ada"}`)))
		var failed *FunctionError
		if !errors.As(err, &failed) {
			t.Errorf("%v", err)
		}
	})
}

func TestLogsComeWithTheirInvocation(t *testing.T) {
	inEach(t, func(t *testing.T, language string) {
		var mutex sync.Mutex
		logged := map[string]string{}
		made := newRuntime(t, Options{LogInvocations: true, Log: func(event LogEvent) {
			mutex.Lock()
			defer mutex.Unlock()
			logged[event.RequestID] += event.Text
			if event.Function != "logs" || event.Time.IsZero() || (event.Origin != Note && event.LogStreamName == "") {
				t.Errorf("%+v", event)
			}
		}})
		greet := load(t, made, language, "greet", LoadOptions{Name: "logs"})
		for i := 0; i < 3; i++ {
			id := "request-" + strconv.Itoa(i)
			response, err := greet.InvokeWith(context.Background(), []byte(fmt.Sprintf(`{"name": "N%d"}`, i)),
				InvokeOptions{RequestID: id, LogTail: true})
			if err != nil {
				t.Fatal(err)
			}
			mutex.Lock()
			text := logged[id]
			mutex.Unlock()
			for _, part := range []string{"START RequestId: " + id, fmt.Sprintf("greeting N%d\n", i), "END RequestId: " + id} {
				if !strings.Contains(text, part) || !strings.Contains(response.LogTail, part) {
					t.Errorf("no %q in %q", part, text)
				}
			}
			if response.RequestID != id || response.ContentType != "application/json" {
				t.Errorf("%+v", response)
			}
		}
	})
}

// The context's end is told at once; the handler, who does not listen, is ended by its function's timeout.
func TestAContextEndsTheWait(t *testing.T) {
	inEach(t, func(t *testing.T, language string) {
		made := newRuntime(t, Options{})
		wait := load(t, made, language, "wait_forever", LoadOptions{Timeout: 3 * time.Second})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := wait.Invoke(ctx, []byte("{}")); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		event := []byte("{}")
		_, err := wait.Invoke(ctx, event)
		copy(event, "xx") // it is the caller's again
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		_, err = wait.Invoke(context.Background(), []byte("{}"))
		var failed *FunctionError
		if !errors.As(err, &failed) || failed.Type != "Sandbox.Timedout" {
			t.Errorf("%v", err)
		}
	})
}

// A case of the suite that all hosts have: tests/bindings/README.md.
type hostCase struct {
	Name           string
	Package        string
	Handler        string
	Event          json.RawMessage
	Payload        json.RawMessage
	Error          *struct{ Type, Message, Frame string }
	Stream         *string
	Log            string
	Callers        int
	MaxConcurrency int `json:"max_concurrency"`
}

func hostCases(t *testing.T) []hostCase {
	text, err := os.ReadFile(os.Getenv("TANDEM_TEST_CASES"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []hostCase
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	return cases
}

// sameJSON compares values, and numbers by their digits.
func sameJSON(t *testing.T, one, other []byte) bool {
	t.Helper()
	values := make([]any, 2)
	for i, text := range [][]byte{one, other} {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&values[i]); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

func TestTheCasesOfAllHosts(t *testing.T) {
	for _, each := range hostCases(t) {
		each := each
		t.Run(each.Name, func(t *testing.T) {
			var mutex sync.Mutex
			logged := ""
			made := newRuntime(t, Options{Log: func(event LogEvent) {
				mutex.Lock()
				defer mutex.Unlock()
				logged += event.Text
			}})
			options := LoadOptions{MaxConcurrency: each.MaxConcurrency, Timeout: NoTimeout, MemorySizeMB: 512}
			if each.Callers > 0 && each.MaxConcurrency == 0 {
				// Callers that meet in one process without a function that takes several: one loaded for each of them.
				options.Isolation, options.Runtime = Inline, "python"
			}
			add := func() *Function {
				function, err := made.Load(each.Handler, packages(t, each.Package), options)
				if err != nil {
					t.Fatal(err)
				}
				return function
			}
			function := add()
			if each.Callers > 0 {
				meet(t, each, function, add, options.Isolation == Inline)
				return
			}
			each.check(t, function)
			mutex.Lock()
			defer mutex.Unlock()
			if !strings.Contains(logged, each.Log) {
				t.Errorf("no %q in %q", each.Log, logged)
			}
		})
	}
}

func (c *hostCase) check(t *testing.T, function *Function) {
	if c.Stream != nil {
		read, err := io.ReadAll(function.Stream(context.Background(), c.Event))
		if err != nil || string(read) != *c.Stream {
			t.Errorf("%q, %v", read, err)
		}
		return
	}
	payload, err := function.Invoke(context.Background(), c.Event)
	if c.Error == nil {
		if err != nil || !sameJSON(t, payload, c.Payload) {
			t.Errorf("%q, %v", payload, err)
		}
		return
	}
	var failed *FunctionError
	if !errors.As(err, &failed) || failed.Type != c.Error.Type || failed.Message != c.Error.Message ||
		!strings.Contains(strings.Join(failed.StackTrace, "\n"), c.Error.Frame) {
		t.Errorf("%#v", err)
	}
}

func meet(t *testing.T, c hostCase, function *Function, add func() *Function, eachItsOwn bool) {
	errs := make(chan error, c.Callers)
	for i := 0; i < c.Callers; i++ {
		if eachItsOwn && i > 0 {
			function = add()
		}
		go func(function *Function) {
			payload, err := function.Invoke(context.Background(), c.Event)
			if err == nil && !bytes.Equal(payload, c.Payload) {
				err = fmt.Errorf("%q", payload)
			}
			errs <- err
		}(function)
	}
	for i := 0; i < c.Callers; i++ {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsClosedSaysSo(t *testing.T) {
	made := newRuntime(t, Options{})
	greet := load(t, made, "python", "greet", LoadOptions{})
	other := load(t, made, "python", "greet", LoadOptions{})
	event := []byte(`{"name": "Ada"}`)
	if _, err := greet.Invoke(context.Background(), event); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 2; i++ {
		if err := greet.Close(); err != nil {
			t.Error(err)
		}
		if _, err := greet.Invoke(context.Background(), event); err != ErrClosed {
			t.Errorf("%v", err)
		}
	}
	if greet.Prepare() != ErrClosed || greet.Warning() != "" {
		t.Error("it is closed")
	}
	if _, err := other.Invoke(context.Background(), event); err != nil {
		t.Error(err)
	}
	for i := 0; i < 2; i++ {
		if err := made.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := other.Invoke(context.Background(), event); err != ErrClosed {
		t.Errorf("%v", err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	if _, err := made.Load("handlers.greet", packages(t, "python"), LoadOptions{}); err != ErrClosed {
		t.Errorf("%v", err)
	}
}

// Close waits for what runs, which others begin while it does.
func TestCloseMeetsInvocations(t *testing.T) {
	for i := 0; i < 5; i++ {
		made := newRuntime(t, Options{})
		greet := load(t, made, "python", "greet", LoadOptions{})
		if err := greet.Prepare(); err != nil {
			t.Fatal(err)
		}
		var callers sync.WaitGroup
		begun := make(chan struct{}, 64)
		for k := 0; k < 8; k++ {
			callers.Add(1)
			go func() {
				defer callers.Done()
				for {
					_, err := greet.Invoke(context.Background(), []byte(`{"name": "Ada"}`))
					if err == ErrClosed {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					select {
					case begun <- struct{}{}:
					default:
					}
				}
			}()
		}
		<-begun
		if i%2 == 0 {
			greet.Close()
		} else {
			made.Close()
		}
		callers.Wait()
	}
}

func TestTwoRuntimesLiveSideBySide(t *testing.T) {
	one, two := newRuntime(t, Options{}), newRuntime(t, Options{})
	java, python := load(t, one, "java", "greet", LoadOptions{}), load(t, two, "python", "greet", LoadOptions{})
	for i := 0; i < 3; i++ {
		for _, function := range []*Function{java, python} {
			if _, err := function.Invoke(context.Background(), []byte(`{"name": "Ada"}`)); err != nil {
				t.Error(err)
			}
		}
	}
	one.Close()
	if _, err := python.Invoke(context.Background(), []byte(`{"name": "Ada"}`)); err != nil {
		t.Error(err)
	}
}

// In the program's own process, as its pid shows, which is not the default.
func TestInlinePythonIsInThisProcess(t *testing.T) {
	folder := t.TempDir()
	source := "import os\n\ndef pid(event, context):\n    return os.getpid()\n"
	if err := os.WriteFile(filepath.Join(folder, "here.py"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	made := newRuntime(t, Options{})
	for isolation, here := range map[Isolation]bool{Inline: true, Process: false} {
		function, err := made.Load("here.pid", folder, LoadOptions{Isolation: isolation, Runtime: "python", Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		var pid int
		if err := function.Call(context.Background(), nil, &pid); err != nil {
			t.Fatal(err)
		}
		if (pid == os.Getpid()) != here {
			t.Errorf("isolation %d: pid %d", isolation, pid)
		}
	}
}

// Go's own signals go on while both languages work: what it catches, its children, a nil pointer that it recovers from,
// its collector and its scheduler, which preempt by signals.
func TestGoKeepsItsSignals(t *testing.T) {
	made := newRuntime(t, Options{})
	var functions []*Function
	for _, language := range hosted {
		function := load(t, made, language, "greet", LoadOptions{})
		if err := function.Prepare(); err != nil {
			t.Fatal(err)
		}
		functions = append(functions, function)
	}
	caught := make(chan os.Signal, 1000)
	signal.Notify(caught, syscall.SIGUSR1)
	defer signal.Stop(caught)
	done := make(chan struct{})
	var callers sync.WaitGroup
	for _, function := range functions {
		for i := 0; i < 4; i++ {
			callers.Add(1)
			go func(function *Function) {
				defer callers.Done()
				for k := 0; k < 100; k++ {
					if _, err := function.Invoke(context.Background(), []byte(`{"name": "Ada"}`)); err != nil {
						t.Error(err)
					}
				}
			}(function)
		}
	}
	go func() {
		callers.Wait()
		close(done)
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		<-caught
		if output, err := exec.Command("echo", "child").Output(); err != nil || !bytes.Equal(output, []byte("child\n")) {
			t.Fatalf("%q, %v", output, err)
		}
		if !recovers() {
			t.Fatal("no panic from a nil pointer")
		}
		runtime.GC()
	}
}

func recovers() (recovered bool) {
	defer func() { recovered = recover() != nil }()
	var nothing *Response
	return nothing.Payload == nil
}

// Resident memory, after the first part of many calls and after all of them.
func TestMemoryIsFlat(t *testing.T) {
	part := 5000
	if os.Getenv("TANDEM_TEST_EXTENT") == "all" {
		part = 25_000
	}
	greet := load(t, newRuntime(t, Options{}), "python", "greet", LoadOptions{})
	event := []byte(`{"name": "` + strings.Repeat("x", 1000) + `"}`)
	resident := func() int {
		runtime.GC()
		text, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			t.Fatal(err)
		}
		pages, err := strconv.Atoi(strings.Fields(string(text))[1])
		if err != nil {
			t.Fatal(err)
		}
		return pages * os.Getpagesize()
	}
	before := 0
	for i := 0; i < 4; i++ {
		for k := 0; k < part; k++ {
			ctx, cancel := context.WithCancel(context.Background())
			if _, err := greet.Invoke(ctx, event); err != nil {
				t.Fatal(err)
			}
			cancel()
		}
		if i == 0 {
			before = resident()
		}
	}
	// A leak of the event each would be 15 MiB, and five times as much in the long form.
	if grown := resident() - before; grown > 6<<20 {
		t.Errorf("%d bytes more after %d calls", grown, 3*part)
	}
}
