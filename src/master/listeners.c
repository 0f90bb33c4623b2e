/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listeners: binds, inherits and keeps the listen sockets.
 *
 * Before it binds a Unix socket, it removes a file of that name on which no process listens any
 * more, or only processes left behind by a dead master. A socket that responds is in use.
 * TCP_NODELAY is set here because accepted sockets inherit it, which saves a system call per
 * connection. A second listen(2) changes the backlog of a socket.
 */
#include "master/listeners.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSED_MAX       1024
#define PASSED_MAX_TEXT  "1024"
#define UNIX_PREFIX      "unix:"
#define PROXIED          " proxy_protocol" /* at the end of an inherited socket's name */
#define UNIX_UNCONNECTED 1                 /* SS_UNCONNECTED of the kernel */

static int
listeners_failed(const char *name, const char *what)
{
    int error = errno;

    log_error("listen %s: %s: %s", name, what, strerror(error));
    return -error;
}

/* --- files of Unix sockets -----------------------------------------------------------------
 */

/* Of "unix:/path", the path; NULL: another name. */
static const char *
unix_path(const char *name)
{
    const size_t length = strlen(UNIX_PREFIX);

    return strncmp(name, UNIX_PREFIX, length) == 0 ? name + length : NULL;
}

/* Is this line of /proc/net/unix (proc_net_unix(5)) about a socket at this path that is not
 * connected? Connections that were accepted there have its path, too. */
static bool
tells_bound(const char *line, const char *path)
{
    unsigned state;
    int at = 0;

    return sscanf(line, "%*s %*s %*s %*s %*s %x %*s %n", &state, &at) == 1 && at > 0 &&
           state == UNIX_UNCONNECTED && strncmp(line + at, path, strlen(path)) == 0 &&
           line[at + (int)strlen(path)] == '\n';
}

/* Does a process have the socket, which may not listen yet? */
static bool
is_bound(const char *path)
{
    FILE *list = fopen("/proc/net/unix", "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    while (list && !found && getline(&line, &size, list) > 0)
        found = tells_bound(line, path);
    free(line);
    if (list)
        fclose(list);
    return found;
}

/* Has the process that has called listen(2) there last (SO_PEERCRED in unix(7)) ended? Then
 * only its children are left, and end, too. */
static bool
is_orphaned(int connected)
{
    struct ucred listener;
    socklen_t length = sizeof(listener);

    return getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &listener, &length) == 0 &&
           listener.pid > 0 && kill(listener.pid, 0) < 0 && errno == ESRCH;
}

/* Nobody listens there whose socket it should be. */
static bool
is_abandoned(const struct listen_address *address)
{
    const struct sockaddr *name = (const struct sockaddr *)&address->address;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool abandoned;

    if (fd < 0)
        return false;
    if (connect(fd, name, address->length) == 0)
        abandoned = is_orphaned(fd);
    else
        abandoned = errno == ECONNREFUSED && !is_bound(unix_path(address->text));
    close(fd);
    return abandoned;
}

/* The file of a daemon whose master was killed. One that loads its objects has bound its
 * socket, and refuses connections, too. */
static void
remove_abandoned(const struct listen_address *address)
{
    const struct socket_file file = socket_file_of(unix_path(address->text));

    if (file.inode != 0 && is_abandoned(address))
        socket_file_remove(unix_path(address->text), file);
}

/* --- sockets ------------------------------------------------------------------------------ */

static void
listeners_prepare(int fd, const struct listen_address *address)
{
    int on = 1;
    int only = address->text[0] != '*';

    if (address->address.ss_family == AF_UNIX) {
        remove_abandoned(address);
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (address->address.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
}

/* Nobody can connect before it listens, so its owner may come after its mode. */
static int
bind_file(int fd, const struct listen_address *address)
{
    const char *path = unix_path(address->text);
    const mode_t mask = path ? umask(0777 & ~address->mode) : 0;
    const int bound = bind(fd, (const struct sockaddr *)&address->address, address->length);
    int error = 0;

    if (path)
        umask(mask);
    if (bound < 0)
        return listeners_failed(address->text, "bind");
    if (path && (address->user != (uid_t)-1 || address->group != (gid_t)-1) &&
        lchown(path, address->user, address->group) < 0) {
        error = listeners_failed(address->text, "owner");
        socket_file_remove(path, socket_file_of(path));
    }
    return error;
}

static int
bind_one(const struct listen_address *address)
{
    int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return listeners_failed(address->text, "socket");
    listeners_prepare(fd, address);
    error = bind_file(fd, address);
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

/* Its index; count: there is none. */
static size_t
listeners_find(const struct listeners *listeners, const char *name)
{
    size_t i = 0;

    while (i < listeners->count && strcmp(listeners->names[i], name) != 0)
        i++;
    return i;
}

static bool
listeners_has(const struct listeners *listeners, const char *name)
{
    return listeners_find(listeners, name) < listeners->count;
}

static int
listeners_allocate(struct listeners *listeners, size_t count)
{
    *listeners = (struct listeners){ 0 };
    listeners->fds = calloc(count + 1, sizeof(*listeners->fds));
    listeners->names = calloc(count + 1, sizeof(*listeners->names));
    listeners->files = calloc(count + 1, sizeof(*listeners->files));
    return listeners->fds && listeners->names && listeners->files
               ? 0
               : listeners_failed("addresses", "list");
}

static int
listeners_add(struct listeners *listeners, int fd, const char *name, struct socket_file file)
{
    if ((listeners->names[listeners->count] = strdup(name)) == NULL)
        return listeners_failed(name, "list");
    listeners->files[listeners->count] = file;
    listeners->fds[listeners->count++] = fd;
    return 0;
}

static void
discard(const struct listeners *listeners, size_t i)
{
    if (!listeners->inherited && !listeners->shared)
        socket_file_remove(unix_path(listeners->names[i]), listeners->files[i]);
    close(listeners->fds[i]);
}

static void
listeners_release(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        free(listeners->names[i]);
    free(listeners->names);
    free(listeners->files);
    free(listeners->fds);
    *listeners = (struct listeners){ 0 };
}

/* Closes what stands in `from` and not in `kept`. */
static void
discard_others(const struct listeners *from, const struct listeners *kept)
{
    for (size_t i = 0; i < from->count; i++)
        if (!listeners_has(kept, from->names[i]))
            discard(from, i);
}

/* Sockets that are there already are taken from current. */
static int
add_wanted(struct listeners *plan, const struct listeners *current,
           const struct listen_address *address)
{
    const size_t there = listeners_find(current, address->text);
    struct socket_file file;
    int error;
    int fd;

    if (there < current->count)
        return listeners_add(plan, current->fds[there], address->text, current->files[there]);
    if ((fd = bind_one(address)) < 0)
        return fd;
    file = socket_file_of(unix_path(address->text));
    if ((error = listeners_add(plan, fd, address->text, file)) < 0) {
        socket_file_remove(unix_path(address->text), file);
        close(fd);
    }
    return error;
}

int
listeners_plan(struct listeners *plan, const struct listeners *current,
               const struct listen_list *wanted)
{
    int error;

    *plan = (struct listeners){ .inherited = current->inherited };
    if (plan->inherited)
        return 0;
    error = listeners_allocate(plan, wanted->count);
    for (size_t i = 0; error == 0 && i < wanted->count; i++)
        error = add_wanted(plan, current, &wanted->items[i]);
    if (error < 0)
        listeners_abandon(plan, current);
    return error;
}

int
listeners_listen(const struct listeners *plan, const struct listeners *current, int backlog)
{
    int error = 0;

    for (size_t i = 0; i < plan->count && error == 0; i++)
        if (!listeners_has(current, plan->names[i]) && listen(plan->fds[i], backlog) < 0)
            error = listeners_failed(plan->names[i], "listen");
    return error;
}

void
listeners_set_rcvbuf(const struct listeners *listeners, uint64_t size)
{
    const int bytes = (int)size;

    for (size_t i = 0; i < listeners->count; i++)
        if (setsockopt(listeners->fds[i], SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) < 0)
            (void)listeners_failed(listeners->names[i], "rcvbuf");
}

void
listeners_abandon(struct listeners *plan, const struct listeners *current)
{
    discard_others(plan, current);
    listeners_release(plan);
}

void
listeners_commit(struct listeners *plan, struct listeners *current, int backlog)
{
    if (plan->inherited)
        return;
    for (size_t i = 0; i < plan->count; i++)
        if (!listeners_has(current, plan->names[i]))
            log_notice("listening on %s", plan->names[i]);
        else if (listen(plan->fds[i], backlog) < 0)
            (void)listeners_failed(plan->names[i], "backlog");
    discard_others(current, plan);
    listeners_release(current);
    *current = *plan;
}

/* "127.0.0.1:8080", as [server] listen has it. */
static void
write_name(int fd, char *out, size_t size)
{
    struct sockaddr_storage address = { 0 };
    const struct sockaddr_un *un = (const struct sockaddr_un *)&address;
    socklen_t length = sizeof(address);
    char host[INET6_ADDRSTRLEN] = "";

    getsockname(fd, (struct sockaddr *)&address, &length);
    if (address.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&address;

        inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
        snprintf(out, size, "%s:%u", host, ntohs(in->sin_port));
    } else if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address;

        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
        snprintf(out, size, "[%s]:%u", host, ntohs(in6->sin6_port));
    } else if (address.ss_family == AF_UNIX && un->sun_path[0] == '/') {
        snprintf(out, size, "unix:%.*s", (int)sizeof(un->sun_path), un->sun_path);
    } else {
        snprintf(out, size, "descriptor %d", fd);
    }
}

int
listeners_receive(struct listeners *listeners, int fd, const char *name)
{
    int on = 1;
    int accepting = 0;
    socklen_t length = sizeof(accepting);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &length) < 0)
        return listeners_failed(name, "inherited descriptor");
    if (!accepting) {
        errno = EINVAL;
        return listeners_failed(name, "inherited descriptor does not listen");
    }
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        return listeners_failed(name, "inherited descriptor");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    log_notice("listening on %s, inherited", name);
    return listeners_add(listeners, fd, name, socket_file_of(unix_path(name)));
}

int
listeners_expect(struct listeners *server, struct listeners *debug, size_t count)
{
    const int error = listeners_allocate(server, count);

    return error < 0 ? error : listeners_allocate(debug, count);
}

static int
refuse_environment(const char *name, const char *value, const char *accepted)
{
    log_error("%s=%s: accepted: %s", name, value, accepted);
    return -EINVAL;
}

int
listeners_passed(size_t *count)
{
    const char *pid = getenv("LISTEN_PID");
    const char *fds = getenv("LISTEN_FDS");
    char *end;
    unsigned long number;

    *count = 0;
    if (pid == NULL || fds == NULL || strtol(pid, NULL, 10) != (long)getpid())
        return 0;
    number = strtoul(fds, &end, 10);
    if (!isdigit((unsigned char)fds[0]) || *end != '\0' || number > PASSED_MAX)
        return refuse_environment("LISTEN_FDS", fds, "a number from 0 to " PASSED_MAX_TEXT);
    *count = number;
    return 0;
}

/* A list that is too short or too long leaves open which socket is for [debug]. */
static int
check_names(const char *names, size_t count)
{
    size_t found = 1;

    if (names == NULL || count == 0)
        return 0;
    for (const char *at = names; *at != '\0'; at++)
        found += *at == ':';
    if (found == count)
        return 0;
    return refuse_environment("LISTEN_FDNAMES", names,
                              "as many names, with colons between them, as LISTEN_FDS says");
}

/* Is the name at this place of the list "name:name:..." this one? */
static bool
listeners_named(const char *names, const char *name)
{
    const size_t length = strcspn(names, ":");

    return length == strlen(name) && strncmp(names, name, length) == 0;
}

int
listeners_inherit(struct listeners *server, struct listeners *debug)
{
    const char *given = getenv("LISTEN_FDNAMES");
    const char *names = given ? given : "";
    char name[128];
    size_t count;
    int error = listeners_passed(&count);

    *server = *debug = (struct listeners){ 0 };
    if (error == 0 && (error = check_names(given, count)) == 0 && count > 0)
        error = listeners_expect(server, debug, count);
    for (size_t i = 0; error == 0 && i < count; i++) {
        struct listeners *listeners = listeners_named(names, LISTENERS_DEBUG) ? debug : server;

        listeners->inherited = true;
        write_name(LISTENERS_FIRST + (int)i, name, sizeof(name));
        if (listeners_named(names, LISTENERS_PROXY))
            strcat(name, PROXIED); /* for an upgrade, too */
        names += strcspn(names, ":");
        names += *names == ':';
        error = listeners_receive(listeners, LISTENERS_FIRST + (int)i, name);
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return error;
}

bool
listeners_is_proxied(const struct listeners *listeners, size_t index,
                     const struct listen_list *configured)
{
    const char *name = listeners->names[index];

    if (listeners->inherited)
        return strlen(name) > strlen(PROXIED) &&
               strcmp(name + strlen(name) - strlen(PROXIED), PROXIED) == 0;
    for (size_t i = 0; i < configured->count; i++)
        if (strcmp(configured->items[i].text, name) == 0)
            return configured->items[i].proxy_protocol;
    return false;
}

void
listeners_close(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        discard(listeners, i);
    listeners_release(listeners);
}
