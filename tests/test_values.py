"""A cell is read right or is a doubt with a name: never a wrong number in silence."""

import datetime as dt
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analysis.reading.intake import read_workbook
from analysis.reading.settling import Sum, settle
from analysis.reading.values import read
from tests import odd_workbooks as odd
from tests.workbooks import good_cells, write

COUNTS = st.integers(0, 999_999)
SIGNS = [".", ",", " ", "\u00a0", "\u202f", "\u2009"]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def grouped(number: int, sign: str) -> str:
    return f"{number:,}".replace(",", sign)


WAYS = {
    "a stored number": float,
    "a whole number": int,
    "text": str,
    "spaces around": lambda n: f"  {n}\u00a0",
    "a plus": lambda n: f"+{n}",
    "an apostrophe": lambda n: f"'{n}",
    "full-width digits": lambda n: str(n).translate(FULL_WIDTH),
    **{f"thousands parted by {sign!r}": lambda n, sign=sign: grouped(n, sign) for sign in SIGNS},
}


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=150, deadline=None)
@given(number=COUNTS)
def test_a_count_written_in_an_accepted_way_comes_back_exact(way, number):
    assert read(WAYS[way](number), "count").number == number


@settings(max_examples=300, deadline=None)
@given(hundredths=st.integers(201, 10_000))
def test_a_percent_written_in_an_accepted_way_comes_back_exact(hundredths):
    whole, rest = divmod(hundredths, 100)
    exact = hundredths / 100
    for written in (f"{whole},{rest:02d} %", f"{whole}.{rest:02d}%", f"{whole},{rest:02d}", exact):
        assert read(written, "percent", 0, 150).number == exact
    assert read(hundredths / 10_000, "percent", 0, 150, percent_format=True).number == exact


@pytest.mark.parametrize(
    ("value", "kind", "check"),
    [
        ("1,5", "count", "not_whole"), ("1.02", "count", "not_whole"), ("1.0210", "count", "not_whole"),
        ("0.021", "count", "not_whole"), ("1.021,5", "count", "not_a_number"), ("1 02", "count", "not_a_number"),
        ("15²", "count", "not_a_number"), ("1①", "count", "not_a_number"), ("٣", "count", "not_a_number"),
        ("-", "count", "no_figure"), ("–", "count", "no_figure"), ("…", "count", "no_figure"),
        ("..", "count", "no_figure"),
        ("không", "count", "no_figure"), ("KHÔNG CÓ", "count", "no_figure"), ("", "count", "empty_cell"),
        (None, "count", "empty_cell"), ("\u00a0", "count", "empty_cell"), (True, "count", "boolean_cell"),
        (dt.date(2024, 2, 1), "count", "date_cell"), (dt.time(1, 2), "count", "date_cell"),
        (dt.timedelta(1), "count", "date_cell"), ("#DIV/0!", "count", "error_cell"),
        (float("nan"), "count", "not_a_number"),
        (float("inf"), "count", "not_a_number"), ("1e3", "count", "not_a_number"), ("0x10", "count", "not_a_number"),
        (0.3929, "percent", "percent_or_fraction"), ("0,39", "percent", "percent_or_fraction"),
        ("39 phần trăm", "percent", "not_a_number"), ("1.021", "score", "ambiguous_number"),
        ("-5", "score", "not_a_number"),
    ],
)  # fmt: skip
def test_a_cell_that_can_mean_more_than_one_number_or_none_is_a_doubt(value, kind, check):
    assert read(value, kind).check == check
    assert read(value, kind).number is None


def test_the_range_of_the_form_settles_a_score_that_reads_two_ways():
    assert read("98,125", "score", 0, 100).number == 98.125
    assert read("98,5", "score", 0, 100).number == read("98.5", "score", 0, 100).number == 98.5


def test_a_number_outside_its_range_is_a_doubt_that_says_the_range():
    assert read("1.021", "count", 0, 200).check == "out_of_range"
    assert read(201, "count", 0, 200).expected == "0–200"


def test_a_stored_fraction_is_thousands_only_as_a_candidate():
    assert (read(1.021, "count").number, read(1.021, "count").candidate) == (None, 1021.0)
    assert read(2.5, "count").candidate == 2500.0
    assert read(1.02105, "count").candidate is None


# the same cells every time, and no long search for the smallest failing one
MANY = settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def spoilt(number: int, edits: list[tuple[int, int, str]]) -> str:
    """A count as text with letters put in, changed or taken away."""
    text = list(str(number))
    for place, what, letter in edits:
        at = place % (len(text) + 1)
        if what == 0:
            text.insert(at, letter)
        elif text and what == 1:
            text[at % len(text)] = letter
        elif text:
            del text[at % len(text)]
    return "".join(text)


LETTERS = st.sampled_from([*"0123456789.,-–+ %'²½lO/:eE()٣３", "\u00a0", "\u202f", "…", "x"])
EDITS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), LETTERS), min_size=1, max_size=3)


def means(text: str) -> int | None:
    """What a spoilt count says by the plainest rule: digits alone, or digits in threes parted by one sign."""
    plain = re.sub(r"[\u00a0\u202f ]+", " ", text.replace("３", "3")).strip().removeprefix("'").strip()
    plain = plain.removeprefix("+").removeprefix(" ")
    digits = re.sub(r"[^0-9]", "", plain)
    if plain == digits and digits:
        return int(digits)
    return int(digits) if any(digits and plain == grouped(int(digits), sign) for sign in ".,' ") else None


@settings(MANY, max_examples=400)
@given(st.lists(st.tuples(COUNTS, EDITS), min_size=25, max_size=25))
def test_ten_thousand_spoilt_cells_are_read_right_or_are_doubts(cells):
    for number, edits in cells:
        text = spoilt(number, edits)
        reading = read(text, "count")
        if reading.number is None:
            assert reading.check
        elif reading.number < 0:
            assert re.fullmatch(r"[-–]\s?\d+", text.strip().replace("３", "3").strip("'").strip()), text
        else:
            assert reading.number == means(text), text


ANY_CELL = st.one_of(
    st.integers(-50, 3000),
    st.floats(-10, 3000, allow_nan=False),
    st.booleans(),
    st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)),
    st.builds(spoilt, st.integers(0, 5000), EDITS),
    st.sampled_from(["-", "…", "không", "", "1.021", "8", " 8 ", "８", "+8", "8,0", "8.000", 8.0, 1.021, 0.008]),
)
WHERE = [
    (odd.STAFF, "E8", 8.0),
    (odd.STAFF, "E9", 6.0),
    (odd.NETWORK, "G8", 32.0),
    (odd.HEALTH, "D10", 10.0),
    (odd.ROWS, "F10", 1.0),
]


@settings(MANY, max_examples=200)
@given(value=ANY_CELL, where=st.sampled_from(WHERE))
def test_a_spoilt_cell_of_a_real_file_is_the_number_it_says_or_a_finding(tmp_path, value, where):
    sheet, cell, good = where
    cells = good_cells()
    assert cells[sheet, cell] == good
    book = read_workbook(write(tmp_path / "a.xlsx", cells | {(sheet, cell): value}), "a", "2024-2025", "HK1", "le_chan")
    if not any(f.severity != "attention" for f in book.findings):
        assert [row[4] for row in book.numbers if row[5:7] == (sheet, cell) and row[3] != "facilities"] == [good]
        assert value == good or (isinstance(value, str) and means(value) == good), value


def test_a_blank_is_none_only_where_a_typed_total_leaves_nothing_for_it():
    sums = [Sum((9, 0), ((1, 0), (2, 0), (3, 0)), "rule")]
    known = {(9, 0): 5.0, (1, 0): 5.0}
    blanks = {(2, 0): 0.0, (3, 0): 0.0}
    assert settle(known, blanks, sums, lambda place: True) == {(2, 0): (0.0, "rule"), (3, 0): (0.0, "rule")}
    assert settle(known, blanks, sums, lambda place: False) == {}
    assert settle(known | {(9, 0): 6.0}, blanks, sums, lambda place: True) == {}


def typed(place) -> bool:
    return True


def test_a_candidate_is_taken_only_if_everything_beside_it_is_sure_and_leaves_exactly_it():
    sums = [Sum((9, 0), ((1, 0), (2, 0)), "rule")]
    assert settle({(9, 0): 1026.0, (1, 0): 5.0}, {(2, 0): 1021.0}, sums, typed) == {(2, 0): (1021.0, "rule")}
    assert settle({(9, 0): 1027.0, (1, 0): 5.0}, {(2, 0): 1021.0}, sums, typed) == {}
    assert settle({(9, 0): 1026.0}, {(1, 0): 5.0, (2, 0): 1021.0}, sums, typed) == {}
    assert settle({(9, 0): 1026.0, (1, 0): 5.0}, {(2, 0): None}, sums, typed) == {}


def test_a_total_is_settled_only_as_the_sum_of_its_parts():
    sums = [Sum((9, 0), ((1, 0), (2, 0)), "rule")]
    assert settle({(1, 0): 1000.0, (2, 0): 21.0}, {(9, 0): 1021.0}, sums, typed) == {(9, 0): (1021.0, "rule")}
    assert settle({(1, 0): 1000.0, (2, 0): 22.0}, {(9, 0): 1021.0}, sums, typed) == {}
    assert settle({(1, 0): 5.0, (2, 0): 6.0}, {(9, 0): 0.0}, sums, typed) == {}


def test_one_settled_cell_may_settle_the_next():
    sums = [Sum((1, 0), ((1, 1), (1, 2)), "across"), Sum((9, 0), ((1, 0), (2, 0)), "down")]
    known = {(9, 0): 2000.0, (1, 1): 500.0, (1, 2): 521.0}
    assert settle(known, {(1, 0): 1021.0, (2, 0): 979.0}, sums, lambda place: True) == {
        (1, 0): (1021.0, "across"),
        (2, 0): (979.0, "down"),
    }
