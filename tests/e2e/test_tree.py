# SPDX-License-Identifier: BSD-2-Clause
"""Trees: the files of a directory are objects, and stay what they were until a reload."""

import hashlib
import json
import os
import pathlib
import random
import signal
import tempfile
import urllib.parse
import urllib.request

import pytest

from client import fetch

INI = """
[server]
workers = 2
variant = {variant}
[tree /maps]
directory = {directory}
{lines}
"""


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    root = tmp_path / "root"
    for name, content in {
        "a.txt": b"one",
        "index.html": b"<p>",
        "empty": b"",
        "sub/deep/b.bin": random.Random(1).randbytes(100000),
        "sub/c d%20\u00e9'\".png": b"png",
        "sub/\u0065\u0301": b"two code points",
        ".hidden": b"dot",
        ".dir/x": b"dot",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def ini(directory, lines="", variant="cached"):
    return INI.format(directory=directory, lines=lines, variant=variant)


@pytest.fixture(name="variant", params=["cached", "streaming"])
def fixture_variant(request):
    return request.param


@pytest.fixture(name="grow")
def fixture_grow(start, root, variant):
    """grow(*lines): a daemon with the tree."""
    return lambda *lines: start(ini(root, "\n".join(lines), variant))


def url(name, prefix="/maps/"):
    return prefix + urllib.parse.quote(name)


def status(daemon, name):
    return fetch(daemon, target=url(name)).status


def files(root):
    return {
        os.path.relpath(os.path.join(directory, name), root): open(
            os.path.join(directory, name), "rb"
        ).read()
        for directory, _, names in os.walk(root)
        for name in names
    }


def assert_serves(daemon, root):
    """Every file, with its digest, and neither dot files nor directories."""
    for name, content in files(root).items():
        response = fetch(daemon, target=url(name))
        if name.startswith("."):
            assert response.status == 404
            continue
        assert (response.status, response.body) == (200, content), name
        assert response.fields["etag"] == f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def test_all_files_are_objects(grow, root):
    daemon = grow()
    assert_serves(daemon, root)
    for name in ("", "sub", "sub/", "sub/deep", "nothing", "../a.txt", "a.txt/", "sub%2Fdeep"):
        assert fetch(daemon, target="/maps/" + name).status == 404
    assert fetch(daemon, target="/maps").status == 404
    assert fetch(daemon, target="/maps/sub/../a.txt").body == b"one"


def test_an_empty_file(grow):
    daemon = grow()
    response = fetch(daemon, target="/maps/empty")
    assert (response.status, response.body) == (200, b"")
    assert response.fields["content-length"] == "0"
    assert fetch(daemon, "HEAD", "/maps/empty").status == 200
    tag = response.fields["etag"]
    assert fetch(daemon, "GET", "/maps/empty", f"If-None-Match: {tag}").status == 304
    for value in ("bytes=0-", "bytes=0-0", "bytes=0-0,1-2"):
        ranged = fetch(daemon, "GET", "/maps/empty", "Range: " + value)
        assert ranged.status == 416
        assert ranged.fields["content-range"] == "bytes */0"


def test_an_empty_object(serve, variant):
    daemon = serve(b"", variant=variant)
    for _ in range(2):
        response = fetch(daemon, target="/o")
        assert (response.status, response.body) == (200, b"")
        daemon.reload()


def test_ranges(grow, root):
    daemon = grow()
    content = (root / "sub/deep/b.bin").read_bytes()
    response = fetch(daemon, "GET", "/maps/sub/deep/b.bin", "Range: bytes=70000-70009")
    assert (response.status, response.body) == (206, content[70000:70010])
    response = fetch(daemon, "GET", "/maps/sub/deep/b.bin", "Range: bytes=1-2,99990-")
    assert response.status == 206
    assert content[99990:] in response.body


def test_lists_of_patterns(grow, root):
    (root / "sub/old").mkdir()
    (root / "sub/old/x.txt").write_bytes(b"x")
    daemon = grow("include = *.txt, sub/**", "exclude = *.png, old/", "hidden = yes")
    assert status(daemon, "a.txt") == 200
    assert status(daemon, "sub/deep/b.bin") == 200
    assert status(daemon, "index.html") == 404
    assert status(daemon, "sub/old/x.txt") == 404
    assert status(daemon, "sub/c d%20\u00e9'\".png") == 404
    assert status(daemon, ".hidden") == 404


def test_hidden_files(grow):
    daemon = grow("hidden = yes")
    assert status(daemon, ".hidden") == 200
    assert status(daemon, ".dir/x") == 200


def test_rules(grow):
    daemon = grow(
        "cache_control = max-age=9",
        "header = X-All: 1",
        "rule = *.html cache_control no-cache",
        "rule = *.html header X-Html: 1",
        "rule = sub/** content_type x/y",
        "rule = a.txt encoding base64",
    )
    page = fetch(daemon, target="/maps/index.html").fields
    assert page["cache-control"] == "no-cache"
    assert page["x-all"] == page["x-html"] == "1"
    other = fetch(daemon, target="/maps/a.txt")
    assert other.fields["cache-control"] == "max-age=9"
    assert other.body == b"b25l"
    assert "x-html" not in other.fields
    assert fetch(daemon, target="/maps/sub/deep/b.bin").fields["content-type"] == "x/y"


def test_symbolic_links(grow, root, tmp_path):
    (tmp_path / "outside").write_bytes(b"secret")
    (root / "in").symlink_to("a.txt")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "up").symlink_to("../outside")
    (root / "dir").symlink_to("sub")
    (root / "sub/loop").symlink_to("..")
    daemon = grow()
    for name in ("in", "out", "up", "dir/deep/b.bin", "sub/loop/a.txt"):
        assert status(daemon, name) == 404
    daemon.ini.write_text(ini(root, "follow = yes\nmissing = skip"))
    daemon.expect_log("maps: .*root/(out|up): is a symbolic link that leads out")
    daemon.reload()
    assert fetch(daemon, target="/maps/in").body == b"one"
    assert status(daemon, "dir/deep/b.bin") == 200
    for name in ("out", "up", "sub/loop/a.txt"):
        assert status(daemon, name) == 404


def test_what_is_missing_is_an_error(grow, root):
    daemon = grow()
    daemon.wait_log("started: ")
    (root / "dangling").symlink_to("nowhere")
    daemon.ini.write_text(ini(root, "follow = yes"))
    daemon.expect_log("tree /maps: .*/dangling: No such file")
    daemon.expect_log("reload failed: ")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: ")
    assert status(daemon, "a.txt") == 200
    daemon.ini.write_text(ini(root, "follow = yes\nmissing = skip"))
    daemon.reload_quietly()
    assert "left out" in daemon.wait_log("dangling", count=2)
    assert status(daemon, "dangling") == 404


def test_too_many_files(grow, root):
    daemon = grow()
    daemon.wait_log("started: ")
    daemon.ini.write_text(ini(root, "max_files = 3"))
    daemon.expect_log("has more than 3 files; accepted: at most max_files")
    daemon.expect_log("reload failed: ")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: ")
    assert status(daemon, "a.txt") == 200


def test_too_many_ways_through_links(grow, root):
    """Links between a few directories lead to more directories than can be walked."""
    daemon = grow()
    daemon.wait_log("started: ")
    for here in range(12):
        (root / f"d{here}").mkdir()
        for there in range(12):
            (root / f"d{here}/to{there}").symlink_to(f"../d{there}")
    daemon.ini.write_text(ini(root, "follow = yes\nmax_files = 500"))
    daemon.expect_log("has more than 500 directories; accepted: at most max_files")
    daemon.expect_log("reload failed: ")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: ")
    assert status(daemon, "a.txt") == 200


@pytest.fixture(name="vast")
def fixture_vast():
    """vast(*sizes): a directory with such files, where the file system has such sizes."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:

        def make(*sizes):
            for number, size in enumerate(sizes):
                with open(f"{name}/{number}", "wb") as file:
                    try:
                        file.truncate(size)
                    except OSError as error:
                        pytest.skip(f"/dev/shm: {error}")
            return name

        yield make


@pytest.mark.parametrize(
    "sizes, reason",
    (
        ((2**63 - 1, 5, 2**63 - 1), "/[02]: is too large"),
        ((2**62 - 1,) * 4 + (5,), "tree /maps: its files are too large"),
    ),
    ids=("one", "all"),
)
def test_sizes_that_overflow(grow, variant, vast, sizes, reason):
    """Sparse files, the sum of whose sizes is small modulo 2^64."""
    if variant == "streaming":
        pytest.skip("streamed files take no memory")
    daemon = grow()
    daemon.wait_log("started: ")
    daemon.ini.write_text(ini(vast(*sizes)))
    daemon.expect_log(reason)
    daemon.expect_log("reload failed: ")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: ")
    assert status(daemon, "a.txt") == 200


def test_variants_by_rule(start, root):
    """What was streamed becomes cached, and the other way round."""
    lines = "rule = *.bin variant streaming"
    daemon = start(ini(root, lines))
    assert_serves(daemon, root)
    for variant in ("streaming", "cached", "streaming"):
        daemon.ini.write_text(ini(root, lines, variant))
        daemon.reload()
        assert_serves(daemon, root)


def test_a_streamed_file_that_changes(start, root):
    daemon = start(ini(root, variant="streaming"))
    assert fetch(daemon, target="/maps/a.txt").body == b"one"
    daemon.expect_log("tree /maps: .*a.txt: changed")
    (root / "a.txt").write_bytes(b"changed")
    assert fetch(daemon, target="/maps/a.txt").status == 500
    daemon.reload()
    assert fetch(daemon, target="/maps/a.txt").body == b"changed"


def test_index_files(grow, root):
    (root / "sub/index.html").write_bytes(b"<sub>")
    daemon = grow("index = index.html")
    assert fetch(daemon, target="/maps/").body == b"<p>"
    assert fetch(daemon, target="/maps/index.html").body == b"<p>"
    assert fetch(daemon, target="/maps/sub/").body == b"<sub>"
    assert fetch(daemon, target="/maps/sub/").fields["content-type"].startswith("text/html")
    assert fetch(daemon, target="/maps/sub").fields["location"] == "/maps/sub/"
    for name in ("sub/deep", "sub/deep/"):
        assert status(daemon, name) == 404


def test_the_stronger_section_has_the_path(start, root):
    daemon = start(
        ini(root, "")
        + f"[tree /maps/sub]\ndirectory = {root}\n"
        + f"[tree /]\ndirectory = {root}\n"
        + f"[asset /maps/a.txt]\nfile = {root}/index.html\n"
    )
    assert fetch(daemon, target="/maps/a.txt").body == b"<p>"
    assert fetch(daemon, target="/maps/sub/a.txt").body == b"one"
    assert fetch(daemon, target="/maps/sub/deep/b.bin").status == 200
    assert fetch(daemon, target="/a.txt").body == b"one"


def test_a_release_flips_by_its_link(start, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    (tmp_path / "one/gone").write_text("gone")
    current = tmp_path / "current"
    current.symlink_to("one")
    daemon = start(ini(current, ""))
    assert fetch(daemon, target="/maps/x").body == b"one"
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(current)
    assert fetch(daemon, target="/maps/x").body == b"one"
    daemon.reload()
    assert fetch(daemon, target="/maps/x").body == b"two"
    assert fetch(daemon, target="/maps/gone").status == 404


def test_a_reload_is_what_a_fresh_load_is(grow, root):
    """Random changes; the memory of what has not changed goes on through all of them."""
    chance = random.Random(17)
    daemon = grow()
    daemon.wait_log("started: ")
    for turn in range(12):
        for _ in range(chance.randrange(1, 12)):
            path = root / chance.choice(["", "sub", "n"]) / f"f{chance.randrange(8)}"
            path.parent.mkdir(exist_ok=True)
            if chance.random() < 0.3:
                path.unlink(missing_ok=True)
            elif chance.random() < 0.2 and path.exists():
                path.rename(path.with_name(f"f{chance.randrange(8)}"))
            else:
                path.write_bytes(chance.randbytes(chance.choice([0, 1, 100, 5000])))
        if turn % 3 == 0:  # in place, of the same size and with the same time
            path = root / "sub/deep/b.bin"
            before = path.stat()
            path.write_bytes(chance.randbytes(100000))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        daemon.reload()
        assert_serves(daemon, root)
        for number in range(8):
            for folder in ("", "sub/", "n/"):
                exists = (root / f"{folder}f{number}").exists()
                assert status(daemon, f"{folder}f{number}") == (200 if exists else 404)


def test_descriptors_of_the_previous_generation(grow, root):
    """New workers are started while it still exists."""
    daemon = grow()
    daemon.wait_log("started: ")
    daemon.reload()
    for worker in daemon.workers():
        descriptors = pathlib.Path(f"/proc/{worker}/fd").iterdir()
        assert [os.readlink(fd) for fd in descriptors].count(str(root)) == 1


def test_numbers_are_of_the_section(start, root):
    daemon = start(ini(root, ""), debug=True)
    daemon.wait_log("started: ")
    for name in ("a.txt", "index.html", "nothing"):
        fetch(daemon, target="/maps/" + name)
    with urllib.request.urlopen(daemon.debug_url + "/metrics") as page:
        metrics = page.read().decode()
    assert 'tiffd_object_requests_total{path="/maps",variant="cached"} 2\n' in metrics
    with urllib.request.urlopen(daemon.debug_url + "/debug/vars") as page:
        tree = json.load(page)["trees"]["/maps"]
    served = {name: content for name, content in files(root).items() if name[0] != "."}
    assert tree["files"] == len(served)
    assert tree["length"] == sum(map(len, served.values()))
    with urllib.request.urlopen(daemon.debug_url + "/debug/pprof/residence?format=text") as page:
        assert "memory_file  /maps\n" in page.read().decode()


def test_embedded_files(start):
    daemon = start("[tree /e]\nvariant = embedded\n[tree /t]\nvariant = embedded\nencoding = base64\n")
    names = [
        line.split()[1]
        for line in os.popen(f"{daemon.program} -V").read().splitlines()
        if line.startswith("embedded ")
    ]
    assert names
    for name in names:
        assert fetch(daemon, target=url(name, "/e/")).status == 200
        if name.endswith(".b64"):
            assert fetch(daemon, target=url(name[:-4], "/t/")).status == 200
        else:
            assert fetch(daemon, target=url(name + ".b64", "/t/")).status == 404


def test_a_tree_has_one_sample(start, root):
    """Though its files are in several packs after a reload."""
    daemon = start(ini(root, "variant = cached"), debug=True)
    daemon.wait_log("started: ")
    (root / "new.txt").write_bytes(b"new" * 5000)
    daemon.reload()
    with urllib.request.urlopen(daemon.debug_url + "/metrics", timeout=60) as page:
        lines = page.read().decode().splitlines()
    samples = [line.rpartition(" ")[0] for line in lines if line and not line.startswith("#")]
    assert len(samples) == len(set(samples))
    (resident,) = [line for line in lines if line.startswith("tiffd_object_resident_bytes")]
    assert float(resident.split()[-1]) >= 115000
