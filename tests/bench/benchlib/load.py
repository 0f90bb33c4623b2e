# SPDX-License-Identifier: BSD-2-Clause
"""What is asked of a server."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    client: str = "client"  # client: discards in the kernel; wrk, autocannon: copy
    path: str = "/tiff"
    method: str = "GET"
    status: int = 200
    field: str = ""  # a request field; "If-None-Match": the path's own ETag
    groups: tuple[str, ...] = ("30",)  # CONNECTIONS[:RATE], as client takes them
    depth: int = 1  # requests in a pipeline, with wrk
    processes: int = 1  # of the client, each with its own groups
    range_size: int = 0  # of ranges at random offsets, with client
    object_size: int = 0  # what the ranges lie in
    objects: int = 0  # path is followed by one of so many numbers of five digits, with client
    source: str = ""  # the client's address
    address: str = ""  # the server's; else that of the site
