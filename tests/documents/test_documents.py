"""The documents say what the program does."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import szai_qa
from conftest import ROOT
from szai_qa.settings import PREFIX, Settings

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def text_of(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_commands_in_the_documents_are_the_helps_of_the_program(generate: ModuleType) -> None:
    assert text_of("docs/commands.md") == generate.commands(), "run: python docs/generate.py"


def test_the_settings_in_the_documents_are_those_of_the_program(generate: ModuleType) -> None:
    assert text_of("docs/settings.md") == generate.settings(), "run: python docs/generate.py"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in text_of("docs/settings.md")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_the_two_readmes_are_in_step() -> None:
    english, chinese = (text_of(path) for path in READMES)
    assert len(re.findall("^## ", english, re.M)) == len(re.findall("^## ", chinese, re.M))
    blocks = [re.findall(r"^```(?:bash|json|text)\n(.*?)^```", text, re.M | re.S) for text in (english, chinese)]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_readme_has_the_test_command_that_ci_runs(path: Path) -> None:
    found = re.search(r"<!-- test command -->\n```bash\n(.+)\n```\n<!-- end -->", path.read_text(encoding="utf-8"))
    assert found is not None
    assert found[1] == "pip install '.[test]' && python -m pytest"


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_command_in_the_readme_exists(path: Path, generate: ModuleType) -> None:
    helps = generate.commands()
    for command in re.findall(r"^szai-qa (\w+(?: (?:build|verify|info))?)", path.read_text(encoding="utf-8"), re.M):
        assert f"\n## szai-qa {command}\n" in helps, command


def test_the_answer_object_in_the_readme_has_the_fields_of_the_program() -> None:
    shown = next(b for b in re.findall(r"^```json\n(.*?)^```", text_of("README.md"), re.M | re.S) if "quotes" in b)
    value = json.loads(shown)
    text = (ROOT / "docs" / "articles" / f"{value['quotes'][0]['article_id']}.txt").read_bytes().decode()
    for piece in (value["quotes"][0], value["quotes"][0]["highlight"]):
        assert piece["text"] == text[piece["start"] : piece["end"]]


def test_every_dependency_is_pinned_and_explained() -> None:
    architecture = text_of("docs/architecture.md")
    for requirement in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]:
        name, pinned, version = requirement.partition("==")
        assert pinned, f"{name} has no exact version"
        assert version
        assert f"**{name}**" in architecture, f"{name} is not explained in docs/architecture.md"


def test_the_changelog_has_the_version() -> None:
    assert szai_qa.__version__ == PROJECT["version"]
    assert re.search(rf"^## \[{re.escape(szai_qa.__version__)}\]", text_of("CHANGELOG.md"), re.M)


def test_the_licence_covers_the_code_and_the_notice_names_what_it_does_not_cover() -> None:
    assert "Apache License" in text_of("LICENSE")
    notice = text_of("NOTICE")
    for path in (ROOT / "docs" / "articles").glob("*.txt"):
        url = re.search("^URL: (.+)$", path.read_text(encoding="utf-8"), re.M)
        assert url is not None
        assert url[1].strip() in notice, f"NOTICE does not name the source of {path.name}"
