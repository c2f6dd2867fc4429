"""What a notebook shows, as data beside its HTML: every other output is made from it, so no table is written twice."""

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

MIME = "application/vnd.gdmn.shown+json"
ON_PAGE = "application/vnd.gdmn.page+json"
PLAIN = (str, int, bool, type(None))  # most values: asked first


class Shown:
    """A dataclass that a notebook displays: it stands in the executed notebook under MIME, beside its HTML."""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return {MIME: plain(self)}


class OnPage:
    """What a notebook displays for the page alone: its HTML stands there, and in no other output."""

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return {ON_PAGE: {}}


def plain(value: Any) -> Any:
    """A value as JSON holds it: a Shown with its class as "kind", a missing number as null, no type of numpy.

    >>> plain((np.int64(3), float("nan"), True))
    [3, None, True]
    """
    if type(value) in PLAIN:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": type(value).__name__} if isinstance(value, Shown) else {}
        return kind | {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value != value or (isinstance(value, float) and math.isinf(value)):
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def rebuilt(declared: Any, value: Any) -> Any:
    """The value of a declared type that `plain` made plain: dataclasses, named tuples, tuples and lists of them.

    Raises TypeError where the plain form lacks a field or has one that the type does not.
    """
    if isinstance(declared, type) and (dataclasses.is_dataclass(declared) or hasattr(declared, "_fields")):
        parts = value if isinstance(value, dict) else dict(zip(declared._fields, value, strict=True))
        hints = _hints(declared)
        return declared(**{name: rebuilt(hints.get(name), part) for name, part in parts.items() if name != "kind"})
    origin, of = get_origin(declared), get_args(declared)
    if origin is tuple and of[-1] is not ...:
        return tuple(rebuilt(each, part) for each, part in zip(of, value, strict=True))
    if origin in (list, tuple, Sequence):
        return (list if origin is list else tuple)(rebuilt(of[0], part) for part in value)
    return value


@functools.cache
def _names(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


@functools.cache
def _hints(declared: type) -> dict[str, Any]:
    return get_type_hints(declared)
