"""The blank workbook of one unit, sheet after sheet, as data/reference/forms describes them."""

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from analysis import reference
from analysis.offices.template_checks import Check, checks_of, facility_check, header_blocks, row_check
from analysis.offices.template_parts import COUNT_WIDTH, Before, Page, choice, in_force
from analysis.reading.cells import letters
from analysis.reference import periods

NEW_ROWS = 12  # empty rows for facilities that open before this round
TEXTS = ("facility", "name", "commune", "kind")
YOUNGEST = ("0 tuổi (từ 3 tháng)", "0 tuổi (từ 6 tháng)")  # both are in use: the population counted differs
CODE = {
    "validate": "custom", "input_title": "Mã cơ sở",
    "input_message": "Mỗi cơ sở một dòng, một mã. Cơ sở mới ghi vào dòng trống; đã giải thể thì xoá nội dung cả dòng.",
    "error_title": "Mã bị trùng", "error_message": "Mã cơ sở này đã có ở dòng khác. Mỗi cơ sở chỉ ghi một dòng.",
}  # fmt: skip
GUIDE = (
    "Cách ghi\n"
    "1. Chỉ ghi vào ô nền vàng. Ô nền xám đã khoá (không có mật khẩu).\n"
    "2. Ô nào cũng phải có số; không có thì ghi 0, không để trống, không ghi chữ hay dấu gạch.\n"
    "3. Cơ sở ghi một lần ở Biểu 1; Biểu 2 và Biểu 3 tự lấy theo. Cơ sở mới ghi vào dòng trống cuối bảng; đã giải "
    "thể thì xoá nội dung cả dòng ở ba biểu. Không chèn, xoá, đổi tên dòng, cột hoặc trang.\n"
    "4. Dòng Tổng cộng tự tính. Cột Tự kiểm tra phải ghi đúng; nếu ghi lệch thì sửa trước khi gửi.\n"
    "5. Trang Kỳ trước và các cột nền xám chữ nghiêng là số của kỳ trước, chỉ để so sánh.\n"
    "6. Không ghi tên hoặc thông tin riêng của trẻ ở bất cứ ô nào."
)


class Form(Page):
    """One blank workbook being written, sheet after sheet, from the form in force that school year."""

    def __init__(self, book: xlsxwriter.Workbook, school_year: str, period: str, unit: str, known: Before):
        super().__init__(book, school_year, period, unit, known)
        self.sheets = in_force(reference.table("forms/sheets"), school_year)
        self.first_facility = 0  # row of the first facility, the same in every sheet of facilities
        self.states: list[tuple[str, str, int, str]] = []  # sheet, formula of empty cells, their number now, of faults

    def write(self) -> None:
        """Write every sheet; the cover is the first in the workbook and written last, when the others are known."""
        self.pages = {r.sheet: self.book.add_worksheet(r.name_vi) for r in self.sheets.itertuples()}
        self.network = next(r.name_vi for r in self.sheets.itertuples() if r.layout == "facilities")
        for r in self.sheets.itertuples():
            if r.layout != "cover":
                self.page, self.title, self.name = self.pages[r.sheet], r.title_vi, r.name_vi
                getattr(self, f"write_{r.layout}")(r.sheet)
                self.finish()
        self.write_before()
        for r in self.sheets.itertuples():
            if r.layout == "cover":
                self.page, self.title, self.name = self.pages[r.sheet], r.title_vi, r.name_vi
                self.write_cover()
                self.finish()
                self.page.activate()

    # the cover

    def write_cover(self) -> None:
        labels = {(r.field, r.value): r.label_vi for r in reference.table("forms/choices").itertuples()}
        on = periods.as_of(self.school_year, self.period)
        said = {"area": self.unit, "school_year": self.school_year, "period": labels["period", self.period],
                "as_of": f"{on:%d/%m/%Y}", "basis": labels["basis", "reported"]}  # fmt: skip
        for column, width in enumerate((3, 28, 46, 16, 16)):
            self.page.set_column(column, column, width)
        self.page.write_string(0, 1, f"ỦY BAN NHÂN DÂN {self.unit.upper()}", self.look["plain"])
        self.page.write_string(1, 1, "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", self.look["office"])
        self.page.merge_range(3, 1, 3, 4, self.title, self.look["title"])
        self.page.merge_range(4, 1, 4, 4, self.when(), self.look["line"])
        for row, r in enumerate(reference.table("forms/cover").itertuples(), 6):
            self.page.write_string(row, 1, r.label_vi, self.look["section"])
            self.page.merge_range(row, 2, row, 4, said[r.field], self.look["text"])
        row = self.states_of_sheets(7 + len(said))
        self.page.merge_range(row + 1, 1, row + 1, 4, GUIDE, self.look["note"])
        self.page.set_row(row + 1, 150)

    def states_of_sheets(self, row: int) -> int:
        """How far each sheet is filled in; gives back the row below."""
        for column, text in enumerate(("Tình trạng các biểu", "Trang", "Ô còn trống", "Chỗ lệch"), 1):
            self.page.write_string(row, column, text, self.look["head"])
        for title, (name, empty, now, wrong) in zip(self.titles(), self.states, strict=True):
            row += 1
            self.page.write_string(row, 1, title, self.look["text"])
            self.page.write_string(row, 2, name, self.look["text"])
            self.page.write_formula(row, 3, empty, self.look["total"], now)
            self.page.write_formula(row, 4, wrong, self.look["total"], 0)
        red = {"type": "cell", "criteria": ">", "value": 0, "format": self.look["wrong"]}
        self.page.conditional_format(row - len(self.states) + 1, 3, row, 4, red)
        return row + 1

    def titles(self) -> list[str]:
        return [r.title_vi.partition(".")[0] for r in self.sheets.itertuples() if r.layout != "cover"]

    # the forms

    def write_facilities(self, sheet: str) -> None:
        """One row a facility: known ones by name, empty ones for new ones; a total row; checks beside each row."""
        checks = checks_of(in_force(reference.table("forms/columns"), self.school_year, sheet))
        columns, first = self.heading(sheet, checks)
        self.first_facility = first
        end = first + len(self.known.facilities) + NEW_ROWS
        places = {c.column: place for place, c in enumerate(columns)}
        for row in range(first, end):
            self.page.write_number(row, places["no"], row - first + 1, self.look["centre"])
            self.facility_texts(row, places, "kind" in places)
            for check_place, check in enumerate(checks, len(columns) + 1):
                self.page.write_formula(row, check_place, facility_check(check, row, places), self.look["check"], "")
        counts = [c for c in columns if c.indicator]
        for c in counts:
            self.count_column(c, first, end, places)
        self.block(end, 0, end, places[counts[0].column] - 1, "Tổng cộng", self.look["total_text"])
        for place in range(len(columns) + 1, len(columns) + 1 + len(checks)):
            column = xl_range(first, place, end - 1, place)
            right, wrong = f'COUNTIF({column},"đúng")', f'COUNTIF({column},"lệch*")'
            total = f'=IF({right}+{wrong}=0,"",IF({wrong}=0,"đúng",{wrong}&" dòng lệch"))'
            self.page.write_formula(end, place, total, self.look["check"], "")
        self.colour(first, len(columns) + 1, end, len(columns) + len(checks))
        self.page.freeze_panes(first, places["name"] + 1)
        self.page.print_area(0, 0, end, len(columns) - 1)
        self.state_of_facilities(columns, checks, first, end)

    def facility_texts(self, row: int, places: dict[str, int], asked_here: bool) -> None:
        """Code, name, commune and kind: filled in once, in the first sheet; the others repeat them by formula."""
        place = row - self.first_facility
        known = self.known.facilities[place] if place < len(self.known.facilities) else ("",) * len(TEXTS)
        for text, column in zip(known, TEXTS, strict=True):
            if column not in places:
                continue
            if asked_here:
                self.page.write_string(row, places[column], text, self.look["text_in"])
            else:
                there = f"'{self.network}'!{xl_rowcol_to_cell(row, places[column])}"
                formula = f'=IF({there}="","",{there})'
                self.page.write_formula(row, places[column], formula, self.look["text"], text)

    def count_column(self, c, first: int, end: int, places: dict[str, int]) -> None:
        """Empty cells that take whole numbers of the form's range, and their sum below."""
        place = places[c.column]
        for row in range(first, end):
            self.page.write_blank(row, place, None, self.look["count_in"])
        label = " – ".join(filter(None, (c.header_1, c.header_2, c.header_3)))
        only = ""
        if c.required == "school":  # an independent facility has no campuses to count
            only, kind = "Chỉ trường ghi cột này.", f"${letters(places['kind'])}{first + 1}"
            rule = {"type": "formula", "criteria": f'={kind}="{independent()}"', "format": self.look["unused_now"]}
            self.page.conditional_format(first, place, end - 1, place, rule)
        self.numbers((first, place, end - 1, place), c, label, only)
        self.page.write_formula(end, place, f"=SUM({xl_range(first, place, end - 1, place)})", self.look["total"], 0)

    def state_of_facilities(self, columns: list, checks: list[Check], first: int, end: int) -> None:
        """Rules on the texts, and for the cover: cells still empty in rows with a code, and rows that do not add up."""
        places = {c.column: place for place, c in enumerate(columns)}
        counts = [places[c.column] for c in columns if c.indicator and c.required == "all"]
        sheet, code = f"'{self.name}'!", xl_range(first, places["facility"], end - 1, places["facility"])
        cells = xl_range(first, counts[0], end - 1, counts[-1])
        empty = f'=SUMPRODUCT(({sheet}{code}<>"")*({sheet}{cells}=""))'
        wrong = xl_range(first, len(columns) + 1, end - 1, len(columns) + len(checks))
        self.states.append(
            (self.name, empty, len(self.known.facilities) * len(counts), f'=COUNTIF({sheet}{wrong},"lệch*")')
        )
        if "kind" in places:
            kinds = [r.label_vi for r in reference.table("forms/choices").itertuples() if r.field == "kind"]
            self.page.data_validation(first, places["kind"], end - 1, places["kind"], choice(kinds))
            column = letters(places["facility"])
            once = f"=COUNTIF(${column}${first + 1}:${column}${end},{column}{first + 1})=1"
            self.page.data_validation(first, places["facility"], end - 1, places["facility"], CODE | {"value": once})

    def write_population(self, sheet: str) -> None:
        """Children living in the area by birth year, beside those of the last round born in the same year."""
        notes = ("Kỳ trước (tham khảo)",)
        columns, first = self.heading(sheet, [], notes)
        places = {c.column: place for place, c in enumerate(columns)}
        start, ages = periods.start(self.school_year), 6
        for age in range(ages):
            row = first + age
            self.page.write_number(row, places["no"], age + 1, self.look["centre"])
            self.page.write_number(row, places["birth_year"], start - age, self.look["centre"])
            self.page.write_string(row, places["age"], f"{age} tuổi", self.look["text"])
            self.page.write_blank(row, places["children"], None, self.look["count_in"])
            band = f"age{age + self.known.first_year - start}"
            self.note(row, len(columns), self.known.values.get(("", "all", band, "children_living")))
        self.page.write_string(first, places["age"], YOUNGEST[0], self.look["text_in"])
        self.page.data_validation(first, places["age"], first, places["age"], choice(list(YOUNGEST)))
        c, end = columns[places["children"]], first + ages
        self.numbers((first, places["children"], end - 1, places["children"]), c, c.header_1)
        self.block(end, 0, end, places["children"] - 1, "Tổng cộng", self.look["total_text"])
        cells = xl_range(first, places["children"], end - 1, places["children"])
        self.page.write_formula(end, places["children"], f"=SUM({cells})", self.look["total"], 0)
        self.page.set_column(places["birth_year"], places["birth_year"], 12)
        self.page.set_column(places["children"], places["children"], 24)
        self.page.freeze_panes(first, 0)
        self.states.append((self.name, f"=COUNTBLANK('{self.name}'!{cells})", ages, "=0"))

    def write_indicator_rows(self, sheet: str) -> None:
        """One row an indicator: total, public and non-public where it is split; last round and check beside it."""
        notes = tuple(f"Kỳ trước: {side}" for side in ("tổng số", "công lập", "ngoài công lập"))
        columns, line = self.heading(sheet, [Check("cả dòng", "sum", "", ())], notes)
        self.page.freeze_panes(line, 0)
        places, check = {c.column: place for place, c in enumerate(columns)}, len(columns) + len(notes) + 1
        rows = list(in_force(reference.table("forms/rows"), self.school_year, sheet).itertuples())
        lines, section, first = {}, "", line
        for r in rows:
            if r.section_vi != section:
                section = r.section_vi
                self.page.merge_range(line, 0, line, len(columns) - 1, section, self.look["section"])
                line += 1
            lines[r.code], line = line, line + 1
        for count, r in enumerate(rows, 1):
            self.indicator_row(r, lines[r.code], count, places)
            formula = row_check(r, rows, lines, places)
            self.page.write_formula(lines[r.code], check, formula, self.look["check"], "còn trống")
        self.colour(first, check, line - 1, check)
        column = xl_range(first, check, line - 1, check)
        empty, wrong = (f"=COUNTIF('{self.name}'!{column},\"{text}*\")" for text in ("còn trống", "lệch"))
        self.states.append((self.name, empty, len(rows), wrong))

    def indicator_row(self, r, line: int, count: int, places: dict[str, int]) -> None:
        self.page.write_number(line, places["no"], count, self.look["centre"])
        for column, text in (("label", r.label_vi), ("unit", r.unit_vi), ("code", r.code)):
            self.page.write_string(line, places[column], text, self.look["text" if column == "label" else "centre"])
        sides = ("all", "public", "nonpublic")
        known = {side: self.known.values.get(("", r.sector_detail or side, r.age_band, r.indicator)) for side in sides}
        parts = [value for side in ("public", "nonpublic") if (value := known[side]) is not None]
        if r.split == "yes" and len(parts) == 2:
            known["all"] = sum(parts)
        for place, side in enumerate(sides):
            asked = side == "all" or r.split == "yes"
            look = "unused" if not asked else "score_in" if r.type == "score" else "count_in"
            self.page.write_blank(line, places[side], None, self.look[look])
            if asked:
                self.numbers((line, places[side], line, places[side]), r, r.label_vi, f"Đơn vị tính: {r.unit_vi}.")
            self.note(line, max(places.values()) + 1 + place, known.get(side) if asked else None)

    # the last round

    def write_before(self) -> None:
        """Every number of the last round by facility, to look at while filling in."""
        self.page, self.name = self.book.add_worksheet("Kỳ trước"), "Kỳ trước"
        forms = [r for r in self.sheets.itertuples() if r.layout == "facilities"]
        table = reference.table("forms/columns")
        columns = [
            ((f.name_vi, c.header_1, c.header_2, c.header_3), c)
            for f in forms for c in in_force(table, self.school_year, f.sheet).itertuples() if c.indicator
        ]  # fmt: skip
        said = f"Số liệu kỳ trước: {self.known.when}" if self.known.when else "Chưa có số liệu kỳ trước"
        self.page.write_string(0, 0, f"{said} (chỉ để tham khảo, không ghi vào trang này)", self.look["office"])
        paths = [("Mã", "", "", ""), ("Cơ sở", "", "", ""), *(path for path, _ in columns)]
        for top, left, bottom, right, text in header_blocks(paths, 4):
            self.block(2 + top, left, 2 + bottom, right, text, self.look["head_note"])
        self.page.set_column(0, 0, 12)
        self.page.set_column(1, 1, 38)
        self.page.set_column(2, len(columns) + 1, COUNT_WIDTH)
        self.page.set_row(5, 46)
        for row, (code, name, *_) in enumerate(self.known.facilities, 6):
            self.page.write_string(row, 0, code, self.look["text"])
            self.page.write_string(row, 1, name, self.look["text"])
            for place, (_, c) in enumerate(columns, 2):
                self.note(row, place, self.known.values.get((code, "", c.age_band, c.indicator)))
        self.page.freeze_panes(6, 2)
        self.finish()
        self.page.fit_to_pages(3, 0)
        self.page.repeat_columns(0, 1)


def independent() -> str:
    """The printed label of a facility that is no school."""
    return next(r.label_vi for r in reference.table("forms/choices").itertuples() if r.value == "independent")
