"""Where texts and units lead to: web addresses that are nothing else, and the pages of units."""

import re

from markupsafe import Markup

from analysis.reference.areas import UNPLACED, WHOLE


def address(text: str) -> Markup:
    """A link where the text is a whole web address, else the text: nothing else may stand in href."""
    if re.fullmatch(r"https?://[\w.-]+(/[\w./%#?=&~-]*)?", text) and "..." not in text:
        return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(text)
    return Markup.escape(text)


def unit_page(area: str) -> str:
    """The file of a unit's page in the folder of all of them; empty for what is no unit.

    >>> unit_page("le_chan"), unit_page("all")
    ('le_chan.html', '')
    """
    return "" if area in ("", WHOLE, UNPLACED) else f"{area}.html"
