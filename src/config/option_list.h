/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option_list: every key of tiffd.ini, once. Feeds the parser, the defaults, the dump, the
 * errors and (through tiffd -T) the check of tiffd.ini and tiffd.ini(5). No guard: included
 * where OPTION is defined.
 *
 * OPTION(section, key, type, preset, minimum, maximum, flags, help)
 *   key      also the name of the field in struct config_SECTION
 *   type     an option_type of type.h; the compiler checks that the field's type fits
 *   preset   the default as written in the file, in its shortest form; "" = not set
 *   range    in the type's base unit: plain numbers, bytes, milliseconds
 *   flags    REQUIRED; INHERITED: from [server]
 */

/* clang-format off */
OPTION(server, listen, listen, "127.0.0.1:8080", 0, 0, 0,
       "addresses to listen on, separated by commas or one a line; *:PORT: all IPv4 addresses")
OPTION(server, workers, workers, "auto", 1, 1024, 0,
       "number of worker processes; auto: one per CPU that this process may use")
OPTION(server, variant, variant, "cached", 0, 0, 0,
       "where the bytes of objects are held, unless an asset says otherwise")
OPTION(server, hosts, hosts, "", 0, 0, 0,
       "names of this server, without ports; requests for others get 421; empty: all are served")
OPTION(server, cors, origins, "", 0, 0, 0,
       "origins whose web pages may read responses, unless an asset says otherwise; * is all")
OPTION(server, mime_types, path, "/etc/mime.types", 0, 0, 0,
       "the list of media types by suffix, as mime.types or globs2; empty: only the built-in ones")
OPTION(server, charset, token, "utf-8", 0, 0, 0,
       "the charset of media types of text that the list says none for; empty: none")
OPTION(server, trusted_proxies, networks, "", 0, 0, 0,
       "proxies trusted to state the client's address: addresses, networks, unix")
OPTION(server, real_ip_header, real_ip_header, "x-forwarded-for", 0, 0, 0,
       "the request field in which they state it; used for the access log only")
OPTION(server, user, user, "", 0, 0, 0,
       "the user that workers run as; empty: the one that started tiffd")
OPTION(server, group, group, "", 0, 0, 0,
       "the group that workers run as, with user; empty: the user's own")
OPTION(server, sandbox, sandbox, "enforce", 0, 0, 0,
       "enforce: processes can do only what their work needs; log: other calls are only logged")
OPTION(server, pid_file, path, "", 0, 0, 0,
       "the file for the master's process id; empty: none")
OPTION(server, control, path, "", 0, 0, 0,
       "the socket for tiffctl; empty: none")
OPTION(server, control_mode, mode, "0600", 0, 0777, 0,
       "the permissions of that socket")
OPTION(server, control_user, user, "", 0, 0, 0,
       "its owner; empty: the user who started tiffd")
OPTION(server, control_group, group, "", 0, 0, 0,
       "its group; empty: that of the user who started tiffd")
OPTION(server, limit_connections, number, "0", 0, 1048576, 0,
       "connections of one client address, above which it gets 429; 0: no limit")
OPTION(server, limit_requests, number, "0", 0, 1048576, 0,
       "responses under way to one client address, above which it gets 429; 0: no limit")
OPTION(server, limit_prefix, number, "64", 1, 128, 0,
       "bits of an IPv6 address that tell one client from another")
OPTION(server, limit_rate, size, "0", 0, 1099511627776, 0,
       "maximum bytes per second of a connection, unless an asset says otherwise; 0: no limit")
OPTION(server, backlog, number, "1024", 1, 65535, 0,
       "length of the accept queue of each address")
OPTION(server, max_header_size, size, "16k", 1024, 65536, 0,
       "maximum bytes of a request header; a longer one is answered with 431")
OPTION(server, max_header_fields, number, "100", 1, 1000, 0,
       "maximum fields of a request header; more are answered with 431")
OPTION(server, max_target_size, size, "8k", 16, 65536, 0,
       "maximum bytes of a request target, up to max_header_size; a longer one gets 414")
OPTION(server, worker_connections, number, "16384", 1, 1048576, 0,
       "connections per worker; above it, an idle one is closed, or the client gets 503")
OPTION(server, max_refused, number, "256", 0, 1048576, 0,
       "connections per worker that were answered with 503 and are closing")
OPTION(server, keepalive_requests, count, "0", 0, 1000000000, 0,
       "requests on one connection before it is closed; 0: no limit")
OPTION(server, max_ranges, number, "16", 1, 1024, 0,
       "ranges per request; with more, the whole object is sent")
OPTION(server, header_timeout, time, "10s", 10, 3600000, 0,
       "time to receive a whole request header")
OPTION(server, keepalive_timeout, time, "1m", 10, 86400000, 0,
       "time a connection may wait for its next request")
OPTION(server, send_timeout, time, "30s", 10, 86400000, 0,
       "time within which a client must accept at least one byte")
OPTION(server, linger_timeout, time, "2s", 0, 60000, 0,
       "time to continue reading after the last response, so that the client receives all of it")
OPTION(server, drain_timeout, time, "30s", 0, 86400000, 0,
       "time for responses in progress to complete at a graceful shutdown")
OPTION(server, drain_delay, time, "0", 0, 3600000, 0,
       "time to keep accepting after SIGTERM or SIGQUIT, while /healthz returns 503")
OPTION(server, reload_timeout, time, "0", 0, 86400000, 0,
       "time for old responses after a reload or upgrade; 0: as long as they make progress")
OPTION(server, reload_order, order, "new_first", 0, 0, 0,
       "old_first: if memory is short, the old content is freed first, with 503 meanwhile")
OPTION(server, watch_delay, time, "500ms", 10, 3600000, 0,
       "time without further changes before files with watch = yes are loaded")
OPTION(server, upgrade_timeout, time, "10m", 10, 86400000, 0,
       "time for a new program to serve after SIGUSR2; otherwise the old one continues")
OPTION(server, drain_rate, size, "1k", 0, 1073741824, 0,
       "minimum bytes per second while draining, averaged over send_timeout; 0: any")
OPTION(server, transmit, transmit, "auto", 0, 0, 0,
       "how bodies are sent: send copies, sendfile and vmsplice pass pages; auto: by load")
OPTION(server, affinity, binding, "none", 0, 0, 0,
       "cpu: worker N is bound to the Nth CPU that this process may use")
OPTION(server, steering, binding, "cpu", 0, 0, 0,
       "cpu: connections that request large bodies move to the worker on the CPU of the request")
OPTION(server, request_id, request_id, "log", 0, 0, 0,
       "identifiers of requests, theirs or new ones: in logs and traces, and in responses")
OPTION(server, max_senders, number, "256", 0, 1048576, 0,
       "connections per worker that send large bodies at the same time; 0: no limit")
OPTION(server, read_threads, number, "4", 1, 64, 0,
       "threads per worker and streamed object that read what is not in memory")
OPTION(server, max_reads, number, "256", 1, 1048576, 0,
       "reads per object and worker that may wait for a thread; above it, 503")
OPTION(server, max_pieces, number, "256", 0, 1048576, 0,
       "pieces from disk that a worker keeps for clients that are not ready for them")
OPTION(server, sndbuf, size, "64k", 0, 16777216, 0,
       "send buffer of connections with a round trip below 0.1 ms; 0: the kernel's choice")
OPTION(server, max_sndbuf, size, "0", 0, 1073741824, 0,
       "maximum send buffer where the kernel's autotuning applies; 0: the kernel's limit")
OPTION(server, rcvbuf, size, "32k", 4096, 16777216, 0,
       "receive buffer of each connection")
OPTION(server, send_max_chunk, size, "1m", 4096, 67108864, 0,
       "maximum bytes sent on one connection before the next one's turn")

OPTION(log, level, level, "notice", 0, 0, 0,
       "lines above this level are dropped")
OPTION(log, client_lines, number, "100", 0, 1000000, 0,
       "lines a second that clients can cause, in each process; 0: all of them")
OPTION(log, file, path, "", 0, 0, 0,
       "the log file; empty: standard error")
OPTION(log, syslog, path, "", 0, 0, 0,
       "the socket of syslogd, such as /dev/log, instead of a file; empty: none")
OPTION(log, syslog_format, syslog_format, "rfc3164", 0, 0, 0,
       "the form of messages to it: rfc3164, which all of them read from /dev/log, or rfc5424")
OPTION(log, syslog_facility, facility, "daemon", 0, 0, 0,
       "the facility of messages to it")
OPTION(log, syslog_tag, tag, "tiffd", 0, 0, 0,
       "the name of the program in messages to it")

OPTION(access_log, file, path, "", 0, 0, 0,
       "the file, or /dev/stdout or /dev/stderr; empty: requests are not logged")
OPTION(access_log, format, format, "combined", 0, 0, 0,
       "format of a line: a name, or text with variables as in nginx")
OPTION(access_log, escape, escape, "default", 0, 0, 0,
       "how values are escaped: default, as in nginx (\\xNN), or for a format that is JSON")
OPTION(access_log, status, statuses, "all", 0, 0, 0,
       "which responses are logged, by the class of their status code")
OPTION(access_log, sample, number, "1", 1, 1000000, 0,
       "one in so many responses with a status code below 400 is logged, and all errors")
OPTION(access_log, buffer, size, "64k", 8192, 16777216, 0,
       "size of a worker's buffer for lines")
OPTION(access_log, flush, time, "1s", 10, 60000, 0,
       "maximum time that a line waits there")

OPTION(profile, cpu, prefix, "", 0, 0, 0,
       "prefix for names of CPU profiles, PREFIX.w0.123.cpu.prof; empty: none are written")
OPTION(profile, heap, prefix, "", 0, 0, 0,
       "the same for heap profiles; allocations are sampled for these and for debug.listen")
OPTION(profile, dir, path, "", 0, 0, 0,
       "directory for relative names of profiles; empty: where tiffd was started")
OPTION(profile, hz, number, "100", 1, 1000, 0,
       "samples per second of CPU time; the kernel's tick is the upper limit")
OPTION(profile, kernel, choice, "no", 0, 0, 0,
       "CPU profiles include functions of the kernel, if it permits that")
OPTION(profile, sample_bytes, size, "64k", 1, 1073741824, 0,
       "average bytes allocated per sample")
OPTION(profile, keep_files, number, "16", 1, 100000, 0,
       "profiles kept per worker and kind, and of replaced generations")
OPTION(profile, interval, time, "0", 0, 86400000, 0,
       "how often profiles are written while workers run; 0: when one ends, and on demand")
OPTION(profile, user, user, "", 0, 0, 0,
       "the owner of profiles; empty: the user who started tiffd")
OPTION(profile, group, group, "", 0, 0, 0,
       "their group; empty: that of profile.user")
OPTION(profile, mode, mode, "0640", 0, 0777, 0,
       "the permissions of profiles, in octal as for chmod(1)")

OPTION(debug, listen, listen, "", 0, 0, 0,
       "where metrics, profiles and traces are served: loopback or unix:/PATH; empty: nowhere")
OPTION(debug, hosts, hosts, "", 0, 0, 0,
       "hosts other than loopback ones that TCP requests there may name in Host and Origin")
OPTION(debug, max_clients, number, "16", 1, 1024, 0,
       "profiles, traces and stacks served there at the same time; above it, 503")
OPTION(debug, trace_events, number, "16384", 0, 4194304, 0,
       "events that a worker keeps for execution traces; 0: none")
OPTION(debug, schedtrace, time, "0", 0, 86400000, 0,
       "how often a line about scheduling goes to standard error; 0: never")
OPTION(debug, alloctrace, time, "0", 0, 86400000, 0,
       "how often a line about memory goes to standard error; 0: never")
OPTION(debug, core, core, "system", 0, 0, 0,
       "core files after a crash: as the system says, off, or on within the hard limit")
OPTION(debug, registers, registers, "on", 0, 0, 0,
       "registers and arguments with the stack of a crash, and with stacks on demand")

OPTION(asset, file, path, "", 0, 0, OPTION_REQUIRED,
       "the object; for the embedded variant its base name is looked up in the program")
OPTION(asset, limit_rate, size, "", 0, 1099511627776, OPTION_INHERITED,
       "maximum bytes per second of a connection that is sent this object; 0: no limit")
OPTION(asset, limit_total_rate, size, "0", 0, 1099511627776, 0,
       "maximum bytes per second of this object on all connections; 0: no limit")
OPTION(asset, watch, choice, "no", 0, 0, 0,
       "yes: a changed file is loaded without being asked to")
OPTION(asset, variant, variant, "", 0, 0, OPTION_INHERITED,
       "where the bytes of this object are held")
OPTION(asset, encoding, encoding, "identity", 0, 0, 0,
       "base64: the file is served as its base64 text")
OPTION(asset, content_type, media, "", 0, 0, 0,
       "the Content-Type field; empty: from the file's name")
OPTION(asset, cache_control, value, "", 0, 0, 0,
       "the Cache-Control field; empty: none")
OPTION(asset, header, header, "", 0, 0, 0,
       "an additional response field; one a line")
OPTION(asset, repr_digest, digest, "request", 0, 0, 0,
       "the Repr-Digest field, SHA-256: if a request asks for it, or always")
OPTION(asset, cors, origins, "", 0, 0, OPTION_INHERITED,
       "origins whose web pages may read this object; * is all, empty none")
OPTION(asset, precompressed, codings, "", 0, 0, 0,
       "serve FILE.br, FILE.zst or FILE.gz beside FILE to clients that accept them, in this order")
OPTION(asset, compress, compress, "", 0, 0, 0,
       "compress the object when it is loaded, for clients that accept that; with levels: zstd:19")
OPTION(asset, sha256, sha256, "", 0, 0, 0,
       "the SHA-256 digest that the file must have, 64 hexadecimal digits; empty: any")

OPTION(tree, directory, path, "", 0, 0, 0,
       "the directory with the files; the embedded variant needs none")
OPTION(tree, include, patterns, "", 0, 0, 0,
       "patterns of the files to serve, separated by commas; empty: all")
OPTION(tree, exclude, patterns, "", 0, 0, 0,
       "patterns of the files not to serve; a pattern that ends in / excludes directories")
OPTION(tree, hidden, choice, "no", 0, 0, 0,
       "serve files and directories whose names begin with a dot, too")
OPTION(tree, follow, choice, "no", 0, 0, 0,
       "follow symbolic links that stay within the directory")
OPTION(tree, missing, missing, "error", 0, 0, 0,
       "if a file can't be read: error: the load fails; skip: the file is left out")
OPTION(tree, max_files, number, "1000000", 1, 10000000, 0,
       "maximum number of files, and of directories; with more, the load fails")
OPTION(tree, max_open_files, number, "1024", 1, 65536, 0,
       "streamed files that are kept open; if there are more, each worker opens what is requested")
OPTION(tree, index, segment, "", 0, 0, 0,
       "the file that is also served at the path of its directory, with a / at its end; empty: none")
OPTION(tree, autoindex, autoindex, "off", 0, 0, 0,
       "a list of its files at the path of each directory without an index file")
OPTION(tree, sha256sums, choice, "no", 0, 0, 0,
       "serve a list of the files' SHA-256 digests as SHA256SUMS, if there is no such file")
OPTION(tree, limit_rate, size, "", 0, 1099511627776, OPTION_INHERITED,
       "maximum bytes per second of a connection that is sent one of these objects; 0: no limit")
OPTION(tree, limit_total_rate, size, "0", 0, 1099511627776, 0,
       "maximum bytes per second of these objects on all connections; 0: no limit")
OPTION(tree, watch, choice, "no", 0, 0, 0,
       "yes: changes of the directory are loaded without being asked to")
OPTION(tree, variant, variant, "", 0, 0, OPTION_INHERITED,
       "where the bytes of these objects are held")
OPTION(tree, encoding, encoding, "identity", 0, 0, 0,
       "base64: the files are served as their base64 text")
OPTION(tree, content_type, media, "", 0, 0, 0,
       "the Content-Type field; empty: from the files' names")
OPTION(tree, cache_control, value, "", 0, 0, 0,
       "the Cache-Control field; empty: none")
OPTION(tree, header, header, "", 0, 0, 0,
       "an additional response field; one a line")
OPTION(tree, repr_digest, digest, "request", 0, 0, 0,
       "the Repr-Digest field, SHA-256: if a request asks for it, or always")
OPTION(tree, cors, origins, "", 0, 0, OPTION_INHERITED,
       "origins whose web pages may read these objects; * is all, empty none")
OPTION(tree, precompressed, codings, "", 0, 0, 0,
       "serve FILE.br, FILE.zst or FILE.gz beside FILE to clients that accept them, in this order")
OPTION(tree, rule, rule, "", 0, 0, 0,
       "PATTERN KEY VALUE: another value of a key above, for files that match; one a line")

OPTION(error, file, path, "", 0, 0, OPTION_REQUIRED,
       "the content of responses with this status")
OPTION(error, variant, variant, "", 0, 0, OPTION_INHERITED,
       "where its bytes are held")
OPTION(error, content_type, media, "", 0, 0, 0,
       "the Content-Type field; empty: from the file's name")
OPTION(error, cache_control, value, "", 0, 0, 0,
       "the Cache-Control field; empty: none")
OPTION(error, header, header, "", 0, 0, 0,
       "an additional response field; one a line")
OPTION(error, precompressed, codings, "", 0, 0, 0,
       "serve FILE.br, FILE.zst or FILE.gz beside FILE to clients that accept them, in this order")
/* clang-format on */
