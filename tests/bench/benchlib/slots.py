# SPDX-License-Identifier: BSD-2-Clause
"""What tiffd tells of its workers: their slots, read through /metrics."""

import http.client
import re
import time
import urllib.request

from .process import ServerError, free_port

CONNECTIONS = re.compile(r'^tiffd_worker_connections\{(.*)\} (\d+)$', re.MULTILINE)
READ_SECONDS = 5.0


class Told:
    """Reads a tiffd that was started with these options."""

    def __init__(self):
        self.port = free_port()
        self.options = (f"debug.listen=127.0.0.1:{self.port}",)

    def _read(self) -> dict[str, int]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as page:
                return {name: int(n) for name, n in CONNECTIONS.findall(page.read().decode())}
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"/metrics: {error}") from error

    def connections(self, expected: int) -> dict[str, int]:
        """By worker. A connection between two workers is in neither's slot for a moment, so this
        reads until all are there."""
        deadline = time.monotonic() + READ_SECONDS
        while sum((counts := self._read()).values()) < expected:
            if time.monotonic() > deadline:
                raise ServerError(f"{sum(counts.values())} of {expected} connections: {counts}")
        return counts
