from __future__ import annotations

from pathlib import Path

import pytest

from szai_qa.errors import NotFoundError, SettingsError
from szai_qa.settings import PREFIX, Settings, find_home, load_settings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SZAI_QA_THRESHOLD", "0.6")
    assert load_settings().threshold == 0.6


def test_what_is_handed_in_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SZAI_QA_MAX_QUOTES", "2")
    assert load_settings(max_quotes=3).max_quotes == 3


def test_an_unknown_name_in_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SZAI_QA_TRESHOLD", "0.6")
    with pytest.raises(SettingsError, match="SZAI_QA_TRESHOLD is no setting"):
        load_settings()


def test_an_unknown_name_that_is_handed_in_is_an_error() -> None:
    with pytest.raises(SettingsError, match="treshold"):
        load_settings(treshold=0.6)


@pytest.mark.parametrize("name", ["SZAI_QA_HOME", "SZAI_QA_CACHE", "SZAI_QA_REQUIRE_BROWSER"])
def test_names_that_others_read_are_no_unknown_settings(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THRESHOLD", "1.1"), ("THRESHOLD", "-0.1"), ("THRESHOLD", "nan"), ("THRESHOLD", "high"),
        ("MAX_QUESTION_CHARS", "9"), ("MAX_QUESTION_CHARS", "2001"), ("READ_WINDOWS", "0"), ("READ_WINDOWS", "51"),
        ("QUOTE_MARGIN", "-1"), ("MAX_QUOTES", "0"), ("MAX_QUOTES", "2.5"),
    ],
)  # fmt: skip
def test_a_value_out_of_bounds_is_an_error_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().threshold = 0.1  # type: ignore[misc]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "docs" / "articles").mkdir(parents=True)
    return tmp_path / "home"


def test_the_folder_that_a_command_runs_in_is_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert find_home() == (home / "index", home / "docs" / "articles")


def test_elsewhere_home_is_named_by_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SZAI_QA_HOME", str(home))
    assert find_home() == (home / "index", home / "docs" / "articles")


def test_folders_that_are_given_win(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert find_home(index=Path("i")) == (Path("i"), home / "docs" / "articles")
    assert find_home(Path("i"), Path("a")) == (Path("i"), Path("a"))


def test_folders_that_are_given_need_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_home(Path("i"), Path("a")) == (Path("i"), Path("a"))


def test_no_home_is_an_error_that_names_both_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFoundError, match=r"project's folder.*SZAI_QA_HOME"):
        find_home()
