"""Real Chromium for tests: open a page as a reader would, or skip with what is missing."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PHONE, DESK = (360, 740), (1280, 900)
A4 = {"width": (210 - 20 - 16) * 96 / 25.4, "height": (297 - 18 - 18) * 96 / 25.4}  # inside the margins, CSS pixels


@contextmanager
def chromium() -> Iterator:
    """A running Chromium. Skips the test where there is none; fails there if CI=true."""
    if CHROMIUM is None:
        says = "Không có Chromium. Cài bằng: apt-get install chromium"
        pytest.fail(says) if os.environ.get("CI") == "true" else pytest.skip(says)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Reader:
    """One page open in one window; what the browser complains of or asks the network for is kept."""

    def __init__(self, browser, file: Path, size=DESK, scheme: str = "light", scripts: bool = True):
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
        )
        self.page = context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        self.asked = [url for url in self.asked if url != file.as_uri() and not url.startswith("data:")]

    def wider_than_window(self) -> list[str]:
        """Elements that reach past the window's side, outside the boxes that scroll; empty where nothing does."""
        return self.page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll("body *")].filter((e) => !e.closest(".scroll") && e.getBoundingClientRect()
            .right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 120))"""
        )

    def breaches(self, rows: int = 4) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and good practice: rule, and the first place.

        Of each table the first and last rows are looked at: the others are made by the same lines, and all of them
        would take minutes. The page is not whole afterwards.
        """
        self.page.locator("tbody").evaluate_all(
            "(all, n) => all.forEach((body) => [...body.rows].slice(n, -1).forEach((row) => row.remove()))", rows
        )
        from axe_playwright_python.sync_playwright import Axe

        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{rule['id']} ×{len(rule['nodes'])}: {rule['nodes'][0]['html'][:200]}" for rule in found]
