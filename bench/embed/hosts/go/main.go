// Calls a handler as bench/embed asks it to: bench-embed LANGUAGE HANDLER CODE VM EVENT_FILE BATCH
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"tandem"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 7 {
		log.Fatal("bench-embed: six arguments, please")
	}
	language, handler, code, machine := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	event := must(os.ReadFile(os.Args[5]))
	batch := must(strconv.Atoi(os.Args[6]))
	runtime := must(tandem.New(tandem.Options{Languages: map[string]map[string]string{language: {"path": machine}}}))
	defer runtime.Close()
	// Java has to be in a worker process, where less memory than this is a JVM without its second compiler.
	options := tandem.LoadOptions{Runtime: language, Timeout: 30 * time.Second, MemorySizeMB: 512}
	if language == "python" {
		options.Isolation = tandem.Inline
	}
	function := must(runtime.Load(handler, code, options))
	first := must(function.Invoke(context.Background(), event))
	fmt.Printf("%s\n", first)
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		seconds := must(strconv.ParseFloat(asked.Text(), 64))
		calls, taken := round(function, event, first, batch, time.Duration(seconds*float64(time.Second)))
		fmt.Println(calls, taken.Nanoseconds())
	}
}

// Calls for about so long, in batches, between which answers are compared outside of the time.
func round(function *tandem.Function, event, first []byte, batch int, atLeast time.Duration) (int, time.Duration) {
	answers := make([][]byte, batch)
	calls, taken := 0, time.Duration(0)
	for taken < atLeast {
		begin := time.Now()
		for i := range answers {
			answers[i] = must(function.Invoke(context.Background(), event))
		}
		taken += time.Since(begin)
		for _, answer := range answers {
			if !bytes.Equal(answer, first) {
				log.Fatalf("bench-embed: another answer than the first: %.200s", answer)
			}
		}
		calls += batch
	}
	return calls, taken
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal("bench-embed: ", err)
	}
	return value
}
