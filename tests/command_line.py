"""Runs the command line as a process of its own, as a person or a script would."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_MAIN = "from szai_qa.interfaces.cli import main; main()"


@dataclass(frozen=True)
class Done:
    """What a finished command left."""

    code: int
    out: str
    err: str


def run(*arguments: str | bytes, cwd: Path, **environment: str) -> Done:
    """Run `szai-qa` with these arguments in a folder."""
    command = [sys.executable, "-c", _MAIN, *arguments]
    # A wide terminal, so that no help text is broken inside a line that a test looks for.
    variables = os.environ | {"COLUMNS": "200"} | environment
    done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, check=False, timeout=300)
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
