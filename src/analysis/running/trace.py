"""analysis trace: one number of indicators.csv down to the cells it was read from, in Vietnamese."""

import difflib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from click import UsageError

from analysis import reference
from analysis.meaning import earlier_rounds, indicators
from analysis.meaning.origin import Key, Origin
from analysis.meaning.provenance import Origins
from analysis.reading import rounds
from analysis.reading.findings import DataError, shorten, stop_on_faults
from analysis.reading.rounds import Round
from analysis.reference import areas, periods, received, territory
from analysis.reference.targets import Target, target
from analysis.reference.vietnamese import change, number
from analysis.screening.facts import label

LIMIT = 20  # cells printed under one sum
SECTORS = ("all", "public", "nonpublic", "nonpublic_school", "independent")


@dataclass(frozen=True)
class Trace:
    """A number with all it is shown with: its tree, the tree of the same period last year, its target."""

    value: Origin
    last_year: Origin | None
    target: Target | None
    part: Origin | None = None  # of the city, what was counted last year too, where the map was another one

    @property
    def change(self) -> float | None:
        """Against the same period last year, as indicators.csv has it."""
        compared = self.part or self.value
        return None if self.last_year is None else round(compared.value - self.last_year.value, 9)

    @property
    def gap(self) -> float | None:
        """Against the target, as indicators.csv has it."""
        return None if self.target is None else round(self.value.value - self.target.value, 9)


def explain(
    this: Round, last_year: Round | None, area: str, sector: str, age_band: str, indicator: str
) -> Trace | None:
    """Everything behind one row of indicators.csv, or None where this round has no such number."""
    key = (area, sector, age_band, indicator)
    value = Origins(this).tree(*key)
    if value is None:
        return None
    aimed = target(this.observations["school_year"].iloc[0], *key)
    if last_year is None:
        return Trace(value, None, aimed)
    before = Origins(last_year).tree(*key)
    days = [periods.as_of(*each.observations[["school_year", "period"]].iloc[0]) for each in (last_year, this)]
    if area != areas.WHOLE or territory.same_map(*days):
        return Trace(value, before, aimed)
    there = this.observations["area"].isin(last_year.observations["area"])
    part = replace(this, observations=this.observations[there])
    return Trace(value, before, aimed, Origins(part).tree(*key))


def lines(trace: Trace, limit: int = LIMIT) -> Iterator[str]:
    """The tree as text, a step a line; of a sum of many parts at most `limit` are printed."""
    yield from _tree(trace.value, limit)
    if trace.target is not None:
        yield f"Chỉ tiêu: {_figure(trace.target.value)} ({trace.target.document})"
    if trace.last_year is not None:
        yield f"So với cùng kỳ năm trước: {change(trace.change, _decimals(trace.change or 0.0))}"
        yield from _tree(trace.last_year, limit)


def _tree(step: Origin, limit: int, depth: int = 0) -> Iterator[str]:
    indent = "  " * depth
    if step.how == "cell":
        yield f"{indent}{' › '.join(step.where or ())}: {_figure(step.value)} {_who(step)}".rstrip()
        return
    yield f"{indent}{_named(step)}: {_figure(step.value)} {_how(step)}".rstrip()
    printed = limit if step.how in ("sum", "count") else len(step.parts)
    for part in step.parts[:printed]:
        yield from _tree(part, limit, depth + 1)
    more = step.parts[printed:]
    if more:
        total = sum(part.value for part in more)
        yield f"{indent}  … và {number(len(more))} {_kind(more[0])} nữa, cộng lại {number(total, 0)}"


def _kind(part: Origin) -> str:
    if part.how == "cell":
        return "ô"
    return "cơ sở" if part.facility else "phần"


def _named(step: Origin) -> str:
    area, sector, band, indicator = step.key
    if step.facility:
        return f"{shorten(step.facility)} ({label(indicator)})"
    name = f"cần theo định mức, tính từ {label(indicator)}" if step.how in ("times", "divided") else label(indicator)
    return " · ".join([name, areas.name(area), _word("sector", sector), _word("age_band", band)])


def _how(step: Origin) -> str:
    note = f" [{step.note}]" if step.note else ""
    match step.how:
        case "sum":
            cells = bool(step.parts) and step.parts[0].how == "cell"
            return f"= cộng {number(len(step.parts))} {'ô' if cells else 'phần'}{note}"
        case "ratio":
            return f"= {number(step.parts[0].value)} × {number(step.factor)} : {number(step.parts[1].value)}"
        case "times" | "divided":
            sign = "×" if step.how == "times" else ":"
            return f"= {number(step.parts[0].value)} {sign} {number(step.factor, _decimals(step.factor))}{note}"
        case "less":
            return "= số cần − số có (phần cuối)"
        case "count":
            return f"= đếm {number(len(step.parts))} cơ sở{note}"
    return note.strip()


def _who(step: Origin) -> str:
    words = []
    if step.facility:
        words.append(f"({shorten(step.facility)})")
    if step.note:
        words.append(f"[đã sửa: {shorten(step.note, 300)}]")
    return " ".join(words)


def _figure(value: float) -> str:
    return number(value, _decimals(value))


def _decimals(value: float) -> int:
    """Places that show a value whole, at most four."""
    for places in range(4):
        if abs(value - round(value, places)) < 1e-6:
            return places
    return 4


def _word(kind: str, code: str) -> str:
    rows = reference.table("labels")
    named = rows.loc[(rows["kind"] == kind) & (rows["code"] == code), "label_vi"]
    return named.iloc[0] if len(named) else code


# the command


def run(
    school_year: str, period: str, area: str, indicator: str, sector: str, band: str, limit: int, raw: Path | str
) -> int:
    """Print the tree of one number. Returns the exit status.

    area, sector, band : "" for the city, all sectors, all ages.  Raises UsageError for a name that is not known.
    """
    try:
        key = _key(school_year, period, area, indicator, sector, band)
        this = _read(raw, school_year, period)
        last_year = _year_before(raw, this, school_year, period)
    except DataError as problem:
        print(problem, file=sys.stderr)
        return 1
    trace = explain(this, last_year, *key)
    if trace is None:
        raise UsageError(_no_such_number(Origins(this), key))
    print(f"{period} {school_year}")
    print("\n".join(lines(trace, limit)))
    return 0


def _read(raw: Path | str, school_year: str, period: str) -> Round:
    this = rounds.read(raw, school_year, period)
    stop_on_faults(this.findings)
    return this


def _year_before(raw: Path | str, this: Round, school_year: str, period: str) -> Round | None:
    """The same period a year earlier on this round's map, or None where it was not sent."""
    before = (periods.shift(school_year, -1), period)
    earlier = received.behind_earlier(raw, school_year, period)
    if before not in earlier:
        return None
    folders = earlier_rounds.Folders(raw)
    on = periods.as_of(school_year, period)
    map_ = earlier_rounds.known(folders, this, earlier) if received.is_elsewhere(before, on) else None
    last_year = earlier_rounds.read(folders, before, earlier[before], map_)
    stop_on_faults(last_year.findings)
    return last_year


def _key(school_year: str, period: str, area: str, indicator: str, sector: str, band: str) -> Key:
    """What the options name. Raises UsageError for a name that is not known, with the near ones."""
    on = periods.as_of(school_year, period)
    codes = [areas.WHOLE, *areas.reporting(on)]
    if area not in codes:
        area = areas.own(areas.find(area, on) or area or areas.WHOLE, on)
    sector, band = sector or "all", band or "all"
    bands = ["all", *indicators.BANDS["all"]]
    for name in indicators.BANDS["all"]:
        bands += indicators.BANDS[name]
    _known("AREA", area, {code: areas.name(code) for code in codes})
    _known("INDICATOR", indicator, indicators.definitions()["label_vi"].to_dict())
    _known("SECTOR", sector, {code: _word("sector", code) for code in SECTORS})
    _known("BAND", band, {code: _word("age_band", code) for code in bands})
    return area, sector, band, indicator


def _known(argument: str, name: str, known: dict[str, str]) -> None:
    if name in known:
        return
    words = {code: code for code in known}
    for code, words_of_code in known.items():
        words[words_of_code.casefold()] = code
    near = [words[hit] for hit in difflib.get_close_matches(name.casefold(), words, 6, 0.5)]
    offered = dict.fromkeys(near or list(known)[:30])
    listed = ", ".join(f"{code} ({known[code]})" for code in offered)
    raise UsageError(f'{argument}="{name}" không có. {"Gần giống" if near else "Có thể dùng"}: {listed}.')


def _no_such_number(origins: Origins, key: Key) -> str:
    """Which sectors and age bands the indicator does have in that unit."""
    area, sector, band, indicator = key
    there = []
    for other_sector in SECTORS:
        for other_band in ("all", "nursery", "kindergarten", "age5"):
            if origins.tree(area, other_sector, other_band, indicator) is not None:
                there.append(f"SECTOR={other_sector} BAND={other_band}")
    have = f"Có: {'; '.join(there)}." if there else "Kỳ này không có chỉ tiêu này ở đơn vị ấy."
    return f"Không có số {label(indicator)} cho SECTOR={sector} BAND={band}. {have}"
