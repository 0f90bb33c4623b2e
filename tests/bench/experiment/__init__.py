# SPDX-License-Identifier: BSD-2-Clause
"""The experiment: embed, cache or stream? scripts/experiment is its command line."""
