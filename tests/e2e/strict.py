# SPDX-License-Identifier: BSD-2-Clause
"""Clients that lose nothing in silence: they keep connections alive, never ask twice, and hold every byte
against the version that its entity tag names. Meanwhile a daemon is reloaded, upgraded, and its workers
end or are killed.

A request is lost when it was sent and no complete response came. A connection that the server closes
between two requests loses nothing, if its client has seen that before it sends the next one."""

import collections
import contextlib
import hashlib
import os
import pathlib
import random
import select
import signal
import socket
import threading
import time

from client import Client, request
from conftest import VARIANTS
from daemon import DEADLINE, SAMPLE, alive, state, wait_until
from upgrading import Upgradable

SIZES = {"/small": 20_000, "/large": 3_000_000}
INI = """
[server]
variant = {variant}
workers = 3
linger_timeout = {linger}
[asset /small]
file = {small}
[asset /large]
file = {large}
"""
KILLED = r"was ended by signal 9|last events|reload failed: .*: worker \d+ ended before it served"


class Versions:
    """What has been served at each path, by entity tag."""

    def __init__(self, directory, variant, seed=1):
        self.directory = pathlib.Path(directory)
        self.bodies = {path: {} for path in SIZES}
        self.draw = random.Random(seed)
        self.fixed = variant == "embedded"
        for path in SIZES:
            self.replace(path)

    def file(self, path):
        return SAMPLE if self.fixed else self.directory / path[1:]

    def note(self, path, body):
        self.bodies[path][f'"{hashlib.sha256(body).hexdigest()[:32]}"'] = body

    def replace(self, path):
        """Another version takes the place of the file; the program's own stays as it is."""
        if self.fixed:
            self.note(path, SAMPLE.read_bytes())
            return
        body = self.draw.randbytes(SIZES[path] + self.draw.randrange(1000))
        self.note(path, body)
        new = self.directory / "new"
        new.write_bytes(body)
        new.rename(self.file(path))

    def check(self, path, response):
        assert response.status == 200, f"status {response.status}"
        body = self.bodies[path].get(response.fields["etag"])
        assert body is not None, "an entity tag that no version has"
        assert response.body == body, "not the bytes of the version that the entity tag names"


class Asker(threading.Thread):
    """One client. pause: seconds between two requests, at most."""

    def __init__(self, address, versions, doomed, number):
        super().__init__(daemon=True)
        self.address = address
        self.versions = versions
        self.doomed = doomed
        self.draw = random.Random(number)
        self.pause = (0, 0, 0.05, 0.3)[number % 4]
        self.enough = threading.Event()
        self.counts = collections.Counter()
        self.losses = []

    def connect(self):
        connection = socket.create_connection(self.address)
        connection.settimeout(DEADLINE)
        self.counts["connections"] += 1
        return Client(connection), connection.getsockname()[1]

    def ask(self, client):
        path = self.draw.choice(["/small", "/small", "/small", "/large"])
        client.send(request("GET", path))
        response = client.response()
        self.versions.check(path, response)
        self.counts["responses"] += 1
        return not response.close

    def serve_connection(self):
        client, port = self.connect()
        with client:
            try:
                while not self.enough.is_set() and self.ask(client):
                    time.sleep(self.draw.uniform(0, self.pause))
                    if select.select([client.socket], [], [], 0)[0]:
                        assert client.closed(), "bytes that nobody has asked for"
                        self.counts["closed while idle"] += 1
                        return
            except (AssertionError, OSError) as error:
                if port not in self.doomed:
                    raise
                self.counts["lost by a kill"] += 1
                del error

    def run(self):
        while not self.enough.is_set():
            try:
                self.serve_connection()
            except Exception as error:  # pylint: disable=broad-except
                self.losses.append(f"{error!r}"[:200])


def ports_of(pid):
    """The ports of the clients of this process, which must not be running; None: they can't be told."""
    inodes = set()
    try:
        for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                inodes.add(os.readlink(entry))
    except PermissionError:
        return None
    ports = set()
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if f"socket:[{fields[9]}]" in inodes:
            ports.add(int(fields[2].split(":")[1], 16))
    return ports


class Everybody(set):
    """Who can't be told apart."""

    def __contains__(self, port):
        return True


class Campaign:
    """A daemon, clients, and what is done to the daemon meanwhile."""

    def __init__(self, directory, variant, clients=8, linger="2s"):
        self.directory = pathlib.Path(directory)
        self.versions = Versions(directory, variant)
        files = {path[1:]: self.versions.file(path) for path in SIZES}
        ini = INI.format(variant=variant, linger=linger, **files)
        self.daemon = Upgradable(self.directory, ini)
        self.doomed = set()
        self.counts = collections.Counter()
        self.draw = random.Random(2)
        self.askers = [
            Asker(self.daemon.address, self.versions, self.doomed, number) for number in range(clients)
        ]

    # --- what is done -------------------------------------------------------------------------

    def reload(self):
        if self.draw.random() < 0.5:
            self.versions.replace(self.draw.choice(list(SIZES)))
        self.daemon.send_signal(signal.SIGHUP)

    def upgrade(self):
        self.daemon.replace_program()
        self.daemon.upgrade()

    def drain(self):
        """A worker completes its responses, and another one takes its place."""
        with contextlib.suppress(IndexError, ProcessLookupError):
            os.kill(self.draw.choice(self.daemon.workers()), signal.SIGQUIT)

    def kill(self):
        """Its connections are lost, and no others."""
        self.daemon.expect_log(KILLED)
        with contextlib.suppress(IndexError, ProcessLookupError):
            worker = self.draw.choice(self.daemon.workers())
            os.kill(worker, signal.SIGSTOP)
            wait_until(lambda: state(worker) in ("T", "Z", ""), "it does nothing")
            ports = ports_of(worker)
            if ports is None:
                for asker in self.askers:
                    asker.doomed = Everybody()
            else:
                self.doomed |= ports
            os.kill(worker, signal.SIGKILL)

    # --- the whole ----------------------------------------------------------------------------

    def carry_out(self, steps, pause):
        """steps: (name of a method, how often), in an order that is drawn."""
        todo = [name for name, times in steps for _ in range(times)]
        self.draw.shuffle(todo)
        for name in todo:
            getattr(self, name)()
            self.counts[name] += 1
            time.sleep(pause)

    def settle(self):
        """All that was asked for is done, and what is new has served everybody."""
        before = sum(asker.counts["responses"] for asker in self.askers)
        wait_until(
            lambda: sum(asker.counts["responses"] for asker in self.askers) > before + len(self.askers),
            "clients are served at last",
        )

    def run(self, steps, pause=0.1):
        """Returns the counts and the losses."""
        self.daemon.start()
        self.daemon.wait_log("started: ")
        try:
            for asker in self.askers:
                asker.start()
            self.carry_out(steps, pause)
            self.settle()
        finally:
            for asker in self.askers:
                asker.enough.set()
            for asker in self.askers:
                asker.join()
        for asker in self.askers:
            self.counts += asker.counts
        return self.counts, [loss for asker in self.askers for loss in asker.losses]

    def left(self):
        """Processes that are still there once all has drained, but for the last master's."""
        masters = self.daemon.masters() - {self.daemon.pid}
        wait_until(lambda: not any(map(alive, masters)), "replaced masters end")


LONG = [("reload", 100), ("upgrade", 20), ("drain", 20), ("kill", 20)]
SHORT = [("reload", 6), ("upgrade", 2), ("drain", 2), ("kill", 2)]

__all__ = ["Campaign", "LONG", "SHORT", "VARIANTS"]
