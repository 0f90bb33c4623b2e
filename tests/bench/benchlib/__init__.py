# SPDX-License-Identifier: BSD-2-Clause
"""The parts of tests/bench/compare: tables (servers, scenarios, goals) and what works on them."""
