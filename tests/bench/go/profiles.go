// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"syscall"
)

var (
	cpuProfile = flag.String("cpuprofile", "", "write a CPU profile to `FILE` at the end")
	memProfile = flag.String("memprofile", "", "write a profile of allocations to `FILE` at the end")
)

func create(name string) *os.File {
	file, err := os.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	return file
}

func writeAllocations(name string) {
	file := create(name)
	defer file.Close()
	runtime.GC() // so that what is in use is up to date
	if err := pprof.Lookup("allocs").WriteTo(file, 0); err != nil {
		log.Fatal(err)
	}
}

// serve answers until SIGINT or SIGTERM, and then writes the profiles that were asked for.
func serve(address string) {
	if *cpuProfile != "" {
		if err := pprof.StartCPUProfile(create(*cpuProfile)); err != nil {
			log.Fatal(err)
		}
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	go func() { log.Fatal(http.ListenAndServe(address, nil)) }()
	<-ended
	if *cpuProfile != "" {
		pprof.StopCPUProfile()
	}
	if *memProfile != "" {
		writeAllocations(*memProfile)
	}
}
