"""data/releases/index.html: every release, which of them stands, and where its pages are."""

import html
import json
from pathlib import Path

from analysis import atomic_files
from analysis.pages.words import round_name
from analysis.reading import released
from analysis.reading.released import Release, ReleaseError

HEADS = ("Kỳ", "Bản", "Tình trạng", "Nội dung", "Trang")
KINDS = {"release": "Phát hành", "correction": "Đính chính bản số {corrects}", "taken_over": "Sổ lưu cũ"}
LINKS = {"appendix.html": "phụ lục", "brief.html": "tóm tắt", "tables.xlsx": "bảng tính"}
PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Các bản phát hành</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark}}
body{{font-family:Arial,"Liberation Sans",sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;
line-height:1.5}}table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;vertical-align:top;
padding:.4rem .8rem .4rem 0;border-bottom:1px solid #bbb}}
.withdrawn{{color:light-dark(#8c1d18,#f2a9a4);font-weight:bold}}
@media(min-width:45rem){{td:first-child{{white-space:nowrap}}}}
@media(max-width:45rem){{th,td{{padding-right:.4rem;font-size:.85rem}}body{{padding:0 .5rem}}}}</style></head>
<body><main><h1>Các bản phát hành</h1>
<p>Bản phát hành không bao giờ bị sửa: bản sau đính chính bản trước, bản thu hồi được giữ lại và ghi rõ ở đây.</p>
<table><thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table></main></body></html>
"""


def write(folder: Path) -> Path:
    """Write the index of all releases in a folder, newest round first, and give back its path."""
    rounds = sorted((path for path in folder.glob("*-*") if path.is_dir()), reverse=True)
    rows = [_row(one) for path in rounds for one in reversed(released.in_folder(path))]
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    file = folder / "index.html"
    with atomic_files.written(file) as aside:
        aside.write_text(PAGE.format(heads=heads, rows="\n".join(rows)), encoding="utf-8", newline="\n")
    return file


def _row(one: Release) -> str:
    try:
        says = one.manifest()
    except ReleaseError as problem:
        return f'<tr><td colspan="{len(HEADS)}" class="withdrawn">{html.escape(str(problem))}</td></tr>'
    year, _, period = one.folder.parent.name.rpartition("-")
    words = " ".join([says["note"], *says["allowed"].values()]).strip()
    there = [name for name in LINKS if f"pages/{name}" in says["outputs"]]
    links = ", ".join(f'<a href="{one.name}/pages/{name}">{LINKS[name]}</a>' for name in there)
    name = round_name(year, period)
    kind = KINDS[says["kind"]].format(corrects=says["corrects"])
    cells = (
        html.escape(name[0].upper() + name[1:]),
        str(one.number),
        kind + _withdrawn(one),
        html.escape(words),
        links,
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _withdrawn(one: Release) -> str:
    if not one.withdrawal.exists():
        return ""
    reason = json.loads(one.withdrawal.read_text(encoding="utf-8"))["reason"]
    return f'<br><span class="withdrawn">Đã thu hồi: {html.escape(reason)}</span>'
