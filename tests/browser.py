"""Real Chromium for tests: open a page as a reader would, or skip with what is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import office

PHONE, DESK = (360, 740), (1280, 900)
A4 = {"width": (210 - 20 - 16) * 96 / 25.4, "height": (297 - 18 - 18) * 96 / 25.4}  # inside the margins, CSS pixels


@contextmanager
def chromium() -> Iterator:
    """A running Chromium. Skips the test where there is none; fails there if CI=true."""
    found = office.browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=found, args=["--no-sandbox"])
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

    def breaches(self, within: str = "body", contrast_only: bool = False) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA and good practice inside an element: rule, and the first place.

        Every rule but one looks at every element, so at whole tables too. Contrast, which takes minutes on them, is
        looked at where a colour, background, size or weight of text stands first. contrast_only : that alone.
        """
        from axe_playwright_python.sync_playwright import Axe

        self.page.locator(within).evaluate(FIRST_OF_EACH_LOOK)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        all_but_contrast = {"runOnly": {"type": "tag", "values": tags}, "rules": {"color-contrast": {"enabled": False}}}
        contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        looks = [[f"[data-look='{number}']"] for number in range(self.page.locator("[data-look]").count())]
        found = []
        for options, where in ((all_but_contrast, [[within]]), (contrast, looks))[contrast_only:]:
            run = Axe().run(self.page, {"include": where}, options | {"resultTypes": ["violations"]})
            found += run.response["violations"]
        return [f"{rule['id']} ×{len(rule['nodes'])}: {rule['nodes'][0]['html'][:200]}" for rule in found]


FIRST_OF_EACH_LOOK = """(within) => {
  document.querySelectorAll("[data-look]").forEach((e) => e.removeAttribute("data-look"));
  const behind = (e) => {
    const colour = getComputedStyle(e).backgroundColor;
    return colour !== "rgba(0, 0, 0, 0)" || !e.parentElement ? colour : behind(e.parentElement);
  };
  const looks = new Map();
  for (const e of within.querySelectorAll("*")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e);
    const look = [style.color, behind(e), style.fontSize, style.fontWeight, style.opacity].join();
    if (!looks.has(look)) looks.set(look, e);
  }
  [...looks.values()].forEach((e, number) => (e.dataset.look = number));
}"""
