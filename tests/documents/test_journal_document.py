"""docs/journal.md names what the journal has."""

from __future__ import annotations

import pytest

from project import ROOT
from szai_qa.journal.entries import Feedback, Verdict
from szai_qa.journal.tables import metadata

TEXT = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_and_column_is_documented(table: object) -> None:
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{table.name}` |")]  # type: ignore[attr-defined]
    for column in table.columns:  # type: ignore[attr-defined]
        assert column.name == "id" or f"`{column.name}`" in row, column.name


@pytest.mark.parametrize("value", [*Verdict, *Feedback])
def test_every_verdict_and_feedback_is_documented(value: str) -> None:
    assert f"`{value}`" in TEXT
