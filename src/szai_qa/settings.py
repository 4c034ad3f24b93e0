"""All settings, in one frozen object that is handed in; there is no global one.

A setting comes from the environment (SZAI_QA_THRESHOLD=0.6), else from its default here. An unknown name and a
value out of bounds are errors. docs/settings.md lists them all.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from szai_qa.errors import NotFoundError, SettingsError

PREFIX = "SZAI_QA_"
# Read elsewhere: the home folder below, the cache by the encoder.
_NOT_SETTINGS = {"SZAI_QA_HOME", "SZAI_QA_CACHE", "SZAI_QA_REQUIRE_BROWSER", "SZAI_QA_REQUIRE_POSTGRES"}


class Settings(BaseSettings):
    """What can be set. Fields that shape the index are recorded in its manifest and must match it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    embedding_model: str = Field(
        "", description="A sentence-transformers model, name or folder; empty: the built-in one."
    )
    query_prefix: str = Field("query: ", description="Put before a question when it is embedded.")
    passage_prefix: str = Field("passage: ", description="Put before a sentence or passage when it is embedded.")
    max_question_chars: int = Field(200, ge=10, le=2000, description="Longest question, in code points.")
    read_windows: int = Field(6, ge=1, le=50, description="How many retrieved passages are read for one question.")
    threshold: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        description="Below this confidence an answer is refused; unset: a promised one, else the fitted one.",
    )
    quote_margin: float = Field(
        1.0, ge=0, description="Spans this close to the best one's score are quoted too (logits)."
    )
    max_quotes: int = Field(4, ge=1, le=20, description="Most quotes in one answer; an outline may have more.")
    data_dir: Path = Field(Path("data"), description="The folder for what the program keeps, such as the journal.")
    journal_url: str | None = Field(
        None,
        description="Where answers are put on record: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`; "
        "unset: `journal.sqlite` in the data folder; empty: nowhere.",
    )
    journal_days: int = Field(
        0, ge=0, le=36500, description="Answers on record are deleted after so many days; 0: they are kept for ever."
    )

    @property
    def journal(self) -> str:
        """The journal's URL, empty where nothing is put on record."""
        return f"sqlite:///{self.data_dir / 'journal.sqlite'}" if self.journal_url is None else self.journal_url


def load_settings(**overrides: str | int | float) -> Settings:
    """Return the settings from the environment, with `overrides` on top.

    Raises:
        SettingsError: a name is unknown, or a value is out of its bounds.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields} | _NOT_SETTINGS
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting.", "docs/settings.md lists them all.")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"The setting {name} is wrong: {first['msg']}.", "docs/settings.md has its bounds."
        ) from problem


def find_home(index: Path | None = None, articles: Path | None = None) -> tuple[Path, Path]:
    """Return the folders of the index and of the articles.

    What is given wins; else ./index and ./docs/articles, else those under SZAI_QA_HOME.

    Raises:
        NotFoundError: none of these is there.
    """
    homes = [Path.cwd()]
    if os.environ.get("SZAI_QA_HOME"):
        homes.append(Path(os.environ["SZAI_QA_HOME"]))
    for home in homes:
        if (home / "docs" / "articles").is_dir():
            return index or home / "index", articles or home / "docs" / "articles"
    if index and articles:
        return index, articles
    raise NotFoundError(
        f"No index and articles in {Path.cwd()}.",
        "Change to the project's folder (the one that holds index/ and docs/articles/), or set SZAI_QA_HOME to it.",
    )
