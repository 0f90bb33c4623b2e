// SPDX-License-Identifier: BSD-2-Clause

// Streaming reads the object from its file for every request, 1 KiB at a time, and does not
// announce its length.
package main

import (
	"flag"
	"io"
	"log"
	"net/http"
	"os"
)

func copyInPieces(w io.Writer, file io.Reader) error {
	piece := make([]byte, 1024)
	for {
		count, err := file.Read(piece)
		if _, failed := w.Write(piece[:count]); failed != nil {
			return failed
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func main() {
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: streaming [-cpuprofile FILE] [-memprofile FILE] ADDRESS FILE")
	}
	http.HandleFunc("/tiff", func(w http.ResponseWriter, r *http.Request) {
		file, err := os.Open(flag.Arg(1))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer file.Close()
		w.Header().Set("Content-Type", "text/plain")
		if copyInPieces(w, file) != nil {
			panic(http.ErrAbortHandler)
		}
	})
	serve(flag.Arg(0))
}
