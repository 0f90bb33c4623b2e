# SPDX-License-Identifier: BSD-2-Clause
"""watch = yes: changes of files are loaded without a reload being asked for."""

import gzip
import os
import random
import shutil
import signal
import threading

import pytest

from client import connect, fetch, request
from daemon import alive, children, wait_until
from observing import title

INI = """
[server]
workers = 2
watch_delay = 50ms
[tree /maps]
directory = {root}
variant = {variant}
watch = yes
{lines}
[tree /other]
directory = {other}
variant = {variant}
[asset /file]
file = {file}
variant = {variant}
watch = yes
[asset /still]
file = {other}/still
variant = {variant}
"""


@pytest.fixture(name="variant", params=["cached", "streaming"])
def fixture_variant(request):
    return request.param


class Store:
    """Directories, and the daemon that serves them."""

    def __init__(self, start, tmp_path, variant):
        self.start, self.variant = start, variant
        self.root, self.other, self.file = tmp_path / "root", tmp_path / "other", tmp_path / "file"
        (self.root / "sub").mkdir(parents=True)
        self.other.mkdir()
        for number in range(20):
            (self.root / f"sub/{number}").write_text(f"file {number}")
        (self.other / "still").write_text("still")
        (self.other / "index").write_text("other")
        self.file.write_text("first")

    def run(self, *lines):
        text = INI.format(
            root=self.root, other=self.other, file=self.file, variant=self.variant, lines="\n".join(lines)
        )
        self.daemon = self.start(text)
        self.daemon.wait_log("started: ")
        return self.daemon

    def get(self, target):
        response = fetch(self.daemon, "GET", target)
        return response.body.decode(errors="replace") if response.status == 200 else response.status

    def wait(self, target, wanted):
        wait_until(lambda: self.get(target) == wanted, f"{target} is {wanted}")

    def replace(self, path, text):
        """As one should: whole, or as it was."""
        path.with_name("new.tmp").write_text(text)
        path.with_name("new.tmp").rename(path)


@pytest.fixture(name="store")
def fixture_store(start, tmp_path, variant):
    return Store(start, tmp_path, variant)


def test_files_come_change_and_go(store):
    store.run("exclude = *.tmp")
    (store.root / "sub/deep/er").mkdir(parents=True)
    (store.root / "sub/deep/er/new").write_text("new")
    store.wait("/maps/sub/deep/er/new", "new")
    store.replace(store.root / "sub/1", "changed")
    store.wait("/maps/sub/1", "changed")
    (store.root / "sub/2").unlink()
    store.wait("/maps/sub/2", 404)
    store.replace(store.root / "sub/deep/er/new", "newer")
    store.wait("/maps/sub/deep/er/new", "newer")
    shutil.rmtree(store.root / "sub/deep")
    store.wait("/maps/sub/deep/er/new", 404)
    assert store.get("/maps/sub/3") == "file 3"
    assert store.get("/other/index") == "other"
    assert store.get("/still") == "still"


def test_an_asset(store):
    store.run()
    store.replace(store.file, "second")
    store.wait("/file", "second")
    store.replace(store.file, "third")
    store.wait("/file", "third")
    store.daemon.wait_log("asset /file has changed: loading it", count=2)
    assert not any("tree /maps has changed" in line for line in store.daemon.lines())


def test_only_what_has_changed_is_loaded(store):
    """The others stay as they were, even if they have changed or are gone; and so does the configuration."""
    daemon = store.run()
    store.replace(store.other / "index", "not yet")
    (store.other / "still").unlink()
    daemon.ini.write_text("this is no configuration")
    if store.variant == "streaming":
        daemon.expect_log("other/still: changed|cannot")
    (store.root / "new").write_text("new")
    store.wait("/maps/new", "new")
    assert store.get("/other/index") == "other"
    assert store.get("/still") == "still"
    store.replace(store.file, "second")
    store.wait("/file", "second")
    assert store.get("/maps/new") == "new"
    assert store.get("/still") == "still"


def test_a_release_flips_by_its_link(store, tmp_path):
    for number in range(3):
        folder = tmp_path / f"releases/{number}/tiles"
        folder.mkdir(parents=True)
        for name in ("a", "b"):
            (folder / name).write_text(f"{name} of {number}")
    current = tmp_path / "current"
    current.symlink_to("releases/0")
    store.root = current / "tiles"
    store.run()
    stop = threading.Event()
    wrong = []

    def look():
        while not stop.is_set():
            for name in ("a", "b"):
                text = store.get(f"/maps/{name}")
                if text not in [f"{name} of {number}" for number in range(3)]:
                    wrong.append(text)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for number in (1, 2):
            (tmp_path / "next").symlink_to(f"releases/{number}")
            (tmp_path / "next").rename(current)
            store.wait("/maps/b", f"b of {number}")
    finally:
        stop.set()
        thread.join()
    assert not wrong


def test_a_directory_comes_with_its_files(store, tmp_path):
    store.run()
    (tmp_path / "made/inner").mkdir(parents=True)
    (tmp_path / "made/inner/x").write_text("x")
    (tmp_path / "made").rename(store.root / "made")
    store.wait("/maps/made/inner/x", "x")
    (store.root / "made").rename(tmp_path / "gone")
    store.wait("/maps/made/inner/x", 404)


def test_a_touched_file(store):
    """Its bytes are the same: it is served on."""
    store.run()
    if store.variant == "streaming":
        store.daemon.expect_log("sub/5: changed; answered with 500 until a reload")
    tag = fetch(store.daemon, "GET", "/maps/sub/5").fields["etag"]
    os.utime(store.root / "sub/5", (1, 1))
    store.daemon.wait_log("generation 1 serves")
    store.wait("/maps/sub/5", "file 5")
    assert fetch(store.daemon, "GET", "/maps/sub/5").fields["etag"] == tag


def test_what_is_not_served_reloads_nothing(store):
    store.run("exclude = *.tmp")
    (store.root / "x.tmp").write_text("x")
    (store.root / ".hidden").write_text("x")
    store.replace(store.file, "second")
    store.wait("/file", "second")
    assert not any("tree /maps" in line for line in store.daemon.lines())


def test_files_that_are_left_out(store, tmp_path):
    """They are no change, generation after generation."""
    (store.root / "link").symlink_to("none")
    (store.root / ("long" * 60)).mkdir()
    daemon = store.run("missing = skip", "follow = yes")
    daemon.expect_log("root/link: No such file.*left out")
    store.replace(store.file, "second")
    store.wait("/file", "second")
    store.replace(store.file, "third")
    store.wait("/file", "third")
    assert not any("tree /maps has changed" in line for line in daemon.lines())


def test_a_reload_that_fails(store):
    daemon = store.run()
    daemon.expect_log("root/broken: is a symbolic link")
    daemon.expect_log("reload failed: ")
    daemon.ini.write_text(daemon.ini.read_text().replace("watch = yes", "watch = yes\nfollow = yes", 1))
    daemon.reload()
    (store.root / "broken").symlink_to("/etc/passwd")
    daemon.wait_log("reload failed: ")
    assert store.get("/maps/sub/1") == "file 1"
    (store.root / "broken").unlink()
    store.replace(store.root / "sub/1", "changed")
    store.wait("/maps/sub/1", "changed")


def test_random_changes(store):
    """In the end, it is what a fresh load is."""
    store.run("exclude = *.tmp")
    if store.variant == "streaming":
        store.daemon.expect_log("changed; answered with 500 until a reload")
    store.daemon.expect_log("changed while|No such file|reload failed|loader")
    chosen = random.Random(11)
    for step in range(60):
        name = store.root / f"sub/{chosen.randrange(25)}"
        if chosen.random() < 0.3 and name.exists():
            name.unlink()
        else:
            store.replace(name, f"step {step}")

    def is_right():
        files = {path.name: path.read_text() for path in (store.root / "sub").iterdir()}
        return all(
            store.get(f"/maps/sub/{number}") == files.get(str(number), 404) for number in range(25)
        )

    wait_until(is_right, "all is as in the directory")


def watcher(daemon):
    def find():
        found = filter(alive, children(daemon.pid))
        return next((pid for pid in found if title(pid).endswith("watcher")), None)

    return wait_until(find, "a watcher")


def test_a_killed_watcher_is_replaced(store):
    daemon = store.run()
    daemon.expect_log(r"watcher: process \d+ ended \(signal 9\)")
    os.kill(watcher(daemon), signal.SIGKILL)
    (store.root / "new").write_text("new")
    store.wait("/maps/new", "new")


def test_no_watcher_without_need(store):
    daemon = store.run()
    first = watcher(daemon)
    daemon.ini.write_text(daemon.ini.read_text().replace("watch = yes", ""))
    daemon.reload()
    wait_until(lambda: not alive(first), "it ends")
    assert not any("watcher" in title(pid) for pid in children(daemon.pid) if alive(pid))


def test_responses_under_way_are_complete(store, content):
    """A client that began before a change gets the old object whole."""
    store.replace(store.root / "large", "x")
    (store.root / "large").write_bytes(content)
    daemon = store.run("exclude = *.tmp")
    with connect(daemon) as client:
        client.begin(request("GET", "/maps/large"))
        store.replace(store.root / "large", "small now")
        store.wait("/maps/large", "small now")
        assert client.response().body == content


def test_what_is_made_of_names_and_files_stays(start, tmp_path):
    """Forms in other codings, lists and media types, of what has changed and of what has not."""
    for name in ("kept", "root"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.css").write_text("body" * 1000)
        (tmp_path / name / "a.css.gz").write_bytes(gzip.compress(b"beside"))
    text = "[server]\nworkers = 1\nwatch_delay = 50ms\nvariant = {variant}\n"
    for name in ("kept", "root"):
        more = "precompressed = gzip\nwatch = yes\n"
        text += f"[tree /{name}]\ndirectory = {tmp_path}/{name}\nautoindex = json\nsha256sums = yes\n{more}"
        text += f"[asset /{name}.css]\nfile = {tmp_path}/{name}/a.css\n{more}"
        text += f"[asset /{name}.made]\nfile = {tmp_path}/{name}/a.css\ncompress = gzip\nwatch = yes\n"
        text += f"[asset /{name}.small]\nfile = {tmp_path}/{name}/a.css.gz\ncompress = gzip\nwatch = yes\n"
    daemon = start(text.format(variant="cached"))
    daemon.wait_log("started: ")

    def look(name):
        def get(target):
            response = fetch(daemon, "GET", target, "Accept-Encoding: gzip")
            fields = response.fields
            return response.status, response.body, fields["content-type"], fields.get("vary")

        rests = (".css", ".made", ".small", "/a.css", "/", "/SHA256SUMS")
        return [get(f"/{name}{rest}") for rest in rests]

    def is_listed():
        listed = look("root")[4][1]
        return b"5000 }" in listed and listed.count(b"name") == 2

    before = look("kept")
    vary = "Accept-Encoding"
    assert [fields[3] for fields in before] == [vary, vary, None, vary, None, None]
    assert before[0][1] == before[3][1] == (tmp_path / "kept/a.css.gz").read_bytes()
    assert gzip.decompress(before[1][1]) == (tmp_path / "kept/a.css").read_bytes()
    for number in range(3):
        (tmp_path / "root/new.tmp").write_text(f"{number}" * 5000)
        (tmp_path / "root/new.tmp").rename(tmp_path / "root/a.css")
        wanted = b"%d" % number * 5000
        wait_until(lambda wanted=wanted: gzip.decompress(look("root")[1][1]) == wanted, "the new form")
        wait_until(is_listed, "the list")
        assert look("kept") == before
