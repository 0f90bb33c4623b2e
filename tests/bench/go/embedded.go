// SPDX-License-Identifier: BSD-2-Clause

// Embedded reads the object from the program itself; embed.FS gives out a copy a request.
package main

import (
	"embed"
	"flag"
	"log"
	"net/http"
	"strconv"
)

//go:embed body
var files embed.FS

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: embedded [-cpuprofile FILE] [-memprofile FILE] ADDRESS")
	}
	http.HandleFunc("/tiff", func(w http.ResponseWriter, r *http.Request) {
		body, err := files.ReadFile("body")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	})
	serve(flag.Arg(0))
}
