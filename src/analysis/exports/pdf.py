"""A page as printed by Chromium: tagged, with an outline and page numbers from the page's own style, the same bytes
for the same page.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from analysis import atomic_files

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge")  # as they are called in PATH
WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")  # in the environment
WINDOWS_BROWSERS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
MAC_FOLDERS = ("/Applications", "~/Applications")
MAC_BROWSERS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Chromium.app/Contents/MacOS/Chromium",
)
NO_BROWSER = f"Không có trình duyệt để in PDF ({', '.join(BROWSERS)}): lần này không có tệp PDF."
PATIENCE = 120  # seconds
TAG = re.compile(rb"\(node(\d{8})\)")  # name of a table cell that others are headed by
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


class PdfError(Exception):
    """The browser printed nothing; the message is for the analyst."""


def browser() -> str | None:
    """The browser that prints: in PATH, else where Windows and macOS install it; None where there is none.

    Both systems were only simulated in tests, never tried.
    """
    for name in BROWSERS:
        in_path = shutil.which(name)
        if in_path:
            return in_path
    for file in _installed():
        if file.is_file():
            return str(file)
    return None


def _installed() -> Iterator[Path]:
    """Where a browser may be installed on this system without being in PATH."""
    folders: list[str] = []
    browsers: tuple[str, ...] = ()
    if sys.platform == "win32":
        folders = [os.environ[name] for name in WINDOWS_FOLDERS if name in os.environ]
        browsers = WINDOWS_BROWSERS
    elif sys.platform == "darwin":
        folders = [os.path.expanduser(folder) for folder in MAC_FOLDERS]
        browsers = MAC_BROWSERS
    for browser_file in browsers:
        for folder in folders:
            yield Path(folder, browser_file)


def write(html: Path, file: Path, printer: str) -> Path:
    """Print a page with a browser and give back the file, which appears whole or not at all.

    Raises PdfError where the browser fails or takes longer than PATIENCE.
    """
    with tempfile.TemporaryDirectory(prefix="print-", ignore_cleanup_errors=True) as aside:
        raw = Path(aside) / "page.pdf"
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root cannot have one
        files = [f"--user-data-dir={aside}/profile", f"--print-to-pdf={raw}", html.resolve().as_uri()]
        command = [printer, *OPTIONS, *sandbox, *files]
        try:
            run = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired as problem:
            raise PdfError(f"{Path(printer).name} không in xong {html.name} trong {PATIENCE} giây.") from problem
        if not raw.exists():
            last = run.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise PdfError(f"{Path(printer).name} không in được {html.name}: {' '.join(last)}")
        _anywhere(raw, file, html.resolve().parent.as_uri() + "/")
    return file


def _anywhere(raw: Path, file: Path, folder: str) -> None:
    """The same document whenever and wherever it was printed.

    Without its dates and the browser's name; its id made from its content; links to files beside it from where it lies.
    """
    import pikepdf

    content = _renumbered(raw.read_bytes())
    with pikepdf.open(io.BytesIO(content)) as document, atomic_files.written(file) as aside:
        for name in ("/CreationDate", "/ModDate", "/Creator", "/Producer"):
            if name in document.docinfo:
                del document.docinfo[name]
        for note in (note for page in document.pages for note in page.get("/Annots", [])):
            link = note.get("/A")
            if link is not None and "/URI" in link:
                link.URI = pikepdf.String(str(link.URI).removeprefix(folder))
        document.save(aside, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _renumbered(content: bytes) -> bytes:
    """Tags numbered without gaps: the browser counts what else it had to do meanwhile. No byte moves."""
    numbers = sorted(set(TAG.findall(content)))
    place = {number: b"(node%08d)" % rank for rank, number in enumerate(numbers, 1)}
    return TAG.sub(lambda match: place[match[1]], content)
