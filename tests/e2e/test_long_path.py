# SPDX-License-Identifier: BSD-2-Clause
"""The send buffer is bounded on short paths only: a long one can fill its window."""

import pytest

from client import Client, request
from daemon import SAMPLE
from longpath import LongPath

INI = f"""
[server]
workers = 1
variant = cached
sndbuf = 64k
[asset /tiff]
file = {SAMPLE}
encoding = base64
"""


def test_a_long_path_fills_its_window(start):
    try:
        path = LongPath(delay=0.025)
    except OSError as error:
        pytest.skip(f"no long path: {error}")
    with path:
        start(INI, listen=path.listener)
        client = Client(path.connection)
        # Bounded, there are never more than some 190,000 bytes on their way.
        for _ in range(10):
            client.send(request("GET", "/tiff"))
            assert client.response().status == 200
            if path.most_in_flight > 512 * 1024:
                return
    raise AssertionError(f"at most {path.most_in_flight} bytes on their way")
