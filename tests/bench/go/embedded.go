// SPDX-License-Identifier: BSD-2-Clause

// Embedded reads the object from the program itself; embed.FS gives out a copy a request.
package main

import (
	"embed"
	"log"
	"net/http"
	"os"
	"strconv"
)

//go:embed body
var files embed.FS

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: embedded ADDRESS")
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
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
