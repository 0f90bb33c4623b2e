# SPDX-License-Identifier: BSD-2-Clause
"""What is made of a tree's names: indexes of directories, redirects to them, and lists of digests; and
the page for paths that have no object."""

import hashlib
import html.parser
import json
import os
import signal
import subprocess
import urllib.parse

import pytest

from client import fetch

NAMES = ("a.txt", "sp ace/%41&amp;.bin", "q'\"<b>.txt", "\u00e9\u0301/\u65e5\u672c", b"bad\xff\n.bin",
         "javascript:alert(1)", "sub/deep/er/file", "sub/index.html", "back\\slash", "a-b/x", "a.b/x")


def octets(name):
    return name if isinstance(name, bytes) else name.encode()


@pytest.fixture(name="root")
def fixture_root(tmp_path):
    root = os.fsencode(tmp_path) + b"/root"
    for name in map(octets, NAMES):
        path = root + b"/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"content of " + name)
    return root


@pytest.fixture(name="web", params=["cached", "streaming"])
def fixture_web(request, start, root):
    """web(*lines, path="/t", more=""): a daemon with the tree."""

    def run(*lines, path="/t", more=""):
        text = "\n".join(lines)
        return start(f"[server]\nworkers = 1\nvariant = {request.param}\n{more}\n"
                     f"[tree {path}]\ndirectory = {os.fsdecode(root)}\nindex = index.html\n{text}\n")

    return run


class Links(html.parser.HTMLParser):
    """The targets of a page's links, and their texts."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        assert tag in {"html", "head", "meta", "title", "body", "h1", "table", "tr", "th", "td", "a"}
        if tag == "a":
            self.links.append([dict(attrs)["href"], ""])

    def handle_data(self, data):
        if self.links:
            self.links[-1][1] += data


def crawl(daemon, target, links_of):
    """Every object that links lead to, by its path."""
    found = {}
    response = fetch(daemon, target=target)
    assert response.status == 200
    for link in links_of(response):
        there = urllib.parse.urljoin("http://h" + target, link)
        assert there.startswith("http://h" + target)
        path = there.removeprefix("http://h")
        if path.endswith("/"):
            found |= crawl(daemon, path, links_of)
        else:
            found[urllib.parse.unquote_to_bytes(path)] = fetch(daemon, target=path).body
    return found


def links_of_html(response):
    assert response.fields["content-type"] == "text/html; charset=utf-8"
    links = Links(response.body.decode()).links
    assert links[0][0] == "../"
    return [link for link, _ in links[1:]]


def links_of_json(response):
    assert response.fields["content-type"] == "application/json"
    return [entry["href"] for entry in json.loads(response.body)]


@pytest.mark.parametrize("form, links_of", [("html", links_of_html), ("json", links_of_json)])
@pytest.mark.parametrize("path", ["/t", "/"])
def test_every_file_is_found(web, form, links_of, path):
    daemon = web(f"autoindex = {form}", path=path)
    prefix = path.rstrip("/").encode() + b"/"
    seen = crawl(daemon, path.rstrip("/") + "/", lambda response: (
        [] if response.body.startswith(b"content of") else links_of(response)))
    wanted = {prefix + octets(name): b"content of " + octets(name) for name in NAMES}
    del wanted[prefix + b"sub/index.html"]
    del wanted[prefix + b"sub/deep/er/file"]  # sub/ has an index file of its own
    assert seen == wanted
    assert fetch(daemon, target=f"{prefix.decode()}sub/").body == b"content of sub/index.html"
    assert links_of(fetch(daemon, target=f"{prefix.decode()}sub/deep/")) == ["./er/"]


def test_json(web):
    daemon = web("autoindex = json")
    entries = json.loads(fetch(daemon, target="/t/").body)
    by_name = {entry["name"]: entry for entry in entries}
    assert by_name["a.txt"]["type"] == "file"
    assert by_name["a.txt"]["size"] == len("content of a.txt")
    assert by_name["a.txt"]["mtime"].endswith(" GMT")
    assert by_name["sub"]["type"] == "directory"
    assert "size" not in by_name["sub"]
    assert by_name["bad\ufffd\n.bin"]["href"] == "./bad%FF%0A.bin"
    assert by_name["q'\"<b>.txt"]["href"] == "./q'%22%3Cb%3E.txt"


def test_an_index_is_an_object(web, root):
    daemon = web("autoindex = html", "cache_control = max-age=99", "header = X-Own: 1")
    page = fetch(daemon, target="/t/")
    assert page.fields["cache-control"] == "no-cache"
    assert page.fields["x-own"] == "1"
    tag = page.fields["etag"]
    assert tag == f'"{hashlib.sha256(page.body).hexdigest()[:32]}"'
    assert fetch(daemon, "GET", "/t/", f"If-None-Match: {tag}").status == 304
    assert fetch(daemon, "GET", "/t/", "Range: bytes=0-4").body == page.body[:5]
    daemon.reload()
    assert fetch(daemon, target="/t/").body == page.body
    with open(root + b"/new", "wb") as file:
        file.write(b"new")
    daemon.reload()
    assert b'"./new"' in fetch(daemon, target="/t/").body
    with open(root + b"/index.html", "wb") as file:
        file.write(b"own")
    daemon.reload()
    assert fetch(daemon, target="/t/").body == b"own"


def test_only_what_is_served_is_listed(web):
    daemon = web("autoindex = json", "exclude = *.txt, sub/", more="")
    names = [entry["name"] for entry in json.loads(fetch(daemon, target="/t/").body)]
    assert "a-b" in names
    assert not {"a.txt", "q'\"<b>.txt", "sub"} & set(names)
    assert fetch(daemon, target="/t/sub/").status == 404


def test_off_by_default(web):
    daemon = web()
    assert fetch(daemon, target="/t/").status == 404
    assert fetch(daemon, target="/t").status == 404
    assert fetch(daemon, target="/t/SHA256SUMS").status == 404
    assert fetch(daemon, target="/t/sub/").status == 200


def test_redirects(web):
    daemon = web("autoindex = html", "cors = https://a.example")
    for target, location in (("/t", "/t/"), ("/t/sub", "/t/sub/"), ("/t/sp%20ace?a=b", "/t/sp%20ace/"),
                             ("/t/%C3%A9%CC%81", "/t/%C3%A9%CC%81/"), ("/t/./x/../sub", "/t/sub/")):
        for method in ("GET", "HEAD"):
            response = fetch(daemon, method, target, "Origin: https://a.example")
            assert response.status == 301
            assert response.fields["location"] == location
            assert response.fields["access-control-allow-origin"] == "https://a.example"
    for target in ("/t/a.txt/", "/t/nothing", "//t", "/", "/x"):
        assert fetch(daemon, target=target).status == 404
    assert fetch(daemon, "POST", "/t").status == 405


def test_digests_of_a_tree(web, root, tmp_path):
    daemon = web("sha256sums = yes")
    sums = fetch(daemon, target="/t/SHA256SUMS")
    assert sums.fields["content-type"] == "text/plain; charset=utf-8"
    assert len(sums.body.splitlines()) == len(NAMES)
    (tmp_path / "SHA256SUMS").write_bytes(sums.body)
    command = ["sha256sum", "--check", "--strict", "--quiet", tmp_path / "SHA256SUMS"]
    subprocess.run(command, cwd=root, check=True)
    with open(root + b"/SHA256SUMS", "wb") as file:
        file.write(b"own")
    daemon.reload()
    assert fetch(daemon, target="/t/SHA256SUMS").body == b"own"


def test_embedded(start):
    daemon = start("[server]\nvariant = embedded\n[tree /t]\nautoindex = json\nsha256sums = yes\n")
    names = {entry["name"] for entry in json.loads(fetch(daemon, target="/t/").body)}
    assert {"sample.tif", "sample.webp", "index.html"} <= names
    for line in fetch(daemon, target="/t/SHA256SUMS").body.decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(fetch(daemon, target=f"/t/{name}").body).hexdigest() == digest


def test_the_longest_tree_lists_its_own(start, root, tmp_path):
    (tmp_path / "other/sub").mkdir(parents=True)
    (tmp_path / "other/sub/inner").write_bytes(b"x")
    daemon = start(f"[tree /]\ndirectory = {os.fsdecode(root)}\nautoindex = json\n"
                   f"[tree /sub]\ndirectory = {tmp_path}/other\nautoindex = json\n")
    assert [entry["name"] for entry in json.loads(fetch(daemon, target="/sub/").body)] == ["sub"]
    assert "sub" in [entry["name"] for entry in json.loads(fetch(daemon, target="/").body)]


@pytest.mark.parametrize("variant", ["cached", "streaming", "embedded"])
def test_the_page_for_unknown_paths(start, tmp_path, variant):
    (tmp_path / "index.html").write_bytes(b"<p>not here</p>")
    file = tmp_path / "index.html"
    daemon = start(f"""
[server]
variant = {variant}
cors = *
[error 404]
file = {file}
cache_control = no-store
header = X-Error: 1
[asset /there]
file = {file}
""")
    there = fetch(daemon, target="/there").body
    response = fetch(daemon, target="/missing")
    assert (response.status, response.body) == (404, there)
    assert response.fields["content-type"] == "text/html; charset=utf-8"
    assert response.fields["cache-control"] == "no-store"
    assert response.fields["x-error"] == "1"
    assert response.fields["access-control-allow-origin"] == "*"
    assert not {"etag", "accept-ranges", "last-modified"} & set(response.fields)
    head = fetch(daemon, "HEAD", "/missing")
    assert (head.status, head.body) == (404, b"")
    assert head.fields["content-length"] == str(len(there))
    part = fetch(daemon, "GET", "/missing", "Range: bytes=0-1", "If-None-Match: *")
    assert (part.status, part.body) == (404, there)
    assert fetch(daemon, target="/404").status == 404
    assert fetch(daemon, target="404", method="GET").status == 400
    assert fetch(daemon, "POST", "/missing").status == 405
    if variant != "embedded":
        file.write_bytes(b"changed")
        daemon.reload()
        assert fetch(daemon, target="/missing").body == b"changed"


def test_sha256_of_an_asset(start, tmp_path):
    (tmp_path / "o").write_bytes(b"one")
    digest = hashlib.sha256(b"one").hexdigest().upper()
    daemon = start(f"[asset /o]\nfile = {tmp_path}/o\nsha256 = {digest}\n"
                   f"[asset /s]\nfile = {tmp_path}/o\nvariant = streaming\nsha256 = {digest}\n")
    daemon.reload()
    assert fetch(daemon, target="/o").body == fetch(daemon, target="/s").body == b"one"
    (tmp_path / "new").write_bytes(b"two")
    os.rename(tmp_path / "new", tmp_path / "o")
    found = hashlib.sha256(b"two").hexdigest()
    daemon.expect_log(f"asset /[os]: .*/o has the SHA-256 digest {found}; accepted: ")
    daemon.expect_log("reload failed: .*an object can't be loaded")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_log("reload failed: ")
    assert fetch(daemon, target="/o").body == b"one"
