"""Which edition of a page this is: a draft, or a numbered release, said in a line at the top of every output."""

from dataclasses import dataclass
from typing import Literal

OPENINGS = {
    "draft": "Bản nháp, chưa phát hành: số liệu có thể còn thay đổi.",
    "release": "Bản phát hành số {number}.",
    "correction": "Bản phát hành số {number}, đính chính bản trước.",
    "withdrawn": "Bản phát hành số {number}, đã thu hồi: không dùng số liệu ở đây.",
}


@dataclass(frozen=True)
class Edition:
    """number : of the release, None for a draft.  note : what changed and why, or why it was withdrawn, a sentence.

    allowed : what was released in spite of, a sentence each, as the page says it ("Kỳ còn thiếu biểu của Cát Hải.").
    """

    number: int | None = None
    kind: Literal["draft", "release", "correction", "withdrawn"] = "draft"
    note: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The line: what this is, its note, and what was allowed. It names no day, so that bytes stay the same.

        >>> Edition(3, "correction", "Sửa số lớp của Lê Chân.").words
        'Bản phát hành số 3, đính chính bản trước. Sửa số lớp của Lê Chân.'
        """
        opening = OPENINGS[self.kind].format(number=self.number)
        return " ".join(part for part in (opening, self.note, *self.allowed) if part)


DRAFT = Edition()
