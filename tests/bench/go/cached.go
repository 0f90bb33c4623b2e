// SPDX-License-Identifier: BSD-2-Clause

// Cached holds the object in memory, read once before the first request.
package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"strconv"
)

func main() {
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: cached [-cpuprofile FILE] [-memprofile FILE] ADDRESS FILE")
	}
	body, err := os.ReadFile(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	length := strconv.Itoa(len(body))
	http.HandleFunc("/tiff", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", length)
		w.Write(body)
	})
	serve(flag.Arg(0))
}
