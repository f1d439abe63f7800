// Invokes a Java and a Python handler: embed-go HELLO_JAVA_JAR DEPLOYMENT_PACKAGE_ZIP
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"tandem"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("embed-go: two packages, please")
	}
	runtime, err := tandem.New(tandem.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer runtime.Close()
	call(runtime, "example.Hello::myHandler", os.Args[1], "123")
	call(runtime, "hello_python.my_handler", os.Args[2], `{"first_name": "Ada", "last_name": "Lovelace"}`)
}

// Prints what the handler answers, and ends the program where there is no answer.
func call(runtime *tandem.Runtime, handler, code, event string) {
	// The first calls are slow on a busy machine.
	function, err := runtime.Load(handler, code, tandem.LoadOptions{Timeout: 30 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	defer function.Close()
	answer, err := function.Invoke(context.Background(), []byte(event))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", answer)
}
