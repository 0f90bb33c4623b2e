# SPDX-License-Identifier: BSD-2-Clause
"""Asks the debug listener of a tiffd."""

import http.client
import json
import urllib.error
import urllib.request

from benchlib.process import ServerError

from . import pprof

TIMEOUT = 60.0


class Observer:
    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"

    def get(self, path: str, seconds: float = 0.0) -> bytes:
        try:
            with urllib.request.urlopen(self.url + path, timeout=seconds + TIMEOUT) as page:
                return page.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"{path}: {error}") from error

    def vars(self) -> dict:
        return json.loads(self.get("/debug/vars"))

    def profile(self, name: str, seconds: float = 0.0) -> bytes:
        window = f"&seconds={max(1, round(seconds))}" if seconds else ""
        return self.get(f"/debug/pprof/{name}?format=proto{window}", seconds)

    def residence(self) -> pprof.Profile:
        return pprof.decode(self.profile("residence"), "residence")
