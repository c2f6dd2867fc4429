"""Withheld numbers on the way to the pages: gone from tables before a page sees them, told apart from missing ones."""

import re

import numpy as np
import pandas as pd

from analysis.meaning import indicators
from analysis.meaning.disclosure import KEY, Disclosure, sensitive
from analysis.reference import periods

# columns that say nothing of how many have a condition; all others are emptied, whoever adds them
KEPT = {
    *KEY,
    "kind",
    "target_year",
    "unit",
    "target",
    "areas",
    "basis",
    "model",
    "note",
    "children_measured",
    "coverage",
    "reliable",
    "centre",
    "between",
    "dispersion",
    "row",
    "document",
    "section",
    "label_vi",
    "published_as",
    "published",
    "status",
    "reason",
}
COMPARED = ("change", "verdict", "met")  # how columns begin that rest on an earlier number too
PLACE = ["workbook", "sheet", "cell"]
NOT_PRINTED = "Nội dung ở phiếu hỏi gửi đơn vị, không in vì là số trẻ về sức khoẻ, khuyết tật."


def tells(rows: pd.DataFrame) -> bool:
    """Whether a table holds numbers of areas or the city about health or disability."""
    keyed = set(indicators.KEY) <= set(rows) and "facility" not in rows
    return keyed and bool(rows["indicator"].isin(list(sensitive())).any())


def without_withheld(rows: pd.DataFrame, disclosure: Disclosure, school_year: str, period: str) -> pd.DataFrame:
    """One of store.TABLES of the round with every withheld number empty, and all that it could be worked out from.

    A change is empty where either of its two numbers is withheld; a trend or forecast where any round behind it is.
    Observations, a row a cell, stay whole: city figures are added up again from them, and no page prints their values.
    """
    rows = rows.copy()
    here = _placed(rows, school_year, period)
    own = _behind(rows, here, disclosure) if "kind" in rows else disclosure.mask(here)
    compared = _compared(rows, here, disclosure)
    for name in rows.columns.difference(list(KEPT)):
        withheld = own
        if name == "last_year":
            withheld = compared
        elif name.startswith(COMPARED):
            withheld = own | compared
        rows[name] = rows[name].mask(withheld)
    return rows


def findings_to_print(findings: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Findings without what they found in cells about health or disability: numbers of one facility or unit."""
    definitions = indicators.definitions()
    names = definitions.loc[definitions.index.isin(list(sensitive())), "label_vi"]
    naming = "|".join(map(re.escape, names))
    texts = findings[["message", "found", "expected"]].fillna("")
    withheld = in_sensitive_cells(findings, observations)
    for column in texts:
        withheld = withheld | texts[column].str.contains(naming)
    places = [" › ".join(filter(None, place)) for place in findings[PLACE].fillna("").itertuples(index=False)]
    hidden = pd.Series([f"{place}: {NOT_PRINTED}" for place in places], findings.index, dtype="object")
    return findings.assign(message=findings["message"].mask(withheld, hidden))


def in_sensitive_cells(rows: pd.DataFrame, observations: pd.DataFrame) -> np.ndarray:
    """Which rows (workbook, sheet, cell) stand at a cell about health or disability."""
    known = observations.loc[observations["indicator"].isin(list(sensitive())), PLACE]
    return pd.MultiIndex.from_frame(rows[PLACE].fillna("")).isin(pd.MultiIndex.from_frame(known))


def _placed(rows: pd.DataFrame, school_year: str, period: str) -> pd.DataFrame:
    """The rows with the columns KEY: of this round where they name none, of target_year where they say one."""
    if "school_year" in rows and "period" in rows:
        return rows[KEY]
    return rows.assign(school_year=rows.get("target_year", school_year), period=period)[KEY]


def _behind(rows: pd.DataFrame, here: pd.DataFrame, disclosure: Disclosure) -> np.ndarray:
    """Rows of a trend table to withhold: what was observed by its round, all else by every round it rests on."""
    observed = (rows["kind"] == "observed").to_numpy()
    return np.where(observed, disclosure.mask(here), disclosure.mask_ever(rows))


def _compared(rows: pd.DataFrame, here: pd.DataFrame, disclosure: Disclosure) -> np.ndarray:
    """Rows whose change is from a withheld number: of last year, or of the first weigh-in where none is given."""
    if "last_year" in rows:
        years = {year: periods.shift(year, -1) for year in here["school_year"].unique()}
        before, known = here.assign(school_year=here["school_year"].map(years)), rows["last_year"].notna()
    else:
        before, known = here.assign(period=next(iter(periods.names()))), pd.Series(True, rows.index)
        if "change" in rows:
            known = rows["change"].notna()
    return disclosure.mask(before) & known.to_numpy()
