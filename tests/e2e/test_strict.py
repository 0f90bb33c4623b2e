# SPDX-License-Identifier: BSD-2-Clause
"""No change of the daemon loses a request, see strict.py; tests/soak does more of it."""

import pytest

import strict


@pytest.fixture
def campaign(tmp_path, variant):
    found = strict.Campaign(tmp_path, variant)
    try:
        yield found
    finally:
        found.daemon.kill()


def test_nothing_is_lost(campaign):
    counts, losses = campaign.run(strict.SHORT)
    assert losses == [], counts
    assert counts["responses"] > counts["upgrade"]
    campaign.left()
    campaign.daemon.stop()


def test_a_lost_request_is_noticed(campaign):
    """These clients are no use if they can't fail."""
    campaign.daemon.expect_log(strict.KILLED)
    for asker in campaign.askers:
        asker.doomed = frozenset()
        asker.pause = 0
    _, losses = campaign.run([("kill", 10)])
    campaign.daemon.stop()
    if any(isinstance(asker.doomed, strict.Everybody) for asker in campaign.askers):
        pytest.skip("only root can tell whose connections a killed worker had")
    assert losses
