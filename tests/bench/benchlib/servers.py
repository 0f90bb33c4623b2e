# SPDX-License-Identifier: BSD-2-Clause
"""The table of servers. Every one serves the files of $root under their names, logs no
requests, and is limited by nothing that the benchmark reaches."""

from dataclasses import dataclass

NGINX = """
daemon off;
user root;
worker_processes $workers;
worker_rlimit_nofile $files;
pid $dir/nginx.pid;
error_log $dir/error.log;
events { worker_connections $connections; }
http {
    access_log off;
    log_not_found off;
    default_type text/plain;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    open_file_cache max=8000;
    open_file_cache_valid 600s;
    client_body_temp_path $dir/body;
    proxy_temp_path $dir/proxy;
    fastcgi_temp_path $dir/fastcgi;
    uwsgi_temp_path $dir/uwsgi;
    scgi_temp_path $dir/scgi;
    %s
    server { listen $listen:$port backlog=4096%s; root $root; }
}
"""
LIGHTTPD = """
server.bind = "$listen"
server.port = $port
server.document-root = "$root"
server.errorlog = "$dir/error.log"
server.max-connections = $connections
server.max-fds = $files
server.max-worker = $extra_workers
server.listen-backlog = 4096
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 600
mimetype.assign = ( "" => "text/plain" )
"""
H2O = """
listen: { host: $listen, port: $port }
user: root
num-threads: $workers
max-connections: $connections
pid-file: $dir/h2o.pid
error-log: $dir/error.log
hosts:
  default:
    paths:
      "/": { file.dir: $root }
"""
HAPROXY = """
global
    nbthread $workers
    maxconn 4000
    tune.bufsize 262144
    tune.sndbuf.client 131072
    stats socket $dir/haproxy.sock
defaults
    mode http
    timeout connect 10s
    timeout client 600s
    timeout server 600s
    timeout http-keep-alive 600s
cache objects
    total-max-size 1024
    max-object-size 300000000
    max-age 3600
frontend front
    bind $listen:$port backlog 4096
    http-request cache-use objects
    http-response cache-store objects
    http-response set-header Cache-Control max-age=3600
    default_backend origin
backend origin
    server origin 127.0.0.1:$origin
"""
VARNISH = """
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$origin"; }
sub vcl_backend_response { set beresp.ttl = 1h; }
"""
# What a cache is filled from; it has nothing to do once each object has been asked for.
ORIGIN = LIGHTTPD.replace("$port", "$origin").replace("error.log", "origin.log")
ORIGIN = ORIGIN.replace("$listen", "127.0.0.1")
TIFFD = """
[server]
listen = $listen:$port
workers = $workers
variant = %s
backlog = 4096
keepalive_timeout = 10m
send_timeout = 10m
[log]
file = $dir/error.log
$assets
"""


@dataclass(frozen=True)
class Server:
    name: str
    command: tuple[str, ...]  # the first word: a program on the path, or $tools/NAME
    config: str = ""  # written to $config
    origin: str = ""  # written to $dir/origin.conf: the configuration of what a cache is filled from
    role: str = "peer"  # tiffd, peer, go, yardstick
    needs: tuple[str, ...] = ()  # programs that must be installed
    options: tuple[str, ...] = ()  # tiffd's -o
    embedded: bool = False  # /tiff is inside the program
    iperf_streams: int = 0  # no HTTP: loaded by iperf3


def tiffd(name: str, variant: str, *options: str) -> Server:
    return Server(
        name,
        ("$tiffd", "-c", "$config"),
        TIFFD % variant,
        role="tiffd",
        options=options,
        embedded=variant == "embedded",
    )


def _nginx(name: str, sending: str, listen: str = "") -> Server:
    command = ("nginx", "-p", "$dir", "-c", "$config")
    return Server(name, command, NGINX % (sending, listen), needs=("nginx",))


def _cache(name: str, config: str, *command: str) -> Server:
    """A cache in front of lighttpd. Both are in one session, and are ended together."""
    script = 'lighttpd -D -f "$$0" & exec "$$@"'
    needs = (command[0], "lighttpd")
    words = ("sh", "-c", script, "$dir/origin.conf", *command)
    return Server(name, words, config, ORIGIN, needs=needs)


def _raw(name: str, file: str, *arguments: str) -> Server:
    """Serves nothing but this file."""
    command = ("$tools/raw_send", "$port", f"$root/{file}", *arguments)
    return Server(name, command, role="yardstick", needs=("gcc",))


def _go(variant: str, *arguments: str) -> Server:
    command = (f"$tools/go-{variant}", "127.0.0.1:$port", *arguments)
    return Server(f"go-{variant}", command, role="go", needs=("go",))


def _iperf(streams: int) -> Server:
    return Server(
        f"iperf3-{streams}",
        ("iperf3", "-s", "-B", "127.0.0.1", "-p", "$port"),
        role="yardstick",
        needs=("iperf3",),
        iperf_streams=streams,
    )


SERVERS: tuple[Server, ...] = (
    tiffd("tiffd-cached", "cached"),
    tiffd("tiffd-embedded", "embedded"),
    tiffd("tiffd-streaming", "streaming"),
    tiffd("tiffd-cached-send", "cached", "server.transmit=send"),
    tiffd("tiffd-cached-vmsplice", "cached", "server.transmit=vmsplice"),
    tiffd("tiffd-cached-sendfile", "cached", "server.transmit=sendfile"),
    tiffd("tiffd-embedded-send", "embedded", "server.transmit=send"),
    tiffd("tiffd-embedded-vmsplice", "embedded", "server.transmit=vmsplice"),
    tiffd("tiffd-embedded-sendfile", "embedded", "server.transmit=sendfile"),
    tiffd("tiffd-streaming-sendfile", "streaming", "server.transmit=sendfile"),
    _nginx("nginx-sendfile", "sendfile on; tcp_nopush on;"),
    _nginx(
        "nginx-sndbuf", "sendfile on; tcp_nopush on; sendfile_max_chunk 256k;", " sndbuf=128k"
    ),
    _nginx("nginx-buffers", "sendfile off; output_buffers 2 512k;"),
    _nginx("nginx-buffers-sndbuf", "sendfile off; output_buffers 2 512k;", " sndbuf=128k"),
    Server("lighttpd", ("lighttpd", "-D", "-f", "$config"), LIGHTTPD, needs=("lighttpd",)),
    Server(
        "lighttpd-writev",
        ("lighttpd", "-D", "-f", "$config"),
        LIGHTTPD + 'server.network-backend = "writev"\n',
        needs=("lighttpd",),
    ),
    Server("h2o", ("h2o", "-c", "$config"), H2O, needs=("h2o",)),
    _cache("haproxy-cache", HAPROXY, "haproxy", "-db", "-f", "$config"),
    _cache(
        "varnish", VARNISH, "varnishd", "-F", "-n", "$dir/varnish", "-a", "$listen:$port",
        "-f", "$config", "-s", "malloc,1g", "-j", "none", "-p", "timeout_idle=600",
        "-p", "thread_pools=1", "-p", "thread_pool_max=4000", "-p", "listen_depth=4096",
    ),
    _go("cached", "$root/tiff"),
    _go("embedded"),
    _go("streaming", "$root/tiff"),
    _raw("raw-send", "tiff", "262144"),
    _raw("raw-send-turns", "tiff", "0", "262144"),
    _raw("raw-reply", "1KiB"),
    _iperf(1),
    _iperf(30),
)

VARIANTS = ("tiffd-cached", "tiffd-embedded", "tiffd-streaming")
TRANSMIT = tuple(server.name for server in SERVERS if server.options)
PEERS = tuple(server.name for server in SERVERS if server.role == "peer")
CACHES = tuple(server.name for server in SERVERS if server.origin)  # peers that serve no files
GO = tuple(server.name for server in SERVERS if server.role == "go")
YARDSTICKS = tuple(server.name for server in SERVERS if server.role == "yardstick")
