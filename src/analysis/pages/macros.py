"""The templates that tables, figures and boxes are written with, each compiled when what shows them is imported."""

import functools
from pathlib import Path
from typing import Any

import jinja2

from analysis.pages.marks import beside
from analysis.reference import vietnamese

TEMPLATES = Path(__file__).with_name("templates")


@functools.cache
def macros(name: str) -> Any:
    """The macros of templates/<name>.html.j2 as functions: kernels are forked where they are imported already."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals["beside"], environment.filters["number"] = beside, vietnamese.number
    return environment.get_template(f"{name}.html.j2").module
