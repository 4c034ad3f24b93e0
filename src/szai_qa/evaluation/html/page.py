"""What both pages share: the templates' environment, and the style and scripts that are put into the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from szai_qa.evaluation.html import charts, words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@lru_cache
def environment() -> Environment:
    """Return the environment: it escapes everything, and a name that is missing is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("szai_qa.evaluation.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=words.clean,
    )
    environment.globals |= {
        "t": words.both,
        "words": words.words,
        "pair": words.pair,
        "percent": charts.percent,
        "shown": words.shown,
        "shown_with": lambda figure, name: words.shown(name, figure.value if figure else None),
        "value_name": words.value_markup,
        "metric_name": words.metric_markup,
        "column_pair": lambda name: words.named("column", name),
        "sep": words.both("sep"),
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
        "left": charts.LEFT,
        "right": charts.WIDTH - charts.RIGHT,
        "top": charts.TOP,
        "bottom": charts.HEIGHT - charts.BOTTOM,
    }
    return environment


def frame(lang: str) -> dict[str, Any]:
    """Return what every page needs: its language at first, its style, its scripts."""
    return {"lang": lang, "style": _file("report.css"), "scripts": [_file("details.js"), _file("report.js")]}


def _file(name: str) -> Markup:
    from markupsafe import Markup

    return Markup(files(__package__).joinpath(name).read_text("utf-8"))


def flat(values: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return the names and values of nested settings as they are shown, names joined with dots."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            pairs += flat(value, f"{before}{name}.")
        else:
            shown = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
            pairs.append((before + name, shown))
    return pairs
