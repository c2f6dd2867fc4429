"""A hand-made city of three areas, three years ahead, as the tables that needs are made of."""

import numpy as np
import pandas as pd

from analysis.models import flow

YEAR, AHEAD = "2024-2025", ["2025-2026", "2026-2027", "2027-2028"]
AREAS, SECTORS, BANDS = ("le_chan", "hai_an", "cat_hai"), ("public", "nonpublic"), ("nursery", "kindergarten")
CLASSES = {"public": (21, 90), "nonpublic": (16, 33)}  # of the first area; the others are smaller
SIZE, RATE, LIVING = {"nursery": 20.0, "kindergarten": 28.0}, {"nursery": 39.0, "kindergarten": 99.0}, 60.0
TEACHERS, LEAVING = {"public": 210, "nonpublic": 90}, 0.06
PATHS = 40


def tables(growth: float = 1.0, participation: float = 1.0, size: float = 1.0) -> dict[str, pd.DataFrame]:
    """enrolment, staffing, class_paths, leaver_paths and series.

    growth, participation, size : factors from one year to the next on children living there, the share enrolled and
    children a class.
    """
    rng = np.random.default_rng(7)
    rows, drawn, gone = [], [], []
    for place, area in enumerate(AREAS):
        share = 1 / (place + 1)
        for back, year in enumerate((YEAR, *AHEAD)):
            kind = "observed" if not back else "forecast"
            for band, living in zip(BANDS, (900 * share, 1600 * share), strict=True):
                rows.append((area, "all", band, "children_living", kind, year, round(living * growth**back)))
            for sector in SECTORS:
                for band, count in zip(BANDS, CLASSES[sector], strict=True):
                    children = round(count * share) * SIZE[band] * (growth * participation) ** back
                    classes = round(children / (SIZE[band] * size**back))
                    rows += [(area, sector, band, "classes", kind, year, classes),
                             (area, sector, band, "children_enrolled", kind, year, round(children))]  # fmt: skip
                    if back:
                        drawn.append((year, area, sector, band, rng.poisson(classes, PATHS)))
                teachers = round(TEACHERS[sector] * share)
                left = round(teachers * LEAVING)
                rows.append((area, sector, "all", "teachers_left", kind, year, left))
                if back:
                    gone.append((year, area, sector, "all", rng.binomial(teachers, LEAVING, PATHS)))
                else:
                    rows.append((area, sector, "all", "teachers", kind, year, teachers))
    for year in AHEAD:
        rows += [("all", "all", band, "enrolment_rate", "forecast", year, RATE[band]) for band in BANDS]
        rows += [("all", "all", band, "children_per_class", "forecast", year, SIZE[band]) for band in BANDS]
        rows.append(("all", "all", "all", "leaving_rate", "forecast", year, 100 * LEAVING))
    columns = ["area", "sector", "age_band", "indicator", "kind", "target_year", "value"]
    made = pd.DataFrame(rows, columns=columns).assign(model="same_as_last_year", basis="derived", note=None)
    made["expected"] = made["value"]
    of_staff = made["indicator"].isin(["teachers", "teachers_left", "leaving_rate"])
    return {
        "enrolment": made[~of_staff],
        "staffing": made[of_staff],
        "class_paths": pd.DataFrame(drawn, columns=["target_year", "area", "sector", "age_band", "classes"]),
        "leaver_paths": pd.DataFrame(gone, columns=["target_year", "area", "sector", "age_band", "leavers"]),
        "series": pd.DataFrame(
            [(YEAR, "HK1", "all", "all", band, "children_enrolled", value, "derived")
             for band, value in (("m3_12", 10.0), ("m13_24", 190.0), ("m25_36", 300.0))],
            columns=["school_year", "period", "area", "sector", "age_band", "indicator", "value", "basis"],
        ),
    }  # fmt: skip


def inputs(made: dict[str, pd.DataFrame]) -> flow.Inputs:
    """What needs read of the tables."""
    return flow.read(*(made[name] for name in ("enrolment", "staffing", "class_paths", "leaver_paths")), YEAR, "HK1")
