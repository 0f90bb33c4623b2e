# SPDX-License-Identifier: BSD-2-Clause
"""The viewers people open profiles and traces in: a browser, speedscope, the pages of pprof.

What is missing here skips the test. The browser is kept to the loopback interface.
"""

import contextlib
import fcntl
import functools
import http.server
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import urllib.request

import pytest

from daemon import DEADLINE, PROGRAM, free_port, wait_until

SPEEDSCOPE = "1.25.0"
AXE = "4.10.3"
HINT = " (scripts/deps tests viewers)"
BUILD = pathlib.Path(os.environ.get("TOP_BUILDDIR", pathlib.Path(PROGRAM).resolve().parent))
NPM = ("--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
CHROMIUM = (
    "--headless",
    "--no-sandbox",  # the user may be root, and all pages are our own
    "--disable-gpu",
    "--enable-unsafe-swiftshader",  # WebGL without one
    "--disable-dev-shm-usage",  # small in a container
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1200,1000",  # tables have the rows that fit
)


def program(name):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here" + HINT)
    return found


class Browser:
    """Chromium with an empty profile below a directory."""

    def __init__(self, directory):
        missing = "no selenium here" + HINT
        webdriver = pytest.importorskip("selenium.webdriver", reason=missing)
        chromedriver = pytest.importorskip("selenium.webdriver.chrome.service", reason=missing)
        options = webdriver.ChromeOptions()
        options.binary_location = program("chromium")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for option in (*CHROMIUM, f"--user-data-dir={directory / 'chromium'}"):
            options.add_argument(option)
        environment = {**os.environ, "HOME": str(directory)}
        service = chromedriver.Service(program("chromedriver"), env=environment)
        self.actions = webdriver.ActionChains
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(DEADLINE)

    def open(self, url):
        self.driver.get("about:blank")  # or another fragment alone would load nothing
        self.driver.get(url)

    def text(self):
        """What the page shows now, but for pictures. An alert fails the test with its words."""
        return self.driver.execute_script("return document.body.innerText")

    def wait_text(self, *words):
        """The text, once all of the words are in it."""

        def shown():
            self.seen = self.text()
            return all(word in self.seen for word in words)

        try:
            wait_until(shown, f"the browser shows {words}")
        except AssertionError as error:
            raise AssertionError(f"{error}, but:\n{self.seen[:2000]}") from None
        return self.seen

    def click(self, words):
        self.driver.find_element("xpath", f"//*[contains(text(), '{words}')]").click()

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def screen(self, width, height=900, dark=False):
        """As on a screen of another size, or in another light."""
        light = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [light]})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def save_to(self, directory):
        """Where downloads go."""
        where = {"behavior": "allow", "downloadPath": str(directory)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)

    def press(self, key):
        self.actions(self.driver).send_keys(key).perform()

    def complaints(self):
        """What the page, not the graphics driver, complained of since the last time."""
        entries = self.driver.get_log("browser")
        said = [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]
        return [message for message in said if "GL Driver Message" not in message]

    def close(self):
        self.driver.quit()


def npm_install(place, package):
    """Whether it is there now, and why not."""
    words = [program("npm"), "install", f"--prefix={place}", *NPM, package]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return False, "no answer in two minutes"
    return done.returncode == 0, done.stderr.strip()[-200:]


def fetched(name, version):
    """The directory of a package, which npm installs into the build directory once."""
    place = BUILD / "viewers" / f"{name}-{version}"
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "installed").exists():
            there, why = npm_install(place, f"{name}@{version}")
            if not there:
                pytest.skip(f"npm cannot get {name}: {why!r}")
            (place / "installed").touch()
    return place / "node_modules" / name


def speedscope():
    """The directory of its pages."""
    return fetched("speedscope", SPEEDSCOPE) / "dist" / "release"


def axe():
    """The text of the script that finds what makes a page hard to use for some."""
    return (fetched("axe-core", AXE) / "axe.min.js").read_text()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving_files(directory):
    """The URL at which a directory is served."""
    handler = functools.partial(Quiet, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=DEADLINE):
            return True
    except OSError:
        return False


@contextlib.contextmanager
def running_pprof(url, source, directory):
    """`go tool pprof -http`, which takes no port of the kernel's choice, from start to end."""
    process = subprocess.Popen(
        [program("go"), "tool", "pprof", f"-http={url}", "-no_browser", source],
        cwd=directory,
        env={**os.environ, "HOME": str(directory), "PPROF_BINARY_PATH": str(directory / "none")},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def pprof_pages(source, directory):
    """The URL of the pages that pprof makes of a profile. Tries again if the port was taken."""
    for _ in range(3):
        url = f"127.0.0.1:{free_port()}"
        top = f"http://{url}/ui/top"
        with running_pprof(url, source, directory) as process:
            wait_until(lambda: process.poll() is not None or answers(top), "the pages of pprof")
            if process.poll() is None:
                yield f"http://{url}/ui/"
                return
    raise AssertionError("pprof ends instead of serving")
