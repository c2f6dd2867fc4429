"""A table as a notebook run by hand shows it: heads, codes and numbers in Vietnamese; the data stay as they are."""

from typing import Any

import pandas as pd

from analysis import reference
from analysis.reference import areas, places, vietnamese

KIND_OF_COLUMN = {"kind": "forecast_kind"}  # kind of labels.csv where it is not the column's own name


def show_by(shell: Any) -> None:
    """Have a notebook's shell show tables so."""
    shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, _html)


def in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table with heads, codes and numbers in words.

    >>> in_words(pd.DataFrame({"area": ["le_chan"], "expected": [1747.0]})).to_dict("records")
    [{'Đơn vị': 'Lê Chân', 'Dự kiến': '1.747'}]
    """
    named = frame.copy()
    for place, name in enumerate(frame.columns):
        named.isetitem(place, _column(frame.iloc[:, place], name))
    levels = [_texts(frame.index.get_level_values(level), name) for level, name in enumerate(frame.index.names)]
    named.index = pd.MultiIndex.from_arrays(levels) if len(levels) > 1 else pd.Index(levels[0])
    named.index.names = [_head(name) if name else name for name in frame.index.names]
    if frame.columns.nlevels == 1:
        of = frame.columns.name
        named.columns = pd.Index([_word(of, name) if of else _head(name) for name in frame.columns], name=_head(of))
    return named


def _html(frame: pd.DataFrame) -> str:
    return in_words(frame)._repr_html_()  # type: ignore[operator]


def _column(values: pd.Series, name: Any) -> list:
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return _texts(values, name)
    known = values.dropna().astype(float)
    places = 0 if (known % 1 == 0).all() else 2
    return ["–" if pd.isna(value) else vietnamese.number(float(value), places) for value in values]


def _texts(values: Any, name: Any) -> list:
    return ["" if value is None or value is pd.NA else _word(name, value) for value in values]


def _word(column: Any, value: Any) -> Any:
    """What a value of a column means; itself where it is no code."""
    return _words().get((KIND_OF_COLUMN.get(column, column), value), value)


def _head(name: Any) -> Any:
    return _words().get(("column", name), name)


@reference.cached
def _words() -> dict[tuple[str, str], str]:
    """Words by kind and code: labels.csv, units, indicators and checks."""
    words = {(row["kind"], row["code"]): row["label_vi"] for row in reference.rows("labels")}
    words |= {("indicator", row["indicator"]): row["label_vi"] for row in reference.rows("indicators")}
    words |= {("check", row["check"]): row["name_vi"] for row in reference.rows("questions")}
    words |= {("area", area): areas.name(area) for area in areas.order()}
    return words | {("area", areas.WHOLE): places.latest().whole_vi}
