"""What an evaluation measures: the assistant over an index, an assistant over a set's own texts, or the reader alone.

Each becomes a `Subject`: a callable that answers, the texts that its quotes point into, and a record of what it is.
It never looks at the gold of what it answers.
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

from szai_qa import __version__

if TYPE_CHECKING:
    pass

RANKED = 10
"""How many passages are retrieved for the figures of ranking."""
_LIBRARIES = ("torch", "transformers", "faiss-cpu", "bm25s", "numpy", "scipy", "ir-measures")


def versions() -> dict[str, str]:
    """Return the versions that a report records."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"szai-qa": __version__, "python": platform.python_version(), **libraries}
