"""What one round says against the rounds before it: facilities that come and go, jumps, flows, copied sheets."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis import store
from analysis.reading import forms
from analysis.reading.facility_names import SEVERAL, Names
from analysis.reading.findings import MOST_ALIKE, Finding, limit
from analysis.reference import communes, periods, territory
from analysis.reference.vietnamese import key, number, percent
from analysis.screening.facts import At, Facts, band_name, label, rules

MAD = 1.4826  # the median absolute deviation of a normal spread, in standard deviations
LEAST_CHANGE = 0.2  # a unit that changed by less than 20 % more than all units did is never called one that jumped
OWN_HISTORY = 4  # changes needed before a unit is judged by its own middle
COPIED_FROM = 20  # a sheet with fewer numbers above zero can agree by chance
SAME = ["name", "commune", "kind"]  # what a facility keeps from round to round
LASTING = "campuses"  # of a facility, that no new count changes
Alike = tuple[str, str, int, int]  # area and sheet, how many numbers there are above zero, and how many stayed
SLOW_SHEETS = ("staff",)  # staff rarely change between two rounds; there a copied sheet shows in the flow of teachers
UNIT_KEY = ["area", "indicator", "age_band"]
KIND_VI = {"public_school": "trường công lập", "nonpublic_school": "trường tư thục", "independent": "cơ sở độc lập"}


def geography(now: Facts, last: Facts) -> Iterator[Finding]:
    """A facility keeps its code, its unit, its commune, its name and its kind from one round to the next."""
    was = last.facilities.reset_index().drop_duplicates("facility").set_index("facility")
    for at in now.facilities.index[~now.facilities.index.isin(last.facilities.index)]:
        if at[1] in was.index:
            yield now.row_finding("facility_moved", at, now.named(*at), was.at[at[1], "workbook"])
    both = now.facilities.join(last.facilities[SAME].add_suffix("_was"), how="inner")
    if not territory.same_map(last.day, now.day):  # it was re-placed by the commune that it lay in then
        both["commune_was"] = both["commune"]
    is_other = [both[column] != both[f"{column}_was"] for column in SAME]
    changed = both[np.logical_or.reduce(is_other)]
    yield from _moved_texts(now, last, changed)
    for at, row in changed.iterrows():
        named = now.named(*at)
        kind, kind_was = row["kind"], row["kind_was"]
        commune, commune_was = row["commune"], row["commune_was"]
        if kind != kind_was:
            yield now.row_finding("kind_changed", at, f"{named} là {KIND_VI[kind]}", KIND_VI[kind_was])
        if key(row["name"]) != key(row["name_was"]):
            yield now.row_finding("name_changed", at, named, row["name_was"])
        if commune and key(commune) != key(commune_was):
            yield now.row_finding("commune_changed", at, f"{named} ở {commune}", commune_was)


def _moved_texts(now: Facts, last: Facts, changed: pd.DataFrame) -> Iterator[Finding]:
    """Names or communes of many codes of a unit at once: they were shifted, or the codes are no longer theirs."""
    for area, rows in changed.groupby(level="area"):
        names_then = Names(last.facilities.loc[area, "name"].items())
        renamed, exchanged, elsewhere = [], [], []
        for at, row in rows.iterrows():
            meant = names_then.meant(row["name"])
            if key(row["name"]) != key(row["name_was"]) and at[1] not in meant:
                renamed.append(at)
                exchanged += [at] if meant else []
            if key(row["commune"]) != key(row["commune_was"]) and area in communes.units_with(
                row["commune_was"], now.day
            ):
                elsewhere.append(at)  # not because the commune is no more
        many = max(limit("names_moved") * len(now.facilities.loc[area]) / 100, 3)
        if len(exchanged) >= SEVERAL or len(renamed) > many:
            at = (exchanged or renamed)[0]
            found = f"{now.named(*at)}, cả thảy {number(len(renamed))} mã"
            yield now.row_finding("names_moved", at, found, rows.at[at, "name_was"])
        if len(elsewhere) > many:
            at = elsewhere[0]
            found = f"{now.named(*at)} ở {rows.at[at, 'commune']}, cả thảy {number(len(elsewhere))} mã"
            yield now.row_finding("communes_moved", at, found, rows.at[at, "commune_was"])


def time(now: Facts, last: Facts | None, year_ago: Facts | None) -> Iterator[Finding]:
    """The stage time, as far as facilities go; a round that is not there is not compared with."""
    if last is not None:
        yield from _come_and_gone(now, last)
        both = now.counts.index.intersection(last.counts.index)
        yield from _facility_jumps(now, last, both)
        if now.place_of_round == last.place_of_round + 1:  # flows of a round that is not there are not known
            yield from _flow(now, last, both)
    for before in (last, year_ago):
        if before is not None:
            yield from _copied_sheets(now, before)


def jumps(now: Facts, series: pd.DataFrame, school_year: str, period: str) -> Iterator[Finding]:
    """Yearly changes of a unit far outside its own history.

    The robust z of a log change: (change − the unit's median change) / scale, where scale joins the unit's spread (or
    the units' pooled one, where larger or where the unit has few changes) and the noise of counting, 1/now + 1/then.
    Source: median and MAD as in Hampel (1974); the pooled floor keeps a very calm history from crying wolf.
    """
    least_change = {rule.part: rule.least for rule in rules("jump")}
    asked = [indicator for indicator, _ in least_change]
    past = store.plain(store.among(series, indicator=asked, area=now.workbooks, sector=["all"]))
    part = pd.MultiIndex.from_frame(past[["indicator", "age_band"]])
    past = past[part.isin(list(least_change))]
    year_ago = (periods.shift(school_year, -1), period)
    if past.empty:
        return
    table = past.pivot(index=UNIT_KEY, columns=["school_year", "period"], values="value")
    if year_ago not in table.columns:
        return
    then = table[year_ago]
    value = now.sums.xs("all", level="sector").reorder_levels(UNIT_KEY).reindex(table.index)
    growth = np.log(value.where(value > 0) / then.where(then > 0))
    noise = 1 / value + 1 / then
    score = _robust_z(table, growth, noise)
    of_all = growth.groupby(["indicator", "age_band"]).transform("median")
    least = table.index.droplevel("area").map(least_change).to_numpy()
    as_all = then * np.exp(of_all)
    is_large = (value - as_all).abs() >= np.maximum(least, LEAST_CHANGE * as_all)
    is_far = score.abs() > limit("jump")
    is_gone = (value == 0) & (then >= least)
    for at in table.index[is_far & is_large | is_gone]:
        area, indicator, band = at
        found = f"{label(indicator)} ({band_name(band)}) {number(value[at])}"
        yield now.finding("jump", area, f"{indicator}/{band}", found, number(then[at]))


def _robust_z(table: pd.DataFrame, change: pd.Series, noise: pd.Series) -> pd.Series:
    """How far a log change lies from a unit's own past changes, in robust standard deviations."""
    logs = np.log(table.where(table > 0))
    year_before = [(periods.shift(year, -1), period) for year, period in table.columns]
    past = logs - logs.reindex(columns=pd.MultiIndex.from_tuples(year_before)).to_numpy()
    enough = past.notna().sum(axis=1) >= OWN_HISTORY
    kinds = ["indicator", "age_band"]
    middle = past.median(axis=1)
    middle = middle.where(enough, middle.groupby(kinds).transform("median")).fillna(0.0)
    spread = past.sub(middle, axis=0).abs().median(axis=1) * MAD
    pooled = spread.groupby(kinds).transform("median")
    own_or_pooled = np.fmax(spread.where(enough), pooled).fillna(0.0)
    scale = np.sqrt(own_or_pooled**2 + noise)
    return (change - middle) / scale


def _come_and_gone(now: Facts, last: Facts) -> Iterator[Finding]:
    """Facilities that vanished or appeared; a pair with one name and commune is one facility with a new code."""
    codes, codes_before = (facts.facilities.index.get_level_values("facility") for facts in (now, last))
    gone = last.facilities[~codes_before.isin(codes)]
    new = now.facilities[~codes.isin(codes_before)]
    gone_at = {_identity(at, row): at for at, row in gone.iterrows()}
    recoded: dict[str, dict[At, At]] = {}  # area → facility under its new code → under its old one
    for at, row in new.iterrows():
        before = gone_at.get(_identity(at, row))
        if before is not None:
            recoded.setdefault(at[0], {})[at] = before
        else:
            yield now.row_finding("facility_appeared", at, now.named(*at))
    for pairs in recoded.values():
        yield from _recoded(now, pairs)
        gone = gone.drop(index=list(set(pairs.values())))
    sheet = now.facilities["sheet"].iloc[0]
    for area, facility in gone.index:
        yield now.workbook_finding("facility_vanished", area, last.named(area, facility), sheet=sheet)
    lost = gone.groupby("area").size()
    had = last.facilities.groupby("area").size().reindex(lost.index)
    for area in lost.index[lost > had * limit("many_vanished") / 100]:
        found = f"{number(lost[area])} cơ sở không còn"
        yield now.workbook_finding("many_vanished", area, found, number(had[area]), sheet)


def _recoded(now: Facts, pairs: dict[At, At]) -> Iterator[Finding]:
    """A facility under a new code; many of a unit are one finding: their codes lost what they all began with, say."""
    if len(pairs) <= MOST_ALIKE:
        for at, before in pairs.items():
            yield now.row_finding("facility_recoded", at, now.named(*at), before[1])
        return
    (at, before), *_ = pairs.items()
    lost = before[1].removesuffix(at[1])
    are_cut = all(was[1] == lost + now_at[1] for now_at, was in pairs.items())
    how = f'mất phần đầu "{lost}"' if lost and are_cut else "mang mã khác"
    yield now.row_finding("many_recoded", at, f"{len(pairs)} cơ sở {how} (như {now.named(*at)})", before[1])


def _identity(at: At, row: pd.Series) -> tuple[str, str, str]:
    """What tells a facility from others of its round, but for its code."""
    return at[0], key(row["name"]), key(row["commune"])


def _facility_jumps(now: Facts, last: Facts, both: pd.Index) -> Iterator[Finding]:
    """Counts of the facilities of both rounds that are many times, or a small part of, what they were."""
    factor = limit("facility_jump")
    for rule in rules("facility_jump"):
        value = now.count(*rule.part).reindex(both)
        before = last.count(*rule.part).reindex(both)
        is_far = (value >= before * factor) | (value * factor <= before)
        is_large = (value - before).abs() >= rule.least
        wrong = is_far & is_large
        words = label(rule.part[0]) + " {}"
        yield from now.findings("facility_jump", wrong, rule.place, words, value, before)


def _flow(now: Facts, last: Facts, both: pd.Index) -> Iterator[Finding]:
    """Teachers of the last round, less those who left, plus those recruited, are the teachers of this one."""
    counts = ("teachers", "teachers_left", "teachers_recruited")
    teachers, left, recruited = (now.count(indicator, "all").reindex(both) for indicator in counts)
    most = last.count("teachers", "all").reindex(both) + recruited
    too_many = left > most
    yield from now.findings("more_left_than_were", too_many, "teachers_left/all", "{} giáo viên nghỉ", left, most)
    due = most - left
    wrong = (due != teachers) & (due >= 0)
    share = wrong.groupby("area").transform("mean") * 100
    is_few = share <= limit("flows_do_not_add")
    yield from now.findings("flow_does_not_add", wrong & is_few, "teachers/all", "{} giáo viên", teachers, due)
    for _, here in wrong[wrong & ~is_few].groupby("area"):
        first = here.index[0]
        found = f"{number(teachers[first])} giáo viên, và {len(here) - 1} cơ sở khác cũng lệch"
        yield now.finding("flows_do_not_add", first, "teachers/all", found, number(due[first]))


def _copied_sheets(now: Facts, before: Facts) -> Iterator[Finding]:
    """Sheets whose numbers above zero are those of an earlier round, cell for cell."""
    for area, sheet, counted, equal in [*_alike_in_facilities(now, before), *_alike_in_rows(now, before)]:
        if counted >= COPIED_FROM and equal / counted * 100 >= limit("copied_sheet"):
            share = percent(equal / counted * 100, 0)
            yield now.workbook_finding("copied_sheet", area, share, before.workbooks.get(area, area), sheet)


def _alike_in_facilities(now: Facts, before: Facts) -> Iterator[Alike]:
    """The sheets of facilities: not what follows from the list of facilities, not a slow sheet."""
    slow = [name for sheet, (name, _) in forms.sheets(now.school_year).items() if sheet in SLOW_SHEETS]
    was = before.counts.reindex(now.counts.index)
    areas = now.counts.index.get_level_values("area")
    for sheet, columns in now.sheets.items():
        asked = [column for column in columns if column[0] != LASTING]
        if sheet in slow or not asked:
            continue
        this, then = now.counts[asked].to_numpy(), was.reindex(columns=asked).to_numpy()
        is_counted = ~np.isnan(this) & ((this > 0) | (then > 0))
        counted, equal = is_counted.sum(axis=1), (is_counted & (this == then)).sum(axis=1)
        for area, row in pd.DataFrame({"counted": counted, "equal": equal}).groupby(areas).sum().iterrows():
            yield str(area), sheet, int(row["counted"]), int(row["equal"])


def _alike_in_rows(now: Facts, before: Facts) -> Iterator[Alike]:
    """The sheets with a unit's own numbers."""
    this, then = (facts.own_numbers() for facts in (now, before))
    was = then.reindex(this.index)
    is_counted = (this > 0) | (was > 0)
    equal = (this == was)[is_counted].groupby(level=["area", "sheet"]).agg(["size", "sum"])
    for (area, sheet), row in equal.iterrows():
        yield area, sheet, int(row["size"]), int(row["sum"])
