// Bootstrap is a Lambda function in Go that brings its runtime along, with nothing but the standard library: built as
// `bootstrap`, it is a package for the runtime provided.al2023.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
)

// greet is the function: {"name": "Ada"} becomes {"message": "Hello Ada"}.
func greet(event []byte) ([]byte, error) {
	var request struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(event, &request); err != nil {
		return nil, err
	}
	if request.Name == "" {
		return nil, fmt.Errorf("the event has no name")
	}
	log.Printf("greets %s", request.Name)
	return json.Marshal(map[string]string{"message": "Hello " + request.Name})
}

// failure is an error as the Runtime API wants it.
type failure struct {
	Message    string   `json:"errorMessage"`
	Type       string   `json:"errorType"`
	StackTrace []string `json:"stackTrace"`
}

// call runs the function; what it panics with is a failure, too.
func call(function func([]byte) ([]byte, error), event []byte) (response []byte, failed *failure) {
	defer func() {
		if reason := recover(); reason != nil {
			trace := strings.Split(strings.TrimSpace(string(debug.Stack())), "\n")
			failed = &failure{fmt.Sprint(reason), "Go.Panic", trace}
		}
	}()
	response, err := function(event)
	if err != nil {
		return nil, &failure{err.Error(), strings.TrimPrefix(fmt.Sprintf("%T", err), "*"), []string{}}
	}
	return response, nil
}

// client talks to the Runtime API, whose host is this machine: never through a proxy, and without a time limit, as the
// next invocation may be a long time coming.
type client struct {
	base string
	http http.Client
}

func (c *client) next() (id string, event []byte, err error) {
	reply, err := c.http.Get(c.base + "invocation/next")
	if err != nil {
		return "", nil, err
	}
	defer reply.Body.Close()
	event, err = io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode != http.StatusOK {
		err = fmt.Errorf("next: %s: %s", reply.Status, event)
	}
	return reply.Header.Get("Lambda-Runtime-Aws-Request-Id"), event, err
}

func (c *client) post(path string, body []byte, errorType string) error {
	request, err := http.NewRequest(http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if errorType != "" {
		request.Header.Set("Lambda-Runtime-Function-Error-Type", errorType)
	}
	reply, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	answer, err := io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode != http.StatusAccepted {
		log.Printf("%s: %s: %s", path, reply.Status, answer) // such as a response that is too large
	}
	return err
}

func (c *client) report(path string, failed *failure) error {
	body, err := json.Marshal(failed)
	if err != nil {
		return err
	}
	return c.post(path, body, failed.Type)
}

func (c *client) serveOne(function func([]byte) ([]byte, error)) error {
	id, event, err := c.next()
	if err != nil {
		return err
	}
	response, failed := call(function, event)
	if failed != nil {
		return c.report("invocation/"+id+"/error", failed)
	}
	return c.post("invocation/"+id+"/response", response, "")
}

func main() {
	log.SetFlags(0)
	functions := map[string]func([]byte) ([]byte, error){"greet": greet}
	api := client{"http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/",
		http.Client{Transport: &http.Transport{Proxy: nil}}}
	function, known := functions[os.Getenv("_HANDLER")]
	if !known {
		failed := &failure{"there is no function " + os.Getenv("_HANDLER"), "Runtime.HandlerNotFound", []string{}}
		if err := api.report("init/error", failed); err != nil {
			log.Print(err)
		}
		os.Exit(1)
	}
	for {
		if err := api.serveOne(function); err != nil {
			log.Fatal(err)
		}
	}
}
