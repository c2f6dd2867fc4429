"""Marks: what numbers rest on that a reader must know, said beside every table, figure and sentence that shows them."""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from analysis.pages.words import whole


class Mark(NamedTuple):
    """One thing that numbers rest on, in the words of the page; marks stand together in the order of `place`."""

    place: int
    sign: str  # at a row that carries it where others do not
    tag: str  # beside a caption, a sentence, in a picture
    some: str  # beside the caption of a table of which only some rows carry it
    note: str  # below a table


Marks = tuple[Mark, ...]

SIMULATED = Mark(
    place=1,
    sign="†",
    tag="số liệu mô phỏng",
    some="có số liệu mô phỏng",
    note="Dựa trên số liệu mô phỏng, không phải số liệu đơn vị báo cáo.",
)

ESTIMATED = Mark(
    place=5,
    sign="≈",
    tag="ước tính theo trẻ đến trường",
    some="có số ước tính",
    note="Ước tính: số của đơn vị cũ chia theo trẻ đến trường của các cơ sở đã xếp lại; khoảng 80 % ở bảng số liệu.",
)


def carried(units: str, count: str) -> Mark:
    """Numbers of an earlier round. units, count : whose, and how many of how many; empty where only the past has any.

    >>> carried("Cát Hải", "1/14").tag, carried("", "").tag
    ('số kỳ trước: 1/14', 'số kỳ trước')
    """
    tag = "số kỳ trước" + (f": {count}" if count else "")
    note = "Dựa trên số liệu kỳ trước."
    if units:
        note = f"{units} chưa có biểu kỳ này: số có đến ngày báo cáo lấy từ kỳ trước của đơn vị."
    return Mark(2, "§", tag, f"có {tag}", note)


def partial(units: str, count: str) -> Mark:
    """Numbers of the city without some of its units. units : which; count : how many there are, of how many.

    >>> partial("Cát Hải", "13/14").tag
    'mới có 13/14 đơn vị'
    """
    tag = f"mới có {count} đơn vị"
    return Mark(3, "*", tag, f"{whole()} {tag}", f"Mới có {count} đơn vị: chưa gồm {units}, chưa có biểu kỳ này.")


def partial_before(rounds: str) -> Mark:
    """Numbers of several rounds, or resting on them, of which earlier ones lacked units. rounds : which, and whose.

    >>> partial_before("học kỳ I năm học 2022-2023 (chưa gồm Cát Hải)").tag
    'có kỳ trước thiếu đơn vị'
    """
    tag = "có kỳ trước thiếu đơn vị"
    return Mark(4, "‡", tag, f"{whole()} {tag}", f"Tổng {whole()} chưa đủ đơn vị ở {rounds}.")


def compared(count: str, lacking: str) -> Mark:
    """A change of the whole on the part that both rounds have. count : "113/114"; lacking : what is in this one only.

    >>> compared("113/114", "Bạch Long Vĩ").tag
    'so với cùng kỳ: 113/114 đơn vị'
    """
    tag = f"so với cùng kỳ: {count} đơn vị"
    without = f", chưa gồm {lacking}" if lacking else ""
    note = f"So với cùng kỳ chỉ tính trên {count} đơn vị có số liệu ở cả hai kỳ{without}; cùng một địa bàn hai bên."
    return Mark(6, "¶", tag, tag, note)


def together(each: Iterable[Marks]) -> Marks:
    """Every mark of several, once, in order.

    >>> together([(partial("Cát Hải", "1/14"),), (), (SIMULATED, partial("Cát Hải", "1/14"))])[0].tag
    'số liệu mô phỏng'
    """
    return tuple(sorted({mark for marks in each for mark in marks}))


def beside(tags: Iterable[str]) -> Markup:
    """Tags as they stand after a caption or a sentence, one look for all."""
    return Markup("").join(Markup(' <span class="simulated">{}</span>').format(tag) for tag in tags)
