# SPDX-License-Identifier: BSD-2-Clause
"""Sweeps: for which sizes and numbers of connections does the answer change?"""


def steps(place):
    return []
