"""The World Health Organization's classes of how common malnutrition is (data/reference/severity.csv).

They are meant for surveys of all children under five; children weighed at school are others. Orientation only.
"""

from analysis import reference


def classes(indicator: str) -> list[dict[str, str]]:
    """Classes of one rate, from the lowest: the rows of severity.csv. Empty for a rate that has none."""
    rows = reference.table("severity")
    return rows[rows["indicator"] == indicator].to_dict("records")


def severity(indicator: str, percent: float) -> dict[str, str] | None:
    """The class of a rate in percent: a row of severity.csv; None for a rate without classes or a missing one.

    >>> severity("stunting_rate", 3.3)["severity"], severity("underweight_rate", 2.26)["severity"]
    ('low', 'low')
    >>> severity("stunting_rate", 10.0)["severity"], severity("stunting_rate", 9.99)["severity"]
    ('medium', 'low')
    """
    reached = None
    for row in classes(indicator):
        if percent >= float(row["at_least"]):
            reached = row
    return reached


def bounds(row: dict[str, str]) -> str:
    """A class in words.

    >>> bounds(severity("stunting_rate", 3.3)), bounds(severity("stunting_rate", 40.0))
    ('2,5 đến dưới 10', 'từ 30')
    """
    low = row["at_least"].replace(".", ",")
    high = row["below"].replace(".", ",")
    if not high:
        return f"từ {low}"
    return f"{low} đến dưới {high}" if float(row["at_least"]) else f"dưới {high}"
