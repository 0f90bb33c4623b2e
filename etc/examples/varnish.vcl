# Varnish as a cache in memory before four origins, see tiffd-deploy(7). A miss is streamed to the client while it
# is fetched; ranges are served from the cache. Start it with
#
#     varnishd -a :8003 -f /etc/varnish/tiffd.vcl -s malloc,8g -p backend_idle_timeout=50
#
# so that idle connections are closed before tiffd does (keepalive_timeout = 75s).
vcl 4.1;

import directors;

probe health {
    .url = "/health";
    .interval = 1s;
    .timeout = 2s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

backend origin1 { .host = "10.0.0.1"; .port = "8080"; .probe = health; .connect_timeout = 2s; .first_byte_timeout = 40s; .between_bytes_timeout = 40s; }
backend origin2 { .host = "10.0.0.2"; .port = "8080"; .probe = health; .connect_timeout = 2s; .first_byte_timeout = 40s; .between_bytes_timeout = 40s; }
backend origin3 { .host = "10.0.0.3"; .port = "8080"; .probe = health; .connect_timeout = 2s; .first_byte_timeout = 40s; .between_bytes_timeout = 40s; }
backend origin4 { .host = "10.0.0.4"; .port = "8080"; .probe = health; .connect_timeout = 2s; .first_byte_timeout = 40s; .between_bytes_timeout = 40s; }

sub vcl_init {
    # Consistent hashing: if an origin is gone, only its objects move.
    new origins = directors.shard();
    origins.add_backend(origin1);
    origins.add_backend(origin2);
    origins.add_backend(origin3);
    origins.add_backend(origin4);
    origins.reconfigure();
}

sub vcl_recv {
    # Objects are the same for everybody, whatever name they are asked by.
    unset req.http.Cookie;
    set req.url = regsub(req.url, "\?.*$", "");
    set req.backend_hint = origins.backend(by=URL);
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_fetch {
    # A retry asks the next origin.
    set bereq.backend = origins.backend(by=URL, alt=bereq.retries, healthy=IGNORE);
}

sub vcl_backend_response {
    set beresp.do_stream = true;
    # What has expired is asked for with If-None-Match, and served meanwhile, or without an origin.
    set beresp.grace = 1h;
    set beresp.keep = 1d;
    if (beresp.status == 503 && bereq.retries < 3) {
        return (retry);
    }
}

sub vcl_backend_error {
    if (bereq.retries < 3) {
        return (retry);
    }
}
