"""What a page takes of its notebooks' cells (our tables, figures, sentences), and refuses: what it would lose."""

from collections.abc import Iterator, Sequence
from typing import Any

from analysis.pages.displays import MIME, ON_PAGE

SHOWN = ("execute_result", "display_data")
INJECTED = "injected-parameters"  # tag of the cell that papermill adds
ALT_LEAST = 10  # characters: fewer say nothing of a picture
FIGURE = (
    "hình không có tên, lời mô tả và nhãn số liệu, trang sẽ làm mất. Vẽ rồi gọi ở cuối chính ô ấy: "
    "own.figure(report, khoá, tên hình, lời mô tả, hình, tables=(các bảng đã dùng,))"
)
TABLE = (
    "bảng không có tên và nhãn số liệu. Gọi ở cuối ô: own.table(report, khoá, tên bảng, bảng, tables=(các bảng đã "
    "dùng,))"
)
OTHER = (
    "kết quả ({kinds}) không phải bảng, hình hay câu của trang nên trang sẽ làm mất. Chỉ để xem: dùng print(…) hoặc bỏ "
    "dòng cuối ô; để in: own.table(…), own.figure(…), hoặc viết vào ô chữ"
)
IMPORT = "Cần dòng: from analysis.pages import own"


class PageError(Exception):
    """An executed notebook cannot become a page: a cell failed, or shows what the page would lose or leave unmarked."""


def number_cells(part, name: str) -> None:
    """Put down in each cell of an executed notebook (nbformat 4) where an analyst finds it: notebook, number, id."""
    notebook = f"Sổ tay {name}, " if name else "Sổ tay, "
    own = [cell for cell in part.cells if INJECTED not in cell.metadata.get("tags", [])]
    for number, cell in enumerate(own, 1):
        cell.metadata["place"] = f"{notebook}ô {number} ({cell.get('id', '')})"


def check(notebook) -> None:
    """Raises PageError that names every cell with an error, or with a result that the page would lose or not mark."""
    problems = list(_problems(notebook.cells))
    if any("own." in problem for problem in problems):
        problems.append(IMPORT)
    if problems:
        raise PageError("\n".join(problems))


def _problems(cells: Sequence) -> Iterator[str]:
    """What is wrong with each cell, once."""
    taken: set[tuple[str, str]] = set()
    for cell in cells:
        place = cell.metadata.get("place", f"Ô {cell.get('id', '')} của sổ tay")
        outputs = cell.get("outputs", [])
        if any(output.output_type == "error" for output in outputs):
            yield f"{place} kết thúc bằng lỗi; không dựng trang từ sổ tay này."
            continue
        results = [_problem(output.data, taken) for output in outputs if output.output_type in SHOWN]
        problems = dict.fromkeys(filter(None, results))
        if FIGURE in problems:  # what drawing gave back stands beside the drawing, as text
            problems.pop(OTHER.format(kinds="text/plain"), None)
        for problem in problems:
            yield f"{place}: {problem}."


def _problem(data: dict[str, Any], taken: set[tuple[str, str]]) -> str:
    """What is wrong with one result; empty where the page can show it. taken : keys of tables and figures so far."""
    if ON_PAGE in data:
        return ""
    if MIME in data:
        return _unnamed(data[MIME], taken)
    if any(kind.startswith("image/") for kind in data):
        return FIGURE
    html = "".join(data.get("text/html", ""))
    if 'class="dataframe"' in html or html.lstrip().startswith(("<table", "<style")):
        return TABLE
    return OTHER.format(kinds=", ".join(data))


def _unnamed(item: dict[str, Any], taken: set[tuple[str, str]]) -> str:
    """What a table or figure of ours lacks: a caption, words of its own, a key of its own."""
    kind = item["kind"]
    if kind not in ("Table", "Figure"):
        return ""
    word = "bảng" if kind == "Table" else "hình"
    if not item["caption"].strip():
        return f"{word} “{item['key']}” chưa có tên (caption)"
    if item.get("svg") and len(item["alt"].strip()) < ALT_LEAST:
        return f"hình “{item['key']}” chưa có lời mô tả (alt): nói hình cho thấy gì, kèm con số"
    if (kind, item["key"]) in taken:
        return f"khoá “{item['key']}” đã dùng cho {word} khác của trang"
    taken.add((kind, item["key"]))
    return ""
