"""Mistakes of typing and copying in whole workbooks are told; `python -m tests.typing_errors` draws more of them."""

import numpy as np
import pytest

from analysis.reference import ROOT
from tests.typing_errors import CHILDREN, HEALTH, NETWORK, ROWS, STAFF, Slip, World, blocks, is_large, single

SINGLE = 56
FEW, HARDLY_ANY = 7, 2  # of 56 errors, of some 30 large ones: no chance of 1 in 100 where 5 % and 1 % stay silent
TOLD = {
    "a weigh-in of zero": {"weigh_in_missing"},
    "overweight and obese exchanged": {"columns_exchanged"},
    f"{STAFF}: rows shifted": {"flows_do_not_add", "rows_shifted"},
    f"{NETWORK}: two rows exchanged": {"rows_exchanged"},
}


@pytest.fixture(scope="module")
def world() -> World:
    """A round with little behind it: what is learnt from longer histories is not needed."""
    return World(ROOT / "data/raw", "2018-2019", "HK1")


def test_few_typing_errors_are_silent_and_hardly_any_large_ones(world):
    slips = single(world, np.random.default_rng(13), SINGLE)
    silent = world.silent(slips)
    assert len(silent) <= FEW, silent
    assert sum(is_large(world, slip) for slip in silent) <= HARDLY_ANY, silent


def test_rows_and_columns_that_moved_are_told_unless_two_small_rows_are_too_alike(world):
    slips = [slip for slip in blocks(world, np.random.default_rng(13)) if slip.sheet != CHILDREN]
    lasting = [slip for slip in slips if "a row of the last round" not in slip.kind]  # few numbers changed since then
    assert len(lasting) > 25
    silent = world.silent(lasting)
    assert {slip.kind for slip in silent} <= {f"{ROWS}: two rows exchanged"}, silent


def test_each_mistake_is_told_by_the_check_meant(world):
    slips = {slip.kind: slip for slip in blocks(world, np.random.default_rng(7)) if slip.kind in TOLD}
    assert set(slips) == set(TOLD)
    for kind, slip in slips.items():
        checks = {finding.check for finding in world.findings({slip.area: slip}) if finding.area == slip.area}
        assert TOLD[kind] & checks, (kind, checks)


def test_a_number_that_no_sum_encloses_is_told_at_its_cell(world):
    book = world.books["le_chan"]
    wrong = ((HEALTH, 5, 30, "part_apart"), (STAFF, 8, -17, "part_apart"), (ROWS, 4, 90, "row_apart"))
    for sheet, column, more, check in wrong:
        place = next(at for at in book.numbers if at[0] == sheet and at[2] == column and _alone(book, at))
        slip = Slip("le_chan", "wrong", {place: book.numbers[place] + more})
        assert check in {f.check for f in world.findings({"le_chan": slip}) if slip.is_named_by(f)}


def _alone(book, place) -> bool:
    """Whether a row of indicators has no sectors that add up to it; facilities with teachers and children enough."""
    sheet, row, _ = place
    return (sheet, row, 5) not in book.numbers if sheet == ROWS else book.numbers[place] > (20 if sheet == STAFF else 0)
