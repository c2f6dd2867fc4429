"""What one round says against the rounds before it: facilities that come and go, jumps, flows, copied sheets."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import reference, store
from analysis.reading import forms
from analysis.reading.findings import Finding, limit
from analysis.reference import periods
from analysis.reference.vietnamese import key, number, percent
from analysis.screening.facts import Facts, band_name, label

MAD = 1.4826  # the median absolute deviation of a normal spread, in standard deviations
LEAST_CHANGE = 0.2  # a unit's yearly change below 20 % is never called a jump
OWN_HISTORY = 4  # changes needed before a unit is judged by its own middle
COPIED_FROM = 20  # a sheet with fewer numbers above zero can agree by chance
SAME = ["name", "commune", "kind"]  # what a facility keeps from round to round
SLOW_SHEETS = ("staff",)  # staff rarely change between two rounds; there a copied sheet shows in the flow of teachers
UNIT_KEY = ["area", "indicator", "age_band"]
KIND_VI = {"public_school": "trường công lập", "nonpublic_school": "trường tư thục", "independent": "cơ sở độc lập"}


def geography(now: Facts, last: Facts) -> Iterator[Finding]:
    """A facility keeps its code, its unit, its commune, its name and its kind from one round to the next."""
    was = last.facilities.reset_index().drop_duplicates("facility").set_index("facility")
    for at in now.facilities.index[~now.facilities.index.isin(last.facilities.index)]:
        if at[1] in was.index:
            yield now.row_finding("facility_moved", at, now.named(*at), was.at[at[1], "workbook"])
    both = now.facilities.join(last.facilities.add_suffix("_was"), how="inner")
    changed = both[(both[SAME] != both[[f"{column}_was" for column in SAME]].to_numpy()).any(axis=1)]
    for at, row in changed.iterrows():
        named = now.named(*at)
        if row["kind"] != row["kind_was"]:
            found = f"{named} là {KIND_VI[row['kind']]}"
            yield now.row_finding("kind_changed", at, found, KIND_VI[row["kind_was"]])
        if key(row["name"]) != key(row["name_was"]):
            yield now.row_finding("name_changed", at, named, row["name_was"])
        if key(row["commune"]) != key(row["commune_was"]):
            yield now.row_finding("commune_changed", at, f"{named} ở {row['commune']}", row["commune_was"])


def time(now: Facts, last: Facts | None, year_ago: Facts | None) -> Iterator[Finding]:
    """The stage time, as far as facilities go; a round that is not there is not compared with."""
    if last is not None:
        yield from _come_and_gone(now, last)
        both = now.counts.index.intersection(last.counts.index)
        yield from _facility_jumps(now, last, both)
        yield from _flow(now, last, both)
    this = _comparable(now)
    for before in (last, year_ago):
        if before is not None:
            yield from _copied_sheets(now, this, before)


def jumps(now: Facts, series: pd.DataFrame, school_year: str, period: str) -> Iterator[Finding]:
    """Yearly changes of a unit far outside its own history.

    The robust z of a log change: (change − the unit's median change) / scale, where scale joins the unit's spread (or
    the units' pooled one, where larger or where the unit has few changes) and the noise of counting, 1/now + 1/then.
    Source: median and MAD as in Hampel (1974); the pooled floor keeps a very calm history from crying wolf.
    """
    rules = reference.table("screening")
    rules = rules[rules["check"] == "jump"]
    asked = pd.MultiIndex.from_frame(rules[["indicator", "age_band"]])
    past = series[series["indicator"].isin(rules["indicator"]) & series["area"].isin(now.workbooks)]
    past = store.plain(past[past["sector"] == "all"])
    past = past[pd.MultiIndex.from_frame(past[["indicator", "age_band"]]).isin(asked)]
    if past.empty:
        return
    table = past.pivot(index=UNIT_KEY, columns=["school_year", "period"], values="value")
    here = now.sums.xs("all", level="sector").reorder_levels(UNIT_KEY)
    then_key = (periods.shift(school_year, -1), period)
    if then_key not in table.columns:
        return
    then, value = table[then_key], here.reindex(table.index)
    score = _robust_z(table, np.log(value.where(value > 0) / then.where(then > 0)), 1 / value + 1 / then)
    least = rules.set_index(["indicator", "age_band"])["least"].astype(float)
    least = least.reindex(table.index.droplevel("area")).to_numpy()
    far = (score.abs() > limit("jump")) & ((value - then).abs() >= np.maximum(least, LEAST_CHANGE * then))
    for area, indicator, band in table.index[far | ((value == 0) & (then >= least))]:
        at = (area, indicator, band)
        found = f"{label(indicator)} ({band_name(band)}) {number(value[at])}"
        yield now.unit_finding("jump", area, f"{indicator}/{band}", found, number(then[at]))


def _robust_z(table: pd.DataFrame, change: pd.Series, noise: pd.Series) -> pd.Series:
    """How far a log change lies from a unit's own past changes, in robust standard deviations."""
    logs = dict(zip(table.columns, np.log(table.where(table > 0).to_numpy()).T, strict=True))
    then = {(year, period): logs.get((periods.shift(year, -1), period)) for year, period in logs}
    past = pd.DataFrame({at: logs[at] - before for at, before in then.items() if before is not None}, table.index)
    enough = past.notna().sum(axis=1) >= OWN_HISTORY
    kinds = ["indicator", "age_band"]
    middle = past.median(axis=1)
    middle = middle.where(enough, middle.groupby(kinds).transform("median")).fillna(0.0)
    spread = past.sub(middle, axis=0).abs().median(axis=1) * MAD
    pooled = spread.groupby(kinds).transform("median")
    scale = np.sqrt(np.fmax(spread.where(enough), pooled).fillna(0.0) ** 2 + noise)
    return (change - middle) / scale


def _come_and_gone(now: Facts, last: Facts) -> Iterator[Finding]:
    """Facilities that vanished or appeared; a pair with one name and commune is one facility with a new code."""
    gone = last.facilities[~last.facilities.index.get_level_values("facility").isin(_codes(now))]
    new = now.facilities[~now.facilities.index.get_level_values("facility").isin(_codes(last))]
    gone_as = {(at[0], key(row["name"]), key(row["commune"])): at for at, row in gone.iterrows()}
    recoded = set()
    for at, row in new.iterrows():
        before = gone_as.get((at[0], key(row["name"]), key(row["commune"])))
        if before:
            recoded.add(before)
            yield now.row_finding("facility_recoded", at, now.named(*at), before[1])
        else:
            yield now.row_finding("facility_appeared", at, now.named(*at))
    gone = gone.drop(index=list(recoded))
    sheet = now.facilities["sheet"].iloc[0]
    for at in gone.index:
        yield Finding("facility_vanished", at[0], now.workbooks[at[0]], sheet, found=last.named(*at))
    lost, had = gone.groupby("area").size(), last.facilities.groupby("area").size()
    for area in lost.index[lost > had.reindex(lost.index) * limit("many_vanished") / 100]:
        yield Finding(
            "many_vanished",
            area,
            now.workbooks[area],
            sheet,
            "",
            f"{number(lost[area])} cơ sở không còn",
            number(had[area]),
        )


def _codes(facts: Facts) -> pd.Index:
    return facts.facilities.index.get_level_values("facility")


def _facility_jumps(now: Facts, last: Facts, both: pd.Index) -> Iterator[Finding]:
    """Counts of the facilities of both rounds that are many times, or a small part of, what they were."""
    rules = reference.table("screening")
    factor = limit("facility_jump")
    for rule in rules[rules["check"] == "facility_jump"].itertuples():
        value, before = (facts.count(rule.indicator, rule.age_band).reindex(both) for facts in (now, last))
        far = (value >= before * factor) | (value * factor <= before)
        for at in value.index[far & ((value - before).abs() >= float(rule.least))]:
            found = f"{label(rule.indicator)} {number(value[at])}"
            yield now.facility_finding(
                "facility_jump", at, f"{rule.indicator}/{rule.age_band}", found, number(before[at])
            )


def _flow(now: Facts, last: Facts, both: pd.Index) -> Iterator[Finding]:
    """Teachers of the last round, less those who left, plus those recruited, are the teachers of this one."""
    of = "teachers", "teachers_left", "teachers_recruited"
    teachers, left, recruited = (now.count(name, "all").reindex(both) for name in of)
    before = last.count("teachers", "all").reindex(both)
    for at in teachers.index[left > before + recruited]:
        yield now.facility_finding(
            "more_left_than_were", at, "teachers_left/all", f"{number(left[at])} giáo viên nghỉ",
            number(before[at] + recruited[at]),
        )  # fmt: skip
    due = before - left + recruited
    for at in teachers.index[(due != teachers) & (due >= 0)]:
        found = f"{number(teachers[at])} giáo viên"
        yield now.facility_finding("flow_does_not_add", at, "teachers/all", found, number(due[at]))


def _copied_sheets(now: Facts, this: pd.Series, before: Facts) -> Iterator[Finding]:
    """Sheets whose numbers above zero are those of an earlier round, cell for cell."""
    was = _comparable(before).reindex(this.index)
    counted = (this > 0) | (was > 0)
    equal = (this == was)[counted].groupby(level=["area", "sheet"]).agg(["mean", "size"])
    copied = (equal["mean"] * 100 >= limit("copied_sheet")) & (equal["size"] >= COPIED_FROM)
    for area, sheet in equal.index[copied]:
        share = percent(equal.at[(area, sheet), "mean"] * 100, 0)
        yield Finding(
            "copied_sheet", area, now.workbooks[area], sheet, found=share, expected=before.workbooks.get(area, area)
        )


def _comparable(facts: Facts) -> pd.Series:
    """Numbers that a new count would change: not what follows from the list of facilities, not a slow sheet."""
    same = ["area", "facility", "sector", "age_band", "indicator", "sheet"]
    sheets = forms.sheets(facts.observations["school_year"].iloc[0])
    slow = {name for sheet, (name, _) in sheets.items() if sheet in SLOW_SHEETS}
    listed = ["schools", "facilities", "independent_facilities", "campuses"]
    rows = facts.observations[[*same, "value"]]
    rows = rows[~rows["sheet"].isin(slow) & ~rows["indicator"].isin(listed)]
    values = rows.fillna({"facility": ""}).set_index(same)["value"]
    return values[~values.index.duplicated()]
