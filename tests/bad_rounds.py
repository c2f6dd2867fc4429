"""The catalogue of faults in memory: each name of a fault → the check meant, and what spoils a good round."""

import pandas as pd

from analysis.reading import forms
from tests.faults import LARGE, OTHER, UNIT, YEAR, World

HEALTH = [c.indicator for c in forms.columns(YEAR, "health") if c.indicator]
CHILDREN = ["children_enrolled"]
ROOMS = ["classrooms", "permanent_classrooms"]


def school(f: pd.DataFrame) -> pd.Series:
    """Public schools with several nursery groups."""
    return (f["kind"] == "public_school") & (f["classes/nursery"] >= 3) & (f["children_measured/nursery"] > 45)


def small(f: pd.DataFrame) -> pd.Series:
    """Independent facilities with one nursery group and one kindergarten class."""
    return (f["kind"] == "independent") & (f["classes/nursery"] == 1) & (f["classes/kindergarten"] == 1)


def without_classes(world: World, band: str) -> None:
    world.put(world.facility(small), 0, ("classes", band))


def without_children(world: World, band: str) -> None:
    code = world.facility(small)
    world.put(code, 0, ("children_enrolled", band), *((name, band) for name in HEALTH))


def malnourished(world: World, parts: tuple[str, ...], rest: str | None) -> None:
    code = world.facility(school)
    for band in ("nursery", "kindergarten"):
        measured = world.get(code, "children_measured", band)
        for part in parts:
            world.put(code, measured * 0.6 // len(parts), (part, band))
        if rest:
            world.put(code, measured * 0.3 // 1, (rest, band))


def channels(world: World, normal: str, part: str) -> None:
    code = world.facility(school)
    measured = world.get(code, "children_measured", "nursery")
    world.put(code, measured, (normal, "nursery")).put(code, 3, (part, "nursery"))


def rename(world: World, column: str, value: str, code: str = "") -> None:
    code = code or world.facility(small)
    world.last.facilities.loc[world.last.facilities["facility"] == code, column] = value


def recode(world: World, which: str, new: str) -> None:
    code = world.facility(small)
    for table in (getattr(world, which).facilities, getattr(world, which).observations):
        table.loc[table["facility"] == code, "facility"] = new


def twice(world: World) -> None:
    table = world.this.facilities
    one, two = table.index[table["area"] == UNIT][:2]
    table.loc[two, ["name", "commune"]] = table.loc[one, ["name", "commune"]].to_numpy()


def in_two_units(world: World) -> None:
    """A new small facility of the other unit under a code of this one."""
    code, other = world.facility(small), world.facility(small, OTHER)
    for this in (world.this, world.last):
        for table in (this.facilities, this.observations):
            table.loc[table["facility"] == other, "facility"] = code


def vanish(world: World, which: str) -> None:
    code = world.facility(lambda f: small(f) & (f["children_enrolled/kindergarten"] < 30))
    this = getattr(world, which)
    this.facilities = this.facilities[this.facilities["facility"] != code]
    this.observations = this.observations[this.observations["facility"] != code]


def many_gone(world: World) -> None:
    """Last time the unit had half as many facilities again."""
    table = world.last.facilities
    here = table[table["area"] == UNIT]
    more = here.iloc[: len(here) // 2 + 1].assign(
        facility=lambda f: f["facility"] + "X", name=lambda f: f["name"] + " cũ"
    )
    world.last.facilities = pd.concat([table, more], ignore_index=True)


def moved(world: World) -> None:
    code = world.facility(small)
    for table in (world.last.facilities, world.last.observations):
        table.loc[table["facility"] == code, "area"] = OTHER


def copied(world: World, before: str, sheet: str) -> None:
    """Every number of a sheet as it was in an earlier round, for the facilities that were there."""
    key = ["area", "facility", "sector", "age_band", "indicator"]
    table, then = world.this.observations, getattr(world, before).observations
    there = then[then["sheet"] == sheet].fillna({"facility": ""}).set_index(key)["value"]
    rows = (table["sheet"] == sheet) & (table["area"] == UNIT)
    was = there.reindex(pd.MultiIndex.from_frame(table[rows].fillna({"facility": ""})[key])).to_numpy()
    table.loc[rows, "value"] = pd.Series(was, index=table.index[rows]).fillna(table.loc[rows, "value"])


def same_rows(world: World) -> None:
    """Two large schools of a unit with the same numbers."""
    table = world.this.observations
    one = world.facility(lambda f: f["kind"] == "public_school", LARGE)
    size = world.get(one, "children_enrolled", "kindergarten")
    two = world.facility(
        lambda f: (
            (f["kind"] == "public_school") & (f["children_enrolled/kindergarten"] - size).abs().between(1, 0.4 * size)
        ),
        LARGE,
    )
    values = table[table["facility"] == one].set_index(["indicator", "age_band"])["value"]
    rows = table["facility"] == two
    table.loc[rows, "value"] = values.reindex(
        pd.MultiIndex.from_frame(table[rows][["indicator", "age_band"]])
    ).to_numpy()


def rounded(world: World) -> None:
    """The large unit rounds up to tens."""
    table = world.this.observations
    rows = (table["area"] == LARGE) & (table["indicator"] == "children_enrolled") & (table["value"] >= 50)
    table.loc[rows, "value"] = -(-table.loc[rows, "value"] // 10) * 10


def largest_independent(world: World) -> str:
    return world.facility(
        lambda f: (f["kind"] == "independent") & (f["children_enrolled/kindergarten"].between(25, 40))
    )


def one_more(world: World, band: str) -> None:
    code = world.facility(school)
    world.put(code, world.get(code, "children_enrolled", band) + 1, ("children_measured", band))


def third(world: World) -> None:
    code = world.facility(school, LARGE)
    world.scale(0.34, [*CHILDREN, "children_measured"], LARGE, code)
    world.scale(0.3, [name for name in HEALTH if name != "children_measured"], LARGE, code)


def halve_age5(world: World) -> None:
    living = float(world.this.observations.loc[world.rows(None, "children_living", "age5"), "value"].iloc[0])
    world.put(None, living * 0.55 // 1, ("children_living", "age5"))


IN_MEMORY = {
    "children but no nursery group": ("children_without_class", lambda w: without_classes(w, "nursery")),
    "children but no kindergarten class": ("children_without_class", lambda w: without_classes(w, "kindergarten")),
    "a nursery group without children": ("class_without_children", lambda w: without_children(w, "nursery")),
    "a kindergarten class without children": ("class_without_children", lambda w: without_children(w, "kindergarten")),
    "children but no teachers": (
        "children_without_teachers",
        lambda w: w.put(w.facility(small), 0, ("teachers", "all"), ("qualified_teachers", "all")),
    ),
    "half of the classes forgotten": (
        "class_size_large", lambda w: w.scale(0.4, ["classes"], facility=w.facility(school))
    ),
    "two groups typed as twenty": (
        "class_size_small", lambda w: w.put(w.facility(school), 30, ("classes", "nursery"))
    ),
    "a school without a head": ("school_without_managers", lambda w: w.put(w.facility(school), 0, ("managers", "all"))),
    "an independent facility of more than 70": (
        "independent_above_ceiling",
        lambda w: w.put(largest_independent(w), 71, ("children_enrolled", "kindergarten")),
    ),
    "crowded classes": ("class_size_above_norm", lambda w: w.scale(2.2, CHILDREN, facility=w.facility(small))),
    "nine teachers for two classes": (
        "teachers_per_class_extreme", lambda w: w.put(w.facility(small), 9, ("teachers", "all"))
    ),
    "underweight in the column of normal weight": (
        "malnutrition_extreme", lambda w: malnourished(w, ("underweight_children",), "children_normal_weight")
    ),
    "stunted in the column of normal height": (
        "malnutrition_extreme", lambda w: malnourished(w, ("stunted_children",), "children_normal_height")
    ),
    "overweight and obese beyond belief": (
        "malnutrition_extreme", lambda w: malnourished(w, ("overweight_children", "obese_children"), None)
    ),
    "normal and low weight more than measured": (
        "part_above_whole", lambda w: channels(w, "children_normal_weight", "underweight_children")
    ),
    "normal and low height more than measured": (
        "part_above_whole", lambda w: channels(w, "children_normal_height", "stunted_children")
    ),
    "overweight and obese more than measured": (
        "part_above_whole", lambda w: channels(w, "overweight_children", "obese_children")
    ),
    "more nursery children weighed than enrolled": ("measured_above_enrolled", lambda w: one_more(w, "nursery")),
    "more kindergarten children weighed than enrolled": (
        "measured_above_enrolled", lambda w: one_more(w, "kindergarten")
    ),
    "half of the five-year-olds not in the census": (
        "enrolled_above_living", halve_age5
    ),
    "rooms counted three times": ("rooms_do_not_fit_classes", lambda w: w.scale(3, ["classrooms"])),
    "rooms of one campus only": ("rooms_do_not_fit_classes", lambda w: w.scale(0.2, ROOMS)),
    "meal money in hundreds": ("meal_price_apart", lambda w: w.scale(10, ["meal_spending_per_day"])),
    "meal money in millions": ("meal_price_apart", lambda w: w.scale(0.1, ["meal_spending_per_day"])),
    "half of the children weighed": ("low_coverage", lambda w: w.scale(0.5, HEALTH)),
    "a facility forgotten": ("facility_vanished", lambda w: vanish(w, "this")),
    "a facility that is new": ("facility_appeared", lambda w: vanish(w, "last")),
    "many facilities forgotten": ("many_vanished", many_gone),
    "a facility under a new code": ("facility_recoded", lambda w: recode(w, "last", "HP999-001")),
    "a facility that was in another unit": ("facility_moved", moved),
    "a code in two units": ("code_in_two_units", in_two_units),
    "a facility under two codes": ("facility_recorded_twice", twice),
    "another kind than last time": ("kind_changed", lambda w: rename(w, "kind", "nonpublic_school")),
    "another name than last time": ("name_changed", lambda w: rename(w, "name", "Lớp mầm non độc lập Tên Cũ")),
    "another commune than last time": ("commune_changed", lambda w: rename(w, "commune", "Phường Không Có")),
    "twice the children of last time": ("facility_jump", lambda w: w.scale(2.1, CHILDREN, facility=w.facility(school))),
    "a third of the children of last time": ("facility_jump", third),
    "twice the teachers of last time": (
        "facility_jump", lambda w: w.scale(2, ["teachers"], facility=w.facility(school))
    ),
    "a third more children in a year": ("jump", lambda w: w.scale(1.35, CHILDREN, LARGE)),
    "toilets doubled": ("jump", lambda w: w.scale(2, ["toilets"], LARGE)),
    "cooks doubled": ("jump", lambda w: w.scale(2, ["cooks"], LARGE)),
    "boarding children halved": ("jump", lambda w: w.scale(0.5, ["boarding_children", "meal_spending_per_day"])),
    "classrooms down by a third": ("jump", lambda w: w.scale(0.65, ROOMS, LARGE)),
    "teachers recruited but not there": (
        "flow_does_not_add", lambda w: w.put(w.facility(school), 3, ("teachers_recruited", "all"))
    ),
    "more teachers left than there were": (
        "more_left_than_were", lambda w: w.put(w.facility(school), 99, ("teachers_left", "all"))
    ),
    "the weigh-in of the start of the year": ("copied_sheet", lambda w: copied(w, "last", "Sức khoẻ")),
    "the indicators of last year": ("copied_sheet", lambda w: copied(w, "year_ago", "Chỉ tiêu")),
    "two schools with the same numbers": ("identical_rows", same_rows),
    "children counted in tens": ("digit_preference", rounded),
}  # fmt: skip
# a fault that must show in a second place too, and where
ALSO = {
    "rooms counted three times": {"jump"},
    "rooms of one campus only": {"jump"},
    "twice the children of last time": {"class_size_large", "weigh_in_missing"},
    "half of the classes forgotten": {"teachers_per_class_extreme"},
    "children but no teachers": {"flow_does_not_add"},
    "an independent facility of more than 70": {"weigh_in_missing"},
    "crowded classes": {"weigh_in_missing"},
    "nine teachers for two classes": {"flow_does_not_add", "part_apart"},
    "underweight in the column of normal weight": {"part_apart"},
    "stunted in the column of normal height": {"part_apart"},
    "overweight and obese beyond belief": {"part_apart"},
    "overweight and obese more than measured": {"part_apart"},
    "half of the children weighed": {"weigh_in_missing"},
    "a third of the children of last time": {"part_apart"},
    "twice the teachers of last time": {"flow_does_not_add", "part_apart"},
    "the weigh-in of the start of the year": {"weigh_in_behind"},
    "two schools with the same numbers": {"flow_does_not_add", "part_apart"},
}
