"""What is wrong with the data, in words an analyst can forward: where, what, what to do (data/reference/checks.csv)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis import reference
from analysis.reading.number_keys import UNTIED, NumberKey, key_of
from analysis.reference import areas
from analysis.reference.vietnamese import visible

LOOKED_AT = 10  # times the letters that a message bears: the rest of a longer text is not looked at
MOST_LINES = 30  # messages that an error prints
MOST_ALIKE = 10  # findings of one cause that are told one by one
ANALYST = "corrections.csv"  # an advice that names it is not for the office
Keys = Mapping[tuple[str, str, str], NumberKey]  # area, sheet and cell → the number that stands there


@dataclass(frozen=True)
class Finding:
    """One fault: which check met it and where. `found` and `expected` fill the message of that check."""

    check: str
    area: str
    workbook: str
    sheet: str = ""
    cell: str = ""
    found: str = ""
    expected: str = ""
    answer: str = ""  # what the register answers to a question

    @property
    def severity(self) -> str:
        """ "stop", "question" (must be answered, stops nothing) or "attention" (also a question that is answered)."""
        severity = _checks()[self.check]["severity"]
        return "attention" if severity == "question" and self.answer else severity

    @property
    def message(self) -> str:
        """Where, what and what to do, in Vietnamese."""
        where = " › ".join(filter(None, (self.workbook, self.sheet, self.cell)))
        todo = f"Đã trả lời: {self.answer}." if self.answer else self._do
        return f"{visible(where)}: {self._says}. {todo}"

    @property
    def question(self) -> str:
        """The same for the office that is asked: not where, and what it is to send back instead of what to do here."""
        says = self._says
        if not _checks()[self.check]["says"].startswith("{"):  # what a cell holds stays as it is
            says = says[0].upper() + says[1:]
        asks = _questions().get(self.check, {}).get("ask_vi")
        if not asks:
            asks = ". ".join(advice for advice in self._do.split(". ") if ANALYST not in advice)
        return ". ".join(filter(None, [says, asks])).rstrip(".") + "."

    @property
    def is_for_office(self) -> bool:
        """Whether the office is asked; what the register's keeper alone can mend is not for it."""
        return _questions().get(self.check, {"ask_vi": self.check})["ask_vi"] != ""

    @property
    def _do(self) -> str:
        return _checks()[self.check]["do"].replace("{office}", areas.asked(self.area))

    @property
    def _says(self) -> str:
        says = _checks()[self.check]["says"]
        return says.replace("{found}", shorten(self.found)).replace("{expected}", shorten(self.expected)).strip()


class DataError(Exception):
    """The data cannot be used as it is: every fault that stops the run, one message a line."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = list(findings)
        lines = [finding.message for finding in self.findings[:MOST_LINES]]
        more = len(self.findings) - len(lines)
        if more:
            lines.append(f"… và {more} lỗi nữa (xem findings.csv).")
        head = f"Số liệu có {len(self.findings)} lỗi phải xử lý:"
        super().__init__("\n".join([head, *lines]))


def shorten(text: str, longest: int = 80) -> str:
    """Text from a workbook as a message can bear it: on one line, nothing unseen in it, not long."""
    line = visible(text[: LOOKED_AT * longest])
    return line if len(line) <= longest else line[: longest - 1] + "…"


def stop_on_faults(findings: Iterable[Finding]) -> None:
    """Raise DataError if any finding stops the run."""
    stops = [finding for finding in findings if finding.severity == "stop"]
    if stops:
        raise DataError(stops)


def answered(findings: Iterable[Finding], school_year: str, period: str, keys: Keys | None = None) -> list[Finding]:
    """The same findings; a question that the register answers (status answered) carries the answer.

    A row answers the finding on its area, sheet and cell while `expect` is still what the finding found, and while the
    number that it names still stands there.  keys : which number a cell stands for, where that is known.
    """
    answers = {}
    for row in reference.table("corrections").to_dict("records"):
        if (row["school_year"], row["period"], row["status"]) == (school_year, period, "answered"):
            asked = row["area"], row["sheet"], row["cell"], row["expect"]
            answers[asked] = f"{row['reason']} ({row['said_by']}, {row['said_on']})", key_of(row)
    again = []
    for finding in findings:
        place = finding.area, finding.sheet, finding.cell
        answer, of = answers.get((*place, finding.found), ("", UNTIED))
        stands = (keys or {}).get(place, of)
        again.append(replace(finding, answer=answer) if answer and of in (UNTIED, stands) else finding)
    return again


def as_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings as the table findings.csv, in the order they were met."""
    columns = ["check", "severity", "area", "workbook", "sheet", "cell", "found", "expected", "message"]
    rows = [[getattr(finding, column) for column in columns] for finding in findings]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def limit(check: str) -> float:
    """The number a check goes by (the column limit of checks.csv)."""
    return float(_checks()[check]["limit"])


def name_of(check: str) -> str:
    """The short Vietnamese name of a check, for whoever reads."""
    return _questions().get(check, {}).get("name_vi") or check


@reference.cached
def _questions() -> dict[str, dict[str, str]]:
    """The rows of questions.csv by their check."""
    return {row["check"]: row for row in reference.rows("questions")}


@reference.cached
def _checks() -> dict[str, dict[str, str]]:
    """The rows of checks.csv by their check."""
    return {row["check"]: row for row in reference.rows("checks")}
