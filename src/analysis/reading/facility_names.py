"""Whether the name beside each code on a sheet is that of the list of facilities, however it is spelt."""

from collections.abc import Iterable

from analysis import reference
from analysis.reading import encodings, plain_words
from analysis.reading.cells import address, shown
from analysis.reading.count_columns import CountColumns

SEVERAL = 2  # names that stand beside each other's codes: rows were shifted or sorted without their codes
KINDS = {"truong", "mam", "non", "mau", "giao", "lop", "nhom", "tre", "co", "so", "doc", "lap", "tu", "thuc", "cong"}


class Names:
    """Names of facilities by code, to tell whose a name is."""

    def __init__(self, listed: Iterable[tuple[str, str]]):
        self.by_name: dict[tuple[str, ...], set[str]] = {}
        self.by_own_words: dict[tuple[str, ...], set[str]] = {}
        for code, name in listed:
            self.by_name.setdefault(plain_words.words(name), set()).add(code)
            self.by_own_words.setdefault(_own_words(name), set()).add(code)

    def meant(self, name: str) -> set[str]:
        """Codes of the facilities that bear a name, else of those that bear it but for the words of their kind."""
        return self.by_name.get(plain_words.words(name)) or self.by_own_words.get(_own_words(name), set())


def agree(name: str, other: str) -> bool:
    """Whether two names are of one facility, however they are spelt.

    >>> agree("Trường MN Hoa Sen", "Mầm non Hoa  Sen"), agree("Mầm non Hoa Sen 1", "Mầm non Hoa Sen 2")
    (True, False)
    """
    return _own_words(name) == _own_words(other)


def check(table: CountColumns, codes: list[str]) -> None:
    """The names on a sheet agree with the list: several exchanged among codes stop the run, others are asked about."""
    listed = {code: name for code, name, *_ in table.page.book.facilities}
    if len(set(codes)) < len(codes):
        return  # told already
    differing = []
    for row, code, value in zip(table.rows, codes, table.cells("name"), strict=True):
        name = shown(value)
        if name and code in listed and name != listed[code] and not encodings.is_garbled(listed[code]):
            differing.append((row, code, name))
    names = Names(listed.items()) if differing else Names([])
    exchanged, unlike = [], []
    for row, code, name in differing:
        meant = names.meant(name)
        fault = address(row, table.at["name"]), name, f"{listed[code]} ({code})"
        if meant and code not in meant:
            exchanged.append(fault)
        elif not meant:
            unlike.append(fault)
    if len(exchanged) >= SEVERAL:
        cell, found, expected = exchanged[0]
        others = len(exchanged) + len(unlike) - 1
        table.page.doubt("names_shifted", cell, f"{found} (và {others} dòng khác)", expected)
    else:
        table.page.ask_each("name_differs", exchanged + unlike)


@reference.cached
def _own_words(name: str) -> tuple[str, ...]:
    """The words of a name that no other facility of its kind need have; all of them where there are no others."""
    words = plain_words.words(name)
    return tuple(word for word in words if word not in KINDS) or words
