# SPDX-License-Identifier: BSD-2-Clause
"""Where, in a sweep, one variant overtakes another."""

from .record import Record


def sentences(record: Record) -> list[str]:
    return []
