"""Serves the page of the present folder, asks the questions given, and prints its own memory in MB before and after.

Used by answering.py, which starts it in a process of its own. It stops by itself.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psutil

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant


def memory() -> float:
    """Return the memory that this process holds, in MB."""
    return float(psutil.Process().memory_info().rss) / 1e6


def main(questions: Sequence[str]) -> None:
    """Serve until the questions are answered."""
    from szai_qa.interfaces.loading import load_assistant
    from szai_qa.interfaces.web.app import serve
    from szai_qa.settings import find_home, load_settings

    loaded: list[Assistant] = []

    def load() -> Assistant:
        loaded.append(load_assistant(load_settings(), *find_home(), questions[:1]))
        return loaded[0]

    def measured(address: str) -> None:
        with urlopen(address) as page:
            page.read()
        before = memory()
        for question in questions:
            loaded[0].ask(question)
        print(f"{before:.0f} {memory():.0f}", flush=True)
        os.kill(os.getpid(), signal.SIGINT)

    serve(load, "127.0.0.1", 0, on_ready=measured)


if __name__ == "__main__":
    main(sys.argv[1:])
