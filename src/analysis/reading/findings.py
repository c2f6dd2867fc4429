"""What is wrong with the data, in words an analyst can forward: where, what, what to do (data/reference/checks.csv)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from analysis import reference
from analysis.reference.vietnamese import visible

LOOKED_AT = 10  # times the letters that a message bears: the rest of a longer text is not looked at
MOST_LINES = 30  # messages that an error prints
MOST_ALIKE = 10  # findings of one cause that are told one by one
ANALYST = "corrections.csv"  # an advice that names it is not for the office


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
        todo = f"Đã trả lời: {self.answer}." if self.answer else _checks()[self.check]["do"]
        return f"{visible(where)}: {self._says}. {todo}"

    @property
    def question(self) -> str:
        """The same for the office that is asked: not where, nor what only an analyst can do."""
        sentences = [self._says[0].upper() + self._says[1:]]
        for sentence in _checks()[self.check]["do"].split(". "):
            if ANALYST not in sentence:
                sentences.append(sentence)
        return ". ".join(sentences).rstrip(".") + "."

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


def answered(findings: Iterable[Finding], school_year: str, period: str) -> list[Finding]:
    """The same findings; a question that the register answers (status answered) carries the answer.

    A row answers the finding on its area, sheet and cell while `expect` is still what the finding found.
    """
    answers = {}
    for row in reference.table("corrections").to_dict("records"):
        if (row["school_year"], row["period"], row["status"]) == (school_year, period, "answered"):
            asked = row["area"], row["sheet"], row["cell"], row["expect"]
            answers[asked] = f"{row['reason']} ({row['said_by']}, {row['said_on']})"
    again = []
    for finding in findings:
        asked = finding.area, finding.sheet, finding.cell, finding.found
        again.append(replace(finding, answer=answers[asked]) if asked in answers else finding)
    return again


def as_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings as the table findings.csv, in the order they were met."""
    columns = ["check", "severity", "area", "workbook", "sheet", "cell", "found", "expected", "message"]
    rows = [[getattr(finding, column) for column in columns] for finding in findings]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def limit(check: str) -> float:
    """The number a check goes by (the column limit of checks.csv)."""
    return float(_checks()[check]["limit"])


@reference.cached
def _checks() -> dict[str, dict[str, str]]:
    """The rows of checks.csv by their check."""
    return {row["check"]: row for row in reference.rows("checks")}
