"""Measures answering: cold start, time of a question by stage, peak memory. Run: python benchmarks/answering.py.

It runs on the index and articles of the present folder, changes nothing, and prints a table in Markdown that names the
machine. Close other programs first: the load of the machine is printed too.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant

FOLDER = Path(__file__).parent
_MAIN = "from szai_qa.interfaces.cli import main; main()"


class Timed:
    """Passes everything on to a model and adds up the time that its calls take, in seconds."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any model
        self._model = model
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the model has
        found = getattr(self._model, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            started = time.perf_counter()
            try:
                return found(*arguments, **named)
            finally:
                self.seconds += time.perf_counter() - started

        return call


def cold_start(question: str) -> tuple[float, float]:
    """Run `szai-qa ask` in a process of its own; return its seconds and its peak memory in MB."""
    command = [sys.executable, "-c", _MAIN, "ask", question, "--json"]
    started = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)
    if process.wait() != 0:
        sys.exit("szai-qa ask failed; see above.")
    return time.perf_counter() - started, peak / 1e6


def load_timed() -> tuple[Assistant, Timed, Timed]:
    """Return an assistant over the present folder, with its embedder and its reader timed."""
    from szai_qa.answering.assistant import Assistant
    from szai_qa.answering.confidence import load_confidence
    from szai_qa.indexing.store import open_index
    from szai_qa.interfaces.loading import load_embedder
    from szai_qa.reading.shipped import shipped_reader
    from szai_qa.settings import find_home, load_settings

    settings = load_settings()
    embedder, reader = Timed(load_embedder(settings)), Timed(shipped_reader())
    index: Any = open_index(*find_home(), embedder)
    return Assistant(index, embedder, reader, load_confidence(), settings), embedder, reader


def machine() -> str:
    """Name the machine, and what else it was doing."""
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB; Python {platform.python_version()}, "
        f"torch {version('torch')}; load before the run {load:.2f}"
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def measure(questions: Sequence[str], repeats: int) -> dict[str, float]:
    """Return the figures, times in ms unless the name says otherwise, memory in MB."""
    cold = [cold_start(questions[0]) for _ in range(3)]
    assistant, embedder, reader = load_timed()
    for question in questions[:5]:
        assistant.ask(question)
    embedder.seconds = reader.seconds = 0.0
    times: list[float] = []
    for _ in range(repeats):
        times.extend(assistant.ask(question).latency_ms for question in questions)
    total = sum(times)
    return {
        "first cold start (s)": cold[0][0],
        "cold start, files in the page cache (s)": statistics.median(seconds for seconds, _ in cold[1:]),
        "question p50": percentile(times, 0.5),
        "question p95": percentile(times, 0.95),
        "share of embedding": embedder.seconds * 1000 / total,
        "share of reading": reader.seconds * 1000 / total,
        "peak memory of one ask (MB)": max(peak for _, peak in cold),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="rounds over the questions (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the figures as JSON too")
    given = parser.parse_args()
    name = machine()
    questions = (FOLDER / "questions.txt").read_text(encoding="utf-8").split("\n")
    questions = [question for question in questions if question]
    figures = measure(questions, given.repeats)
    rows = "".join(f"| {what} | {value:.2f} |\n" for what, value in figures.items())
    print(f"{name}\n\n{len(questions)} questions, {given.repeats} rounds\n\n| | |\n|---|---|\n{rows}", end="")
    if given.output:
        given.output.write_text(json.dumps({"machine": name, "figures": figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
