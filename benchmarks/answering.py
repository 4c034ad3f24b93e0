"""Measures answering: cold start, time by stage and by windows read, memory. Run: python benchmarks/answering.py.

It runs on the index and articles of the present folder, changes nothing, and prints tables in Markdown that name the
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
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant

FOLDER = Path(__file__).parent
WINDOWS = (1, 2, 4, 6, 8, 12)
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


@dataclass(frozen=True)
class Bench:
    """An assistant over the present folder, with its embedder and its reader timed."""

    assistant: Assistant
    embedder: Timed
    reader: Timed

    def times(self, questions: Sequence[str]) -> list[float]:
        """Ask all questions; return the ms that each took."""
        return [self.assistant.ask(question).latency_ms for question in questions]


def load_benches(windows: Sequence[int | None]) -> list[Bench]:
    """Return a bench for each number of windows read (None: the setting's own), on the same index and models."""
    from szai_qa.answering.assistant import Assistant
    from szai_qa.answering.confidence import load_confidence
    from szai_qa.indexing.store import open_index
    from szai_qa.interfaces.loading import load_embedder
    from szai_qa.reading.shipped import shipped_reader
    from szai_qa.settings import find_home, load_settings

    settings = load_settings()
    embedder, reader = Timed(load_embedder(settings)), Timed(shipped_reader())
    index: Any = open_index(*find_home(), embedder)
    numbers = [{} if number is None else {"read_windows": number} for number in windows]
    return [
        Bench(
            Assistant(index, embedder, reader, load_confidence(), settings.model_copy(update=number)), embedder, reader
        )
        for number in numbers
    ]


def serving_memory(questions: Sequence[str]) -> tuple[float, float]:
    """Return the memory in MB of a process that serves the page, once loaded and after all questions.

    The questions are asked inside the process, without the page: what a browser adds is some hundred kB a visitor.
    """
    command = [sys.executable, str(Path(__file__).with_name("serving_memory.py")), *questions]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"The serving process failed:\n{done.stderr}")
    loaded, after = (float(value) for value in done.stdout.split())
    return loaded, after


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
    loaded, served = serving_memory(questions)
    bench = load_benches([None])[0]
    bench.times(questions[:5])
    bench.embedder.seconds = bench.reader.seconds = 0.0
    times = [ms for _ in range(repeats) for ms in bench.times(questions)]
    total = sum(times)
    return {
        "first cold start (s)": cold[0][0],
        "cold start, files in the page cache (s)": statistics.median(seconds for seconds, _ in cold[1:]),
        "question p50": percentile(times, 0.5),
        "question p95": percentile(times, 0.95),
        "share of embedding": bench.embedder.seconds * 1000 / total,
        "share of reading": bench.reader.seconds * 1000 / total,
        "peak memory of one ask (MB)": max(peak for _, peak in cold),
        "memory of the serving process, loaded (MB)": loaded,
        "memory of the serving process, after the questions (MB)": served,
    }


def by_windows(questions: Sequence[str], repeats: int) -> dict[int, dict[str, float]]:
    """Return p50 and p95 in ms and the share of reading by the number of windows read.

    The numbers take turns from round to round, so that a load that comes and goes spoils none of them alone.
    """
    benches = dict(zip(WINDOWS, load_benches(WINDOWS), strict=True))
    times: dict[int, list[float]] = {number: [] for number in WINDOWS}
    reading = dict.fromkeys(WINDOWS, 0.0)
    for bench in benches.values():
        bench.times(questions[:2])
    for _ in range(repeats):
        for number, bench in benches.items():
            before = bench.reader.seconds
            times[number] += bench.times(questions)
            reading[number] += bench.reader.seconds - before
    return {
        number: {
            "p50": percentile(taken, 0.5),
            "p95": percentile(taken, 0.95),
            "share of reading": reading[number] * 1000 / sum(taken),
        }
        for number, taken in times.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="rounds over the questions (default: %(default)s)")
    parser.add_argument("--questions", type=int, help="ask the first so many alone, to try the command out")
    parser.add_argument("--output", type=Path, help="write the figures as JSON too")
    given = parser.parse_args()
    name = machine()
    questions = (FOLDER / "questions.txt").read_text(encoding="utf-8").split("\n")
    questions = [question for question in questions if question][: given.questions]
    figures, windows = measure(questions, given.repeats), by_windows(questions, given.repeats)
    rows = "".join(f"| {what} | {value:.2f} |\n" for what, value in figures.items())
    print(f"{name}\n\n{len(questions)} questions, {given.repeats} rounds\n\n| | |\n|---|---|\n{rows}")
    print("| windows read | p50 (ms) | p95 (ms) | share of reading |\n|---|---|---|---|")
    for number, row in windows.items():
        print(f"| {number} | {row['p50']:.0f} | {row['p95']:.0f} | {row['share of reading']:.2f} |")
    if given.output:
        found = {"machine": name, "figures": figures, "by_windows": windows}
        given.output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
