"""Sentences with this round's figures, in the report's own patterns and order; one that lacks a figure is not said."""

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from analysis import periods, vietnamese
from analysis.areas import CITY
from analysis.pages.marks import Marks, beside, together
from analysis.pages.release import (
    Number,
    Release,
    area_name,
    label,
    listed,
)
from analysis.pages.release import plain as plain_number

SAME = ("không đổi", "đạt")


@dataclass(frozen=True)
class Says:
    """A list of sentences, each with what it rests on."""

    items: list[tuple[str, Marks]] = field(default_factory=list)

    def _repr_html_(self) -> str:
        lines = (
            Markup("<li>{}{}</li>").format(words, beside(mark.tag for mark in marks)) for words, marks in self.items
        )
        return str(Markup('<ul class="says">{}</ul>').format(Markup("").join(lines))) if self.items else "<p></p>"

    def __repr__(self) -> str:
        return "\n".join(words for words, _ in self.items)


def says(*sentences: tuple[str, list[Number]] | None) -> Says:
    """Sentences that could be said, each with what the numbers behind it rest on."""
    said = [each for each in sentences if each]
    return Says([(words, together(m for n in numbers for m in (n.marks, n.marks_before))) for words, numbers in said])


def count(n: Number) -> str:
    """ "19.932 trẻ"."""
    return f"{vietnamese.number(n.value)} {unit(n)}"


def unit(n: Number) -> str:
    """Unit inside a sentence, where a comma would cut it in two; "%" for a change of a rate, as the report writes."""
    own = {"independent_facilities": "cơ sở độc lập tư thục"}
    return (
        own.get(n.indicator) or {"percent": "%", "ratio": "", "class": "nhóm lớp"}.get(n.unit) or label("unit", n.unit)
    )


def rate(n: Number) -> str:
    """ "39,29 %"."""
    return vietnamese.percent(n.value, n.decimals)


def moved(n: Number) -> str:
    """ "giảm 1.116 trẻ", "giảm 3,81 %", "không đổi về số trường", "" where last year is not known."""
    words = _with_unit(vietnamese.change, n.change, n)
    if words != "không đổi":
        return words
    return "tỷ lệ không đổi" if n.unit in ("percent", "ratio") else f"không đổi về số {unit(n)}"


def aim(n: Number) -> str:
    """ "thiếu 5,71 % so với chỉ tiêu năm", "đạt chỉ tiêu năm", "" where there is no target."""
    words = _with_unit(vietnamese.gap, n.gap, n)
    return words if not words else f"{words} chỉ tiêu năm" if words == "đạt" else f"{words} so với chỉ tiêu năm"


def _with_unit(says_it: Callable, value: float, n: Number) -> str:
    if value != value:
        return ""
    words = says_it(value, n.decimals, "")
    if "," in words:
        words = words.rstrip("0").rstrip(",")
    of = "" if n.unit == "ratio" else unit(n)
    return f"{words}{vietnamese.NO_BREAK if of == '%' else ' '}{of}" if of and words not in SAME else words


def brackets(*parts: str) -> str:
    """ " (a, b)" of the parts that are not empty, or nothing."""
    kept = [part for part in parts if part]
    return f" ({', '.join(kept)})" if kept else ""


def network(release: Release) -> Says:
    """Schools, campuses, groups and classes; the non-public part (report, 2.1.a)."""
    get = release.number
    numbers = [get("schools"), get("campuses"), get("classes")]
    bands = [get("classes", CITY, "all", band) for band in ("nursery", "kindergarten", "age5")]
    if None in numbers or None in bands:
        return says()
    whole = [n for n in numbers if n]
    parts = [vietnamese.number(n.value) for n in bands if n]
    first = (
        f"{_when(release)}, GDMN Hải Phòng có {listed([count(n) for n in whole])} ở các loại hình (trong đó nhóm trẻ: "
        f"{parts[0]}, lớp mẫu giáo: {parts[1]}, lớp mẫu giáo 5 tuổi: {parts[2]})."
    )
    if changes := [moved(n) for n in whole if moved(n)]:
        first += f" So với cùng kỳ năm học trước, toàn thành phố {listed(changes)}."
    return says((first, whole), _nonpublic(release))


def _nonpublic(release: Release) -> tuple[str, list[Number]] | None:
    own = {name: release.number(name, CITY, "nonpublic") for name in
           ("schools", "independent_facilities", "classes", "children_enrolled")}  # fmt: skip
    shares = {name: release.number(f"{name}_share", CITY, "nonpublic") for name in own}
    known = [n for n in own.values() if n]
    if not known:
        return None
    words = [count(n) + (brackets(f"tỷ lệ {rate(share)}") if (share := shares[n.indicator]) else "") for n in known]
    changes = [moved(n) for n in known if moved(n)]
    ending = f" So với cùng kỳ năm học trước, {listed(changes)}." if changes else ""
    return f"Khối ngoài công lập có {listed(words)}.{ending}", known


def enrolment(release: Release) -> Says:
    """Children by age with rate, change and gap; who reached the target (report, 2.1.b)."""
    names = {
        "all": "Trẻ từ 6 tháng tuổi đến 5 tuổi",
        "nursery": "Trẻ nhà trẻ",
        "kindergarten": "Trẻ mẫu giáo",
        "age5": "Trẻ mẫu giáo 5 tuổi",
    }
    said = [_enrolled(release, band, name) for band, name in names.items()]
    reached = [
        reached_target(release, "enrolment_rate", band, f"chỉ tiêu huy động {name[0].lower()}{name[1:]}")
        for band, name in list(names.items())[1:3]
    ]
    return says(*said, *reached)


def _enrolled(release: Release, band: str, name: str) -> tuple[str, list[Number]] | None:
    children = release.number("children_enrolled", CITY, "all", band)
    share = release.number("enrolment_rate", CITY, "all", band)
    if not children or not share:
        return None
    changes = listed([words for words in (moved(children), moved(share)) if words])
    inside = brackets(f"{changes} so với cùng kỳ" if changes else "", aim(share))
    return f"{name}: {count(children)} đạt {rate(share)}{inside}.", [children, share]


def reached_target(release: Release, indicator: str, band: str, what: str) -> tuple[str, list[Number]] | None:
    """Which areas reached a target, in the report's order of areas; it rests on what the city rests on."""
    numbers = [n for area in release.areas if (n := release.number(indicator, area, "all", band)) and n.met is not None]
    if not numbers:
        return None
    met = [area_name(n.area) for n in numbers if n.met]
    whole = [city] if (city := release.number(indicator, CITY, "all", band)) else []
    names = f", gồm: {listed(met)}" if met and len(met) < len(numbers) else ""
    return f"Có {len(met):02d}/{len(numbers)} đơn vị đạt và vượt {what} theo kế hoạch năm học{names}.", numbers + whole


def standards(release: Release) -> Says:
    """Schools of the national standard, self-assessment and external assessment (report, 2.1.d)."""
    get = release.number
    new, all_, share = (get(f"national_standard_schools{end}") for end in ("_new", "", "_share"))
    said: list[tuple[str, list[Number]] | None] = []
    if new and all_ and share:
        said.append(
            (
                f"Đã công nhận mới {count(new)} đạt chuẩn quốc gia{brackets(aim(new))}, nâng tổng số trường mầm non "
                f"đạt chuẩn quốc gia lên {count(all_)}, đạt {rate(share)}.",
                [new, all_, share],
            )
        )
    for name, does in (
        ("self_assessed_schools", "hoàn thành tự đánh giá"),
        ("externally_assessed_schools", "được đánh giá ngoài đạt chuẩn cấp độ 1 trở lên"),
    ):
        schools, share = get(name), get(f"{name}_share")
        if schools and share:
            said.append(
                (f"{count(schools)}, chiếm {rate(share)}, {does}{brackets(aim(share))}.".capitalize(), [schools, share])
            )
    return says(*said)


def nutrition(release: Release) -> Says:
    """In-school rates of this weigh-in (report, 4.1)."""
    names = {
        "underweight_rate": "suy dinh dưỡng thể nhẹ cân",
        "stunting_rate": "suy dinh dưỡng thể thấp còi",
        "overweight_rate": "thừa cân",
        "obesity_rate": "béo phì",
    }
    known = {name: n for name in names if (n := release.number(name))}
    if not known:
        return says()
    parts = [f"{names[name]} là {rate(n)}{brackets(moved(n))}" for name, n in known.items()]
    ending = " Trong ngoặc: thay đổi so với cùng kỳ, điểm phần trăm." if any(map(moved, known.values())) else ""
    return says((f"Tỷ lệ trẻ {listed(parts)}.{ending}", list(known.values())))


def staff(release: Release) -> Says:
    """Staff by post, teachers per class, qualification, shortage (report, 6.1 and 6.3)."""
    return says(
        _posts(release),
        _qualified(release),
        reached_target(release, "qualified_teachers_share", "all", "chỉ tiêu về trình độ chuẩn giáo viên mầm non"),
        _short(release),
    )


def _posts(release: Release) -> tuple[str, list[Number]] | None:
    names = {"managers": "CBQL", "teachers": "giáo viên", "cooks": "nhân viên nấu ăn", "other_staff": "nhân viên khác"}
    staff_, posts = release.number("staff"), [n for name in names if (n := release.number(name))]
    if not staff_ or not posts:
        return None
    words = f"Toàn thành phố có {vietnamese.number(staff_.value)} cán bộ, giáo viên, nhân viên ("
    words += listed([f"{vietnamese.number(n.value)} {names[n.indicator]}" for n in posts]) + ")."
    ratios = [(release.number("teachers_per_class", CITY, "all", band), name) for band, name in
              (("nursery", "nhóm trẻ"), ("kindergarten", "lớp mẫu giáo"))]  # fmt: skip
    per = [f"giáo viên/{name} bình quân {plain_number(n.value, 2)}{brackets(_with_unit(vietnamese.gap, n.gap, n))}"
           for n, name in ratios if n]  # fmt: skip
    return words + (f" Tỷ lệ {listed(per)}." if per else ""), [staff_, *posts, *(n for n, _ in ratios if n)]


def _qualified(release: Release) -> tuple[str, list[Number]] | None:
    parts, used = [], []
    for sector, name in (("all", ""), ("public", "khối công lập "), ("nonpublic", "khối ngoài công lập ")):
        people = release.number("qualified_teachers", CITY, sector)
        share = release.number("qualified_teachers_share", CITY, sector)
        if people and share:
            inside = brackets(moved(people), moved(share), aim(share) if sector == "all" else "")
            parts.append(f"{name}{vietnamese.number(people.value)} người, đạt {rate(share)}{inside}")
            used += [people, share]
    if not parts:
        return None
    others = f"; trong đó {'; '.join(parts[1:])}" if len(parts) > 1 else ""
    return f"Giáo viên đạt trình độ chuẩn đào tạo trở lên: {parts[0]}{others}.", used


def _short(release: Release) -> tuple[str, list[Number]] | None:
    names = {"managers": "CBQL", "teachers": "giáo viên", "cooks": "nhân viên nấu ăn", "other_staff": "nhân viên khác"}
    said, used = [], []
    for sector in ("all", "public"):
        numbers = [(n, post) for name, post in names.items() if (n := release.number(f"{name}_shortage", CITY, sector))]
        words = [f"{vietnamese.number(n.value)} {post}" for n, post in numbers if round(n.value) > 0]
        said.append(listed(words) or "không vị trí nào")
        used += [n for n, _ in numbers]
    if not used:
        return None
    return f"So với định mức, toàn thành phố còn thiếu {said[0]} (tính riêng công lập thiếu {said[1]}).", used


def inclusion(release: Release) -> Says:
    """Children with disabilities (city only) and English (report, 5.1.e and f)."""
    get = release.number
    inside, known = get("children_with_disability_included"), get("children_with_disability_known")
    first = second = None
    if inside and known:
        first = (
            f"Toàn thành phố có {vietnamese.number(inside.value)}/{vietnamese.number(known.value)} trẻ mầm non khuyết "
            "tật tham gia học hoà nhập.",
            [inside, known],
        )
    places, share = get("english_facilities"), get("english_children_rate", CITY, "all", "kindergarten")
    children = get("english_children", CITY, "all", "kindergarten")
    if places and children and share:
        changes = listed([words for words in (moved(places), moved(children)) if words])
        second = (
            f"Có {count(places)} cho {vietnamese.number(children.value)} trẻ mẫu giáo ({rate(share)}) làm quen tiếng "
            f"Anh{brackets(f'{changes} so với cùng kỳ' if changes else '', aim(share))}.",
            [places, children, share],
        )
    return says(first, second)


def _when(release: Release) -> str:
    day = periods.as_of(release.school_year, release.period)
    return f"Đến tháng {day.month}/{day.year}"
