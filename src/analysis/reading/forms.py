"""The reporting form of a school year, as data/reference/forms describes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analysis import reference
from analysis.reading import encodings
from analysis.reading.units_of_measure import without_unit
from analysis.reference import areas
from analysis.reference.vietnamese import key

LONGEST_LABEL = 200  # letters; the form's own longest has 78
FOOTNOTE = re.compile(r" ?(?:\([0-9*]++\)|[*:.])++$")  # each mark is read in one way only
SECTOR_OF_KIND = {"public_school": "public", "nonpublic_school": "nonpublic", "independent": "nonpublic"}
HEADER_LEVELS = ("header_1", "header_2", "header_3")
OWN_LABELS = {
    "sheet": ("forms/sheets", "name_vi"),
    "cover": ("forms/cover", "label_vi"),
    "row": ("forms/rows", "label_vi"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A number that the form asks for: what it means, and between which limits it lies.

    part_of, at_most : the column or row that it adds up to with others, and the one that it cannot exceed.
    """

    indicator: str
    age_band: str
    type: str
    minimum: float = 0.0
    maximum: float = float("inf")
    part_of: str = ""
    at_most: str = ""


@dataclass(frozen=True, kw_only=True)
class Column(Asked):
    """One column of a sheet: its header as the form writes it and as keys, and what its cells mean.

    parts : columns that add up to this one.
    """

    column: str
    required: str = "all"
    printed: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether its cells hold figures."""
        return bool(self.indicator) or self.type == "row_value"


@dataclass(frozen=True, kw_only=True)
class Row(Asked):
    """One indicator row of the sheet Chỉ tiêu, found by its code (Mã số)."""

    code: str
    label: str
    section: str
    unit: str
    sector_detail: str
    split: bool


def _in_force(table: str, school_year: str, sheet: str = "") -> list[dict[str, str]]:
    """Rows of a table of forms that hold in a school year, of one sheet where it is given."""
    rows = reference.in_force(reference.table(f"forms/{table}"), school_year).to_dict("records")
    return [row for row in rows if not sheet or row["sheet"] == sheet]


def _asked(row: Mapping[str, str]) -> dict:
    """What columns.csv and rows.csv say alike."""
    same = {name: row[name] for name in ("indicator", "age_band", "type", "part_of", "at_most")}
    limits = {name: float(row[name]) for name in ("minimum", "maximum") if row[name]}
    return same | limits


@reference.cached
def sheets(school_year: str) -> dict[str, tuple[str, str]]:
    """Sheets of the form: id → (name, layout)."""
    return {row["sheet"]: (row["name_vi"], row["layout"]) for row in _in_force("sheets", school_year)}


@reference.cached
def columns(school_year: str, sheet: str) -> tuple[Column, ...]:
    """Columns of a sheet in their printed order."""
    rows = _in_force("columns", school_year, sheet)
    parts: dict[str, list[str]] = {}
    for row in rows:
        parts.setdefault(row["part_of"], []).append(row["column"])
    form = []
    for row in rows:
        printed = tuple(row[level] for level in HEADER_LEVELS if row[level])
        column = Column(
            column=row["column"],
            required=row["required"],
            printed=printed,
            path=tuple(map(key, printed)),
            parts=tuple(parts.get(row["column"], ())),
            **_asked(row),
        )
        form.append(column)
    return tuple(form)


@reference.cached
def shares(school_year: str, sheet: str) -> tuple[tuple[str, str], ...]:
    """Counts of a sheet that an office may print a share beside: (part, whole), both columns of the sheet."""
    return tuple((row["part"], row["whole"]) for row in _in_force("shares", school_year, sheet))


@reference.cached
def indicator_rows(school_year: str) -> tuple[Row, ...]:
    """Indicator rows of the form in their printed order."""
    form = []
    for row in _in_force("rows", school_year):
        asked = Row(
            code=row["code"],
            label=row["label_vi"],
            section=row["section_vi"],
            unit=row["unit_vi"],
            sector_detail=row["sector_detail"],
            split=row["split"] == "yes",
            **_asked(row),
        )
        form.append(asked)
    return tuple(form)


def choice(field: str, text: str) -> str:
    """The value of an answer as an office may have written it; an empty text where it is none of those allowed."""
    return _choices(field).get(label(text, field), "")


@reference.cached
def _choices(field: str) -> dict[str, str]:
    """Allowed answers of a field: key of the printed label → value."""
    return {key(row["label_vi"]): row["value"] for row in reference.rows("forms/choices") if row["field"] == field}


def choices(field: str) -> list[str]:
    """The answers that a field allows, as the form prints them."""
    return [row["label_vi"] for row in reference.rows("forms/choices") if row["field"] == field]


@reference.cached
def cover() -> dict[str, str]:
    """Fields of the cover: key of the printed label → field."""
    return {key(row["label_vi"]): row["field"] for row in reference.rows("forms/cover")}


@reference.cached
def label(text: str, kind: str) -> str:
    """The key of the form's own label that a text stands for, whatever its variant, encoding, footnote or colon.

    kind is that of forms/aliases.csv: header, part, share, total, sheet, cover, row, or a field of forms/choices.csv. A
    text that stands for none gives its own key; one too long for a label is left as it is.

    >>> label("Mã  đơn vị:", "header") == key("Mã cơ sở")
    True
    """
    labels = _labels(kind)
    words = " ".join(text.split())
    if len(words) > LONGEST_LABEL:
        return words
    for reading in encodings.readings(words):
        for written in (reading, FOOTNOTE.sub("", reading), without_unit(reading)):
            if key(written) in labels:
                return labels[key(written)]
    return key(words)


def written(kind: str) -> list[str]:
    """Every way of writing the labels of a kind."""
    texts = _own_labels(kind)
    for row in reference.rows("forms/aliases"):
        if row["kind"] == kind:
            texts += row["aliases"].split("|")
    return texts


@reference.cached
def is_label(text: str, kind: str) -> bool:
    """Whether a text stands for a label of that kind."""
    return label(text, kind) in _labels(kind)


@reference.cached
def _labels(kind: str) -> dict[str, str]:
    """Key of every label of a kind and of its variants → key of the label."""
    labels = {key(text): key(text) for text in _own_labels(kind)}
    for row in reference.rows("forms/aliases"):
        if row["kind"] != kind:
            continue
        meant = key(row["label_vi"])
        for text in (row["label_vi"], *row["aliases"].split("|")):
            if labels.setdefault(key(text), meant) != meant:
                raise reference.ReferenceTableError(
                    f'data/reference/forms/aliases.csv, {kind}: "{text}" là cách ghi của hai nhãn khác nhau; giữ một.'
                )
    return labels


def check_aliases() -> None:
    """Raises ReferenceTableError where a text stands for two labels of a kind."""
    for kind in dict.fromkeys(row["kind"] for row in reference.rows("forms/aliases")):
        _labels(kind)


def _wholes() -> list[str]:
    """What a total row may call the whole, of every kind of unit: "Toàn quận", "Cộng toàn quận", "Cộng quận"."""
    labels = []
    for whole in (row["whole_vi"] for row in areas.kinds().values()):
        _, _, unit = whole.partition(" ")
        labels += [whole, *(f"{added} {named}" for added in ("Cộng", "Tổng", "Tổng cộng") for named in (whole, unit))]
    return labels


def _own_labels(kind: str) -> list[str]:
    """The labels that the form itself prints."""
    if kind == "header":
        return [row[level] for row in reference.rows("forms/columns") for level in HEADER_LEVELS if row[level]]
    if kind == "total":
        return _wholes()
    if kind in OWN_LABELS:
        table, column = OWN_LABELS[kind]
        return [row[column] for row in reference.rows(table)]
    return choices(kind)
