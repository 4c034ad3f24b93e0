"""The report's words in two languages, and how its numbers are written. Both languages stand in the file at once."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

from szai_qa.evaluation.html.charts import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

LANGUAGES = ("zh-Hans", "en")
_CLASSES = ("zh", "en")
# What no article holds and no browser shows; a lone surrogate could not even be written.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_RATIOS = {"auroc", "aurc", "ece", "mrr_at_10", "ndcg_at_10", "map"}

Value: TypeAlias = "str | int | float | tuple[str, str]"


def clean(value: object) -> object:
    """Return a value with characters that can't be shown replaced by U+FFFD; markup passes through."""
    if hasattr(value, "__html__"):
        return value
    return _UNSHOWABLE.sub("\ufffd", str(value))


@lru_cache
def catalogue() -> Mapping[str, tuple[str, str]]:
    """Return (Chinese, English) by key."""
    text = files(__package__).joinpath("words.json").read_text("utf-8")
    return {key: (pair[0], pair[1]) for key, pair in json.loads(text).items()}


def words(key: str, language: int, **values: Value) -> str:
    """Return the words of a key in language 0 or 1; a value of two texts gives each language its own."""
    own = {name: value[language] if isinstance(value, tuple) else value for name, value in values.items()}
    return catalogue()[key][language].format_map(own)


def pair(key: str) -> str:
    """Return both languages at once, for what can't be switched: names for screen readers."""
    return " / ".join(dict.fromkeys(catalogue()[key]))


def both(key: str, **values: Value) -> Markup:
    """Return both languages as markup; the page shows the one that is switched on."""
    return spans(words(key, 0, **values), words(key, 1, **values))


def spans(chinese: str, english: str) -> Markup:
    """Return two texts, escaped, each marked as its language's."""
    from markupsafe import Markup

    parts = zip(_CLASSES, LANGUAGES, (chinese, english), strict=True)
    return Markup("").join(
        Markup('<span class="{}" lang="{}">{}</span>').format(css, lang, clean(text)) for css, lang, text in parts
    )


def named(prefix: str, name: str) -> tuple[str, str]:
    """Return the words of a column, value or figure; one that has none is called by its own name."""
    return catalogue().get(f"{prefix}.{name}", (name, name))


def value_markup(name: str) -> Markup:
    """Return the name of a group: yes and no in words, others as the set has them."""
    return spans(*named("value", name))


def metric_markup(name: str) -> Markup:
    """Return the name of a figure."""
    return spans(*named("m", name))


def shown(name: str, value: float | None) -> str:
    """Return a figure's value as it is written: a percentage, a ratio of three decimals, or milliseconds."""
    if value is None:
        return "—"
    if name.endswith("_ms"):
        return f"{value:.0f} ms"
    return f"{value:.3f}" if name in _RATIOS else percent(value)


def signed(name: str, value: float) -> str:
    """Return a difference of a figure with its sign; of percentages in points."""
    return f"{value:+.3f}" if name in _RATIOS else f"{100 * value:+.1f}"
