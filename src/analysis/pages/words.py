"""Words for what the pages show: names of rounds, areas, indicators and codes, lists, and figures in running text."""

import datetime as dt
from collections.abc import Iterable

from analysis import reference
from analysis.meaning import indicators
from analysis.reference import areas, periods, places, vietnamese
from analysis.reference.areas import WHOLE

RATE_NAMES = {
    "underweight_rate": "Nhẹ cân",
    "stunting_rate": "Thấp còi",
    "overweight_rate": "Thừa cân",
    "obesity_rate": "Béo phì",
}
RATES = tuple(RATE_NAMES)  # of the weigh-ins, in the order of the pages


def round_name(school_year: str, period: str) -> str:
    """One round in words.

    >>> round_name("2024-2025", "HK1"), round_name("2024-2025", "DN")
    ('học kỳ I năm học 2024-2025', 'đầu năm học 2024-2025')
    """
    name = periods.names()[period]
    name = name[0].lower() + name[1:]
    return f"{name} {school_year}" if name.endswith("năm học") else f"{name} năm học {school_year}"


def of_place(text: str, day: dt.date | None = None) -> str:
    """Our own words with what the place of the report is called in their slots, on a day or as it is last.

    >>> of_place("Tổng {kind} {place}; {whole}; {Whole}")
    'Tổng thành phố Hải Phòng; toàn thành phố; Toàn thành phố'
    """
    place = places.on(day) if day else places.latest()
    whole = place.whole_vi
    slots = {
        "{place}": place.name_vi,
        "{kind}": place.kind_vi,
        "{Whole}": whole,
        "{whole}": whole[0].lower() + whole[1:],
        "{borders}": _labels().get(("note", f"borders_{place.root}"), ("", ""))[0],
    }
    for slot, words in slots.items():
        text = text.replace(slot, words)
    return text


def whole() -> str:
    """The whole place as a sentence says it: "toàn thành phố", "toàn tỉnh"."""
    return of_place("{whole}")


@reference.cached
def _labels() -> dict[tuple[str, str], tuple[str, str]]:
    rows = reference.table("labels")
    return {(r.kind, r.code): (r.label_vi, r.short_vi) for r in rows.itertuples()}


def label(kind: str, code: str, short: bool = False) -> str:
    """Vietnamese words for a code of labels.csv; a code that has none is shown as it is.

    >>> label("sector", "nonpublic"), label("unit", "class"), label("model", "new_model")
    ('Ngoài công lập', 'nhóm, lớp', 'new_model')
    """
    known = _labels().get((kind, code))
    if known is None:
        return code
    return of_place(known[short]) if "{" in known[short] else known[short]


@reference.cached
def _indicator_names() -> dict[str, str]:
    table = indicators.definitions()
    names = {other: row.label_vi for row in table.itertuples() for other in row.published_as.split("|") if other}
    return names | table["label_vi"].to_dict()


def indicator_name(indicator: str) -> str:
    """Words for an indicator under our name or the published table's; one that has none is shown as it is.

    >>> indicator_name("enrolment_rate"), indicator_name("groups_and_classes")
    ('Tỷ lệ huy động', 'Nhóm, lớp')
    """
    return _indicator_names().get(indicator, indicator)


def area_name(area: str) -> str:
    """Name of an area for readers; an unknown code is shown as it is.

    >>> area_name("le_chan"), area_name("all"), area_name("x")
    ('Lê Chân', 'Toàn thành phố', 'x')
    """
    if area == WHOLE:
        return places.latest().whole_vi
    return areas.name(area) if area in areas.order() else area


def about(sector: str, age_band: str) -> list[str]:
    """What a number is of, in words, where it is not of all.

    >>> about("public", "nursery"), about("all", "all")
    (['Công lập', 'Nhà trẻ'], [])
    """
    codes = {"sector": sector, "age_band": age_band}
    return [label(kind, code) for kind, code in codes.items() if code != "all"]


@reference.cached
def full_name(sector: str, age_band: str, indicator: str) -> str:
    """A key in words.

    >>> full_name("public", "nursery", "classes")
    'Nhóm, lớp · Công lập · Nhà trẻ'
    """
    return " · ".join([indicator_name(indicator), *about(sector, age_band)])


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them.

    >>> listed(["Lê Chân", "Hải An", "Cát Hải"])
    'Lê Chân, Hải An, Cát Hải'
    """
    return ", ".join(names)


EXAMPLES = 3  # units named of a list that is too long for a sentence


def units_listed(codes: Iterable[str]) -> str:
    """Units by name; where they are too many for a sentence, the first few and how many more.

    >>> units_listed(["le_chan", "hai_an"])
    'Lê Chân, Hải An'
    """
    return areas.shortened([area_name(area) for area in codes], int(reference.setting("many_units")), EXAMPLES)


def plain(value: float | None, decimals: int = 0) -> str:
    """A figure with trailing zeros dropped, as the report prints ratios and rates in running text.

    >>> plain(2.0, 2), plain(39.2904, 2)
    ('2', '39,29')
    """
    written = vietnamese.number(value, decimals)
    return written.rstrip("0").rstrip(",") if "," in written else written
