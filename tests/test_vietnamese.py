"""Figures are written as babel writes them for Vietnamese readers, whatever their size, sign and places."""

from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from analysis.reference import vietnamese


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_figure_is_written_as_babel_writes_it_with_a_true_minus(value, decimals):
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    said = format_decimal(vietnamese.rounded(value, decimals), pattern, locale="vi_VN")
    assert vietnamese.number(value, decimals) == said.replace("-", vietnamese.MINUS)
