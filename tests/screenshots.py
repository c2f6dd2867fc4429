"""make screenshots: the pictures of the README, from the newest pages in reports/, as readers see them in Chromium."""

import sys
from pathlib import Path

from analysis.reference import ROOT, received
from analysis.running import pipeline
from tests import browser
from tests.browser import Reader

DOCS = ROOT / "docs"


def main() -> int:
    """Write docs/*.png. Returns the exit status: 1 where the pages are not there."""
    pages = {file.stem: ROOT / file for file in pipeline.pages(*received.available(pipeline.RAW)[-1])}
    if not all(file.exists() for file in pages.values()):
        print("Chưa có trang. Chạy make report trước.", file=sys.stderr)
        return 1
    with browser.chromium() as running:
        for picture in (_appendix, _phone, _brief):
            print(picture(running, pages).relative_to(ROOT))
    return 0


def _appendix(running, pages: dict[str, Path]) -> Path:
    """A desk in the light: a table with the contents beside it, and a number that was asked."""
    page = Reader(running, pages["appendix"], (1280, 860)).page
    page.locator("#bang-enrolment").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, document.querySelector('#bang-enrolment').getBoundingClientRect().top - 40)")
    page.locator("#bang-enrolment tbody tr").nth(1).locator("button").nth(3).click()
    page.locator("dialog summary").first.click()
    return _taken(page, "appendix")


def _phone(running, pages: dict[str, Path]) -> Path:
    """A phone in the dark: a figure, and a wide table in its box."""
    page = Reader(running, pages["appendix"], (390, 860), "dark").page
    page.evaluate("document.querySelector('#bang-network_by_area').scrollIntoView()")
    page.evaluate("document.querySelector('#bang-network_by_area .scroll').scrollLeft = 120")
    return _taken(page, "phone")


def _brief(running, pages: dict[str, Path]) -> Path:
    """The brief, whole."""
    page = Reader(running, pages["brief"], (1120, 800)).page
    return _taken(page, "brief", full_page=True)


def _taken(page, name: str, **options) -> Path:
    file = DOCS / f"{name}.png"
    page.screenshot(path=file, **options)
    return file


if __name__ == "__main__":
    sys.exit(main())
