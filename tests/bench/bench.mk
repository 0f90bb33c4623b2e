# SPDX-License-Identifier: BSD-2-Clause
#
# Included by Makefile.am. Built by `make bench` alone, never by `make` or `make check`.

EXTRA_PROGRAMS = \
	tests/bench/bench \
	tests/bench/client \
	tests/bench/delay_line \
	tests/bench/raw_send

tests_bench_bench_SOURCES = \
	tests/bench/allocations.c \
	tests/bench/allocations.h \
	tests/bench/bench.c \
	tests/bench/bench.h \
	tests/bench/bench_access_line.c \
	tests/bench/bench_base64.c \
	tests/bench/bench_catalogue.c \
	tests/bench/bench_filter.c \
	tests/bench/bench_histogram.c \
	tests/bench/bench_range.c \
	tests/bench/bench_request.c \
	tests/bench/bench_response_head.c \
	tests/bench/bench_sampler.c \
	tests/bench/bench_trace.c \
	tests/bench/versus.c \
	tests/bench/versus.h
tests_bench_bench_LDADD = libtiffd.a $(LIBRARIES_USED) -lm

tests_bench_client_SOURCES = \
	tests/bench/client.c \
	tests/bench/reply.c \
	tests/bench/reply.h \
	tests/bench/samples.c \
	tests/bench/samples.h \
	tests/bench/seconds.c \
	tests/bench/seconds.h
tests_bench_client_LDADD = -lm

tests_bench_raw_send_SOURCES = tests/bench/raw_send.c
tests_bench_raw_send_LDADD =

tests_bench_delay_line_SOURCES = tests/bench/delay_line.c
tests_bench_delay_line_LDADD =

bench: $(EXTRA_PROGRAMS)
CLEANFILES += $(EXTRA_PROGRAMS)
.PHONY: bench
