# SPDX-License-Identifier: BSD-2-Clause
"""Configuration files that are wrong: which line is named and what is said, with -t and at a
plain start; that -t leaves nothing behind; that -T reads back; that -o overrides."""
import os
import re
import subprocess

import pytest

from daemon import DEADLINE, PROGRAM

ASSET = "[asset /a]\nfile = object\n"  # two lines


def run(*arguments, cwd=None):
    """tiffd with arguments; it must come back by itself."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, cwd=cwd, timeout=DEADLINE)


def text_of(output):
    return output.decode("utf-8", "backslashreplace")


@pytest.fixture(name="write")
def fixture_write(tmp_path):
    """Writes a configuration beside an object, and returns its path."""
    (tmp_path / "object").write_bytes(b"some bytes\n")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "directory").mkdir()
    (tmp_path / "run").mkdir()

    def write(text):
        path = tmp_path / "t.ini"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


# id: (text, line or 0 for the whole file, words of the error)
BAD = {
    "unknown section": ("[sever]\n" + ASSET, 1, ["[sever]", "unknown section", "[server]"]),
    "section far from all": ("[x]\n" + ASSET, 1, ["unknown section", "accepted", "profile"]),
    "section in capitals": ("[SERVER]\n" + ASSET, 1, ["did you mean [server]?"]),
    "section without ]": (ASSET + "[server\n", 3, ["without ']'"]),
    "section without a name": (ASSET + "[]\n", 3, ["without a name"]),
    "text after section": (ASSET + "[server] x = 1\n", 3, ["text after ']'"]),
    "section twice": (ASSET + "[log]\n[server]\n[log]\n", 5, ["[log]", "second", "t.ini:3"]),
    "unknown key": (ASSET + "[server]\nwrokers = 2\n", 4, ["wrokers", "did you mean workers?"]),
    "key in capitals": (ASSET + "[server]\nWorkers = 2\n", 4, ["did you mean workers?"]),
    "key of another section": (ASSET + "[server]\nlevel = info\n", 4, ["belongs to [log]"]),
    "key far from all": (ASSET + "zzzzzz = 1\n", 3, ["unknown key", "cache_control"]),
    "key of no section": (ASSET + "[debug]\nx = 1\n", 4, ["unknown key", "accepted: listen"]),
    "key twice": (ASSET + "[server]\nmax_ranges = 2\n\nmax_ranges = 2\n", 6, ["second", "t.ini:4"]),
    "key before any section": ("workers = 1\n" + ASSET, 1, ["before the first section"]),
    "no =": (ASSET + "header\n", 3, ["without '='", "key = value"]),
    "colon for =": (ASSET + "encoding: base64\n", 3, ["without '='"]),
    "nothing before =": (ASSET + "= 3\n", 3, ["before '='"]),
    "two words before =": (ASSET + "a b = 3\n", 3, ["not a key"]),
    "value of 16385 bytes": (ASSET + "cache_control = " + "x" * 16385 + "\n", 3, ["16384"]),
    "line of 50000 bytes": (ASSET + "cache_control = " + "x" * 49984 + "\n", 3, ["50000", "16512"]),
    "NUL": (ASSET.encode() + b"head\0er = A: b\n", 3, ["NUL"]),
    "control byte": (ASSET + "cache_control = \x1b[31m\n", 3, ["control byte"]),
    "number of letters": (ASSET + "[server]\nworkers = many\n", 4, ['"many"', "number", "auto"]),
    "number below": (ASSET + "[server]\nbacklog = 0\n", 4, ['"0"', "minimum", "1 to 65535"]),
    "number above": (ASSET + "[server]\nworkers = 1025\n", 4, ["maximum", "1 to 1024"]),
    "negative number": (ASSET + "[server]\nmax_ranges = -1\n", 4, ['"-1"', "1 to 1024"]),
    "huge number": (ASSET + f"[server]\nkeepalive_requests = {2**64}\n", 4, ["maximum"]),
    "number with unit": (ASSET + "[server]\nworker_connections = 16k\n", 4, ["whole number"]),
    "empty number": (ASSET + "[server]\nworkers =\n", 4, ['""', "number"]),
    "comment for a value": (ASSET + "[server]\nworkers = ; 3\n", 4, ['""', "number"]),
    "size above": (ASSET + "[server]\nmax_header_size = 65k\n", 4, ["maximum", "1k to 64k"]),
    "size with time unit": (ASSET + "[server]\nmax_header_size = 8s\n", 4, ["unknown unit", "k, m, g"]),
    "time with size unit": (ASSET + "[server]\nkeepalive_timeout = 8k\n", 4, ["unknown unit", "ms"]),
    "time with space": (ASSET + "[server]\nkeepalive_timeout = 8 s\n", 4, ["unknown unit"]),
    "time below": (ASSET + "[server]\nheader_timeout = 0\n", 4, ["minimum", "10ms to 1h"]),
    "unknown variant": (ASSET + "[server]\nvariant = cache\n", 4, ["cached, embedded or streaming"]),
    "unknown encoding": (ASSET + "encoding = gzip\n", 3, ["identity or base64"]),
    "log in no directory": (ASSET + "[log]\nfile = none/log\n", 4, ["none/log", "No such file"]),
    "log that is a directory": (ASSET + "[log]\nfile = directory\n", 4, ["Is a directory"]),
    "log below a file": (ASSET + "[log]\nfile = object/log\n", 4, ["Not a directory"]),
    "pid in no directory": (ASSET + "[server]\npid_file = none/pid\n", 4, ["none/pid"]),
    "control in no directory": (ASSET + "[server]\ncontrol = none/c\n", 4, ["none/c", "No such file"]),
    "long control": (ASSET + f"[server]\ncontrol = /{'x' * 99}\n", 4, ["too long", "99 bytes"]),
    "unknown level": (ASSET + "[log]\nlevel = warn\n", 4, ['"warn"', "warning"]),
    "unknown user": (ASSET + "[server]\nuser = no-such-user\n", 4, ["no-such-user", "user"]),
    "unknown group": (ASSET + "[server]\nuser = root\ngroup = no-such-group\n", 5, ["group"]),
    "group alone": (ASSET + "[server]\ngroup = root\n", 4, ["without a user"]),
    "target longer than head": (ASSET + "[server]\nmax_header_size = 2k\nmax_target_size = 4k\n", 5,
                                ["4096", "2048", "max_header_size"]),
    "listen without port": (ASSET + "[server]\nlisten = 127.0.0.1\n", 4, ["no port", "*:PORT"]),
    "listen on port 0": (ASSET + "[server]\nlisten = 127.0.0.1:0\n", 4, ["bad port", "65535"]),
    "listen on a name": (ASSET + "[server]\nlisten = localhost:80\n", 4, ["localhost:80", "literal"]),
    "listen on bare IPv6": (ASSET + "[server]\nlisten = ::1:8080\n", 4, ["brackets"]),
    "listen on open IPv6": (ASSET + "[server]\nlisten = [::1:8080\n", 4, ["[IPV6]:PORT"]),
    "IPv4 in IPv6": (ASSET + "[server]\nlisten = [::ffff:127.0.0.1]:80\n", 4, ["IPv4"]),
    "listen twice": (ASSET + "[server]\nlisten = *:81\nlisten = *:81\n", 5, ["listed twice"]),
    "second of two addresses": (ASSET + "[server]\nlisten = *:81, x\n", 4, ['"x"', "no port"]),
    "relative unix path": (ASSET + "[server]\nlisten = unix:x.sock\n", 4, ["relative path"]),
    "long unix path": (ASSET + f"[server]\nlisten = unix:/{'x' * 107}\n", 4, ["107"]),
    "asset without a path": ("[asset]\nfile = object\n", 1, ["without a path", "[asset /path]"]),
    "path without /": ("[asset a]\nfile = object\n", 1, ['"a"', "does not begin with /"]),
    "path with a tab": ("[asset /a\tb]\nfile = object\n", 1, ["a control byte"]),
    "page of another status": ("[error 500]\nfile = object\n" + ASSET, 1, ["accepted: [error 404]"]),
    "page twice": (ASSET + "[error 404]\nfile = object\n" * 2, 5, ["a second error", "t.ini:3"]),
    "page without a file": (ASSET + "[error 404]\n", 3, ["[error 404] file: is missing"]),
    "sha256 with a letter": (ASSET + "sha256 = " + 63 * "0" + "g\n", 3, ["64 hexadecimal digits"]),
    "sha256 of base64": (ASSET + "encoding = base64\nsha256 = " + 64 * "0" + "\n", 2, ["one of them"]),
    "unknown coding": (ASSET + "precompressed = gzip, deflate\n", 3, ['"deflate"', "br, zstd and gzip"]),
    "level too high": (ASSET + "compress = gzip:10\n", 3, ['"gzip:10"', "gzip:1 to gzip:9"]),
    "level without digits": (ASSET + "compress = gzip:\n", 3, ["level outside of its range"]),
    "level that is no number": (ASSET + "compress = gzip:x\n", 3, ["no level that is a number"]),
    "compressed base64": (ASSET + "encoding = base64\ncompress = gzip\n", 2, ["compress: is set with"]),
    "coding twice": (ASSET + "precompressed = gzip, gzip\n", 3, ["listed twice"]),
    "precompressed base64": (ASSET + "encoding = base64\nprecompressed = br\n", 2, ["one of them"]),
    "path with ..": ("[asset /a/../b]\nfile = object\n", 1, ["segment that is . or .."]),
    "path with //": ("[asset //a]\nfile = object\n", 1, ["empty segment"]),
    "path twice": (ASSET + "\n" + ASSET, 4, ["[asset /a]", "second asset", "t.ini:1"]),
    "no file": ("\n[asset /a]\n", 2, ["[asset /a] file", "missing"]),
    "empty file key": ("[asset /a]\nfile =\n", 2, ["[asset /a] file", "missing"]),
    "no asset": ("[server]\n", 0, ["no asset", "[asset /path]"]),
    "empty configuration": ("", 0, ["no asset"]),
    "header without colon": (ASSET + "header = X-A\n", 3, ["X-A", "Name: value"]),
    "header of the server": (ASSET + "header = content-length: 3\n", 3, ["content-length", "itself"]),
    "header with its own key": (ASSET + "header = Cache-Control: x\n", 3, ["cache_control"]),
    "header with bad name": (ASSET + "header = X A: b\n", 3, ["field name"]),
    "origin in capitals": (ASSET + "cors = https://A.example\n", 3, ["capital letter"]),
    "origin with a path": (ASSET + "cors = https://a.example/\n", 3, ["no origin"]),
    "origin without scheme": (ASSET + "cors = a.example\n", 3, ["no origin", "http://localhost"]),
    "origin without host": (ASSET + "cors = http://:80\n", 3, ["no origin"]),
    "origin beside *": (ASSET + "cors = *, http://a.example\n", 3, ["listed with other origins"]),
    "header outside ASCII": (ASSET + "header = X-A: \u00e9\n", 3, ["printable ASCII"]),
    "bad content type": (ASSET + "content_type = tiff\n", 3, ["type/subtype", "image/tiff"]),
    "object missing": ("[asset /a]\nfile = absent\n", 2, ["[asset /a] file", "absent"]),
    "tree without a path": ("[tree]\ndirectory = directory\n", 1, ["without a path", "[tree /path]"]),
    "tree that ends in /": ("[tree /a/]\ndirectory = directory\n", 1, ["ends in /"]),
    "no directory": ("\n[tree /a]\n", 2, ["[tree /a] directory", "missing"]),
    "directory missing": ("[tree /a]\ndirectory = absent\n", 2, ["[tree /a] directory", "absent"]),
    "directory a file": ("[tree /a]\ndirectory = object\n", 2, ["Not a directory"]),
    "two trees": (2 * "[tree /a]\ndirectory = directory\n", 3, ["second tree", "t.ini:1"]),
    "rule without a key": ("[tree /a]\ndirectory = directory\nrule = *.x\n", 3, ["has no key"]),
    "rule of another key": ("[tree /a]\ndirectory = directory\nrule = * hidden yes\n", 3, ["has no key"]),
    "rule's value": ("[tree /a]\ndirectory = directory\nrule = * encoding x\n", 3, ["identity or base64"]),
    "rule's header": ("[tree /a]\ndirectory = directory\nrule = * header Date: x\n", 3, ["tiffd writes"]),
    "empty pattern": ("[tree /a]\ndirectory = directory\ninclude = a,,b\n", 3, ["empty pattern"]),
    "no flag": ("[tree /a]\ndirectory = directory\nhidden = true\n", 3, ["no or yes"]),
    "object a directory": ("[asset /a]\nfile = directory\n", 2, ["[asset /a] file", "directory"]),
    "object missing, streaming": ("[asset /a]\nvariant = streaming\nfile = absent\n", 3, ["absent"]),
    "object not embedded": ("[asset /a]\nvariant = embedded\nfile = absent\n", 3, ["absent"]),
}


@pytest.mark.parametrize("arguments", [["-t"], []], ids=["-t", "start"])
@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_error(write, row, arguments):
    text, line, words = row
    path = write(text)
    result = run("-c", path, *arguments)
    errors = text_of(result.stderr)
    start = f"{path}:{line}: " if line else f"{path}: "
    named = [error for error in errors.splitlines() if error.startswith(start)]

    assert result.returncode == 1
    assert named, errors
    for word in words:
        assert word in named[0]
    assert len(re.findall(f"^{re.escape(path)}:", errors, re.MULTILINE)) == 1, errors
    assert "started" not in errors.replace("nothing started", "")


def test_all_errors_of_a_file_in_one_run(write):
    path = write("x\n[server]\nworkers = 0\nlisten = a, b\n[log]\nlevl = info\n"
                 "[asset /a]\nfile = absent\n[asset /b]\n[nosuch]\n")
    errors = text_of(run("-t", "-c", path).stderr)

    lines = [int(line) for line in re.findall(f"^{re.escape(path)}:([0-9]+): ", errors, re.M)]
    assert sorted(lines) == [1, 3, 4, 4, 6, 8, 9, 10], errors


@pytest.mark.parametrize("name, words", [
    ("absent.ini", "No such file or directory"),
    ("directory", "directory"),
    ("absent/t.ini", "No such file or directory"),
])
def test_what_is_no_configuration(write, tmp_path, name, words):
    write(ASSET)
    result = run("-t", "-c", str(tmp_path / name))

    assert result.returncode == 1
    assert text_of(result.stderr).startswith(f"{tmp_path / name}: ")
    assert words in text_of(result.stderr)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["t.ini", "object"])
def test_unreadable(write, tmp_path, name):
    path = write(ASSET)
    (tmp_path / name).chmod(0)
    result = run("-t", "-c", path)

    assert result.returncode == 1
    assert "Permission denied" in text_of(result.stderr)


SAME = {
    "plain": ASSET,
    "CRLF": ASSET.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + ASSET,
    "indented": "  [asset /a]\n\t file = object\n",
    "no last line end": ASSET.rstrip("\n"),
    "comments": "# a\n; b\n  # c\n[asset /a] ; d\nfile = object ; e\n# " + "x" * 500 + "\n",
    "no spaces": "[asset /a]\nfile=object\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_good_files_mean_the_same(write, text):
    plain = run("-T", "-c", write(ASSET)).stdout
    path = write(text)
    result = run("-t", "-c", path)

    assert result.returncode == 0, text_of(result.stderr)
    assert f"{path}: configuration is valid" in text_of(result.stdout + result.stderr)
    assert run("-T", "-c", path).stdout == plain


def test_t_has_no_side_effects(write, tmp_path):
    """Neither the socket nor the files that a start would make; nor is a port bound."""
    path = write(ASSET + "[server]\nlisten = unix:/proc/no/such/place\n"
                         "pid_file = pid\n[log]\nfile = log\n")
    before = sorted(os.listdir(tmp_path))
    result = run("-t", "-c", path)

    assert result.returncode == 0, text_of(result.stderr)
    assert run("-T", "-c", path).returncode == 0
    assert sorted(os.listdir(tmp_path)) == before


FULL = """
[server]
listen = 127.0.0.1:8081, [::1]:8081
listen = unix:/tmp/x;y.sock
workers = 3
variant = streaming
user = root
group = root
pid_file = run/pid
max_header_size = 4096
keepalive_timeout = 1500ms
send_timeout = 7200
send_max_chunk = 1m
[log]
level = debug
file = ../log
[asset /a]
file = object
variant = cached
encoding = base64
content_type = text/plain; charset=utf-8
cache_control = public, max-age=3 # not a comment
header = X-A:b
header = Link: </c>; rel="d"
[asset /b]
file = ./object
"""


@pytest.mark.parametrize("text", [ASSET, FULL], ids=["least", "full"])
def test_dump_reads_back_to_the_same(write, tmp_path, text):
    first = run("-T", "-c", write(text))
    copy = tmp_path / "directory" / "copy.ini"
    copy.write_bytes(first.stdout)
    second = run("-T", "-c", "copy.ini", cwd=copy.parent)

    assert first.returncode == 0, text_of(first.stderr)
    assert second.returncode == 0, text_of(second.stderr)
    assert second.stdout == first.stdout


def test_dump_shows_what_is_in_effect(write, tmp_path):
    dump = text_of(run("-T", "-c", write(FULL)).stdout)

    for line in ["listen = [::1]:8081", "max_header_size = 4k", "max_target_size = 4k",
                 "keepalive_timeout = 1500ms", "send_timeout = 2h", "backlog = 1024",
                 f"file = {tmp_path}/object", f"pid_file = {tmp_path}/run/pid",
                 "cache_control = public, max-age=3 # not a comment", "header = X-A: b"]:
        assert f"\n{line}\n" in dump


def test_overrides_replace(write, tmp_path):
    path = write(FULL)
    (tmp_path / "second").write_bytes(b"2")
    options = ["server.workers=4", "server.workers=5", "server.listen=127.0.0.1:9000",
               "server.listen=127.0.0.1:9001", "asset /b.variant=cached", "asset /a.header=",
               "asset /c.d.file=second", "log.file="]
    result = run("-T", "-c", path, *[part for option in options for part in ("-o", option)])
    dump = text_of(result.stdout)

    assert result.returncode == 0, text_of(result.stderr)
    assert "\nworkers = 5\n" in dump
    assert re.findall("^listen = (.*)$", dump, re.M) == ["127.0.0.1:9000", "127.0.0.1:9001"]
    assert dump.count("\nvariant = cached\n") == 2
    assert "header = X-A" not in dump and "header = Link" not in dump
    assert "[asset /c.d]\n" in dump and f"\nfile = {tmp_path}/second\n" in dump


@pytest.mark.parametrize("option, words", [
    ("server.workers=many", ["[server] workers", '"many"']),
    ("server.wokers=3", ["did you mean workers?"]),
    ("servr.workers=3", ["did you mean [server]?"]),
    ("asset /z.variant=cached", ["[asset /z] file", "missing"]),
    ("asset z.file=object", ["does not begin with /"]),
    ("asset /a.file=absent", ["[asset /a] file", "absent"]),
    ("asset /a.cache_control=a ;b", ["begins a comment"]),
    ("asset /a.cache_control=a\nb", ["control byte"]),
    ("asset /a.cache_control=" + "x" * 16385, ["too long"]),
])
def test_bad_override(write, option, words):
    result = run("-t", "-c", write(ASSET), "-o", option)
    errors = text_of(result.stderr)

    assert result.returncode == 1
    assert errors.startswith(f"-o {option}: "), errors
    for word in words:
        assert word in errors


@pytest.mark.parametrize("option", ["workers", "workers=3", "server.workers", "=", ".a=b", "a.=b"])
def test_an_override_of_another_form_is_a_wrong_command_line(write, option):
    result = run("-t", "-c", write(ASSET), "-o", option)

    assert result.returncode == 2
    assert "usage" in text_of(result.stderr)
