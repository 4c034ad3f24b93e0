"""The report as a file that stands alone: figures, escaping, both languages, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import worked_run
from szai_qa.evaluation.compare import compare
from szai_qa.evaluation.evaluate import EvaluationSettings, Subject, evaluate, measured
from szai_qa.evaluation.figures import table_of
from szai_qa.evaluation.folder import RunFolder
from szai_qa.evaluation.gold import Against, Dataset, Example
from szai_qa.evaluation.html import charts, words
from szai_qa.evaluation.html.comparison import comparison_html, earlier
from szai_qa.evaluation.html.questions import questions_of
from szai_qa.evaluation.html.render import report_html, write_report_html
from szai_qa.evaluation.report import Figure, Report
from szai_qa.evaluation.rows import Failure, Reply, Row
from szai_qa.evaluation.scoring import score_row

TRAP = "</script><img src=x onerror=alert(1)>&\u2028{{ 7*7 }}\ud800\x00"
SETTINGS = EvaluationSettings(resamples=50)


def scored(rows: Sequence[Row]) -> list[Row]:
    return [score_row(row.example, row.reply, worked_run.TEXTS, {}) for row in rows]


def report_of(rows: Sequence[Row]) -> Report:
    record = replace(worked_run.report().run, settings={"seed": 0, "resamples": 50, "slices": None})
    return replace(worked_run.report(), **_parts(measured(table_of(rows), record)))


def _parts(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ("run", "metrics", "slices", "curves", "failures")}


class Page(HTMLParser):
    """Collects the elements of a page, and the text of its scripts by id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id") or "" if tag == "script" else ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.scripts[self._open] = data


@pytest.fixture
def rows() -> list[Row]:
    return scored(worked_run.rows())


@pytest.fixture
def page(rows: list[Row]) -> str:
    return report_html(report_of(rows), rows)


def heads(page: str) -> list[str]:
    return re.findall(r'<p class="big">(.*?)</p>\s*<p>(?:<strong>(.*?)</strong>)?', page)


def test_the_headline_has_shares_and_the_counts_behind_them(page: str) -> None:
    assert heads(page) == [("33.3%", "1 / 3"), ("33.3%", "1 / 3"), ("50.0%", "1 / 2"), ("100%", "2 / 2")]


def test_the_same_run_gives_the_same_bytes(rows: list[Row], page: str) -> None:
    assert report_html(report_of(rows), rows).encode() == page.encode()


def test_nothing_is_fetched_from_anywhere(page: str) -> None:
    for tag, attributes in Page(page).elements:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base"}
        assert not {"src", "href", "srcset", "action", "data", "poster"} & set(attributes), tag
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in page


def test_what_stands_in_a_set_never_becomes_markup(rows: list[Row]) -> None:
    example = replace(rows[0].example, id=TRAP, question=TRAP, answers=(TRAP,), columns={TRAP: TRAP}, history=(TRAP,))
    traps = [Row(example, rows[0].reply, rows[0].scores, Failure.WRONG_SPAN)]
    report = report_of(rows)
    report = replace(report, problems=({"where": TRAP, "field": TRAP, "message": TRAP, "hint": TRAP},))
    report = replace(report, run=replace(report.run, dataset={**report.run.dataset, "name": TRAP}))
    report = replace(report, slices={TRAP: {TRAP: {"right": Figure(0.5, 0.1, 0.9, 20)}}})
    page = Page(report_html(report, traps))
    assert {tag for tag, _ in page.elements if tag == "img"} == set()
    assert sum(tag == "script" for tag, _ in page.elements) == 3
    details = json.loads(page.scripts["data"])["details"][0]
    assert details["answers"] == [TRAP]
    assert "{{ 7*7 }}" in "".join(str(attributes) for _, attributes in page.elements) + report_html(report, traps)


def test_each_question_stands_there_with_what_went_wrong(page: str) -> None:
    found = [a for tag, a in Page(page).elements if tag == "tr" and "data-result" in a]
    assert [(a["data-result"], a["data-cause"]) for a in found] == [
        ("right", ""),
        ("false_refusal", "cause.wrongly_refused"),
        ("should_refuse", "cause.wrongly_answered"),
    ]


def test_each_passage_says_whether_it_holds_the_evidence(rows: list[Row]) -> None:
    data = questions_of(rows).data()
    assert data["passages"] == [["bridge", *data["passages"][0][1:3], worked_run.OPENED + worked_run.LONG]]
    assert [details["retrieved"] for details in data["details"]] == [[[0, True]], [[0, True]], [[0, False]]]


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_words_and_a_result(failure: Failure, rows: list[Row]) -> None:
    row = Row(rows[1].example, rows[1].reply, rows[1].scores, failure)
    line = questions_of([row]).lines[0]
    assert line.right is False
    for key in (line.cause, f"result.{line.result}", f"failure.{failure.value}"):
        assert all(words.words(key, language, **line.values) for language in (0, 1))


def test_both_languages_fill_in_the_same_values() -> None:
    for key, pair in words.catalogue().items():
        fields = [set(re.findall(r"\{(\w+)\}", text)) for text in pair]
        assert fields[0] == fields[1], key


def test_every_figure_has_a_name_in_both_languages(rows: list[Row]) -> None:
    assert [name for name in report_of(rows).metrics if f"m.{name}" not in words.catalogue()] == []


def test_versions_index_settings_and_the_sets_hash_are_shown(page: str) -> None:
    for value in ("0" * 64, "0123456789ab", "f" * 64, "max_quotes", "szai-qa", "resamples"):
        assert value in page


def test_a_slice_of_few_questions_says_so() -> None:
    bars = charts.slice_bars({"a": {"right": Figure(0.5, 0.2, 0.8, 9)}, "b": {"right": Figure(0.5, 0.2, 0.8, 10)}})
    assert [bar.few for bar in bars] == [True, False]


def test_the_curve_ends_where_everything_is_answered(rows: list[Row]) -> None:
    chart = charts.risk_coverage(report_of(rows))
    assert chart is not None
    assert chart.path.split("L")[-1].startswith(f"{charts.across(1.0):g} ")
    assert chart.present is not None
    assert chart.present.coverage == pytest.approx(2 / 3)  # confidences .93, .6 and .2 at the threshold .36
    assert chart.present.risk == pytest.approx(1 / 2)


def test_a_run_that_was_stopped_before_its_first_question_has_a_report() -> None:
    page = report_html(replace(report_of([]), complete=False), [])
    assert "中途停止" in page


def test_a_set_with_judged_texts_only_shows_its_retrieval(rows: list[Row]) -> None:
    example = Example("q", "大桥", "q", None, relevant={"bridge": 1})
    row = Row(example, Reply(None, worked_run.FOUND), {"recall_at_5": 1.0, "mrr_at_10": 1.0})
    page = report_html(report_of([row]), [row])
    assert heads(page)[1] == ("1.000", "")
    assert 'data-result="searched"' in page


class Answerer:
    """Refuses everything, or answers everything with the opening sentence."""

    def __init__(self, refuses: bool) -> None:
        self._quotes = () if refuses else (worked_run.quote(worked_run.LONG, "1280米"),)

    def __call__(self, examples: Sequence[Example]) -> list[Reply]:
        return [Reply(worked_run.answer(e.question, *self._quotes), worked_run.FOUND) for e in examples]


def run_of(folder: Path, refuses: bool) -> RunFolder:
    examples = tuple(row.example for row in worked_run.rows())
    dataset = Dataset("set.jsonl", "jsonl", "1" * 64, examples)
    system = {"index_id": "i", "threshold": 0.9 if refuses else 0.1}
    subject = Subject(Answerer(refuses), worked_run.TEXTS, Against.INDEX, system, {"szai-qa": "0.1.0"})
    evaluate(dataset, subject, RunFolder(folder), SETTINGS)
    return RunFolder(folder)


def test_a_comparison_shows_differences_and_what_got_better_and_worse(tmp_path: Path) -> None:
    a, b = run_of(tmp_path / "a", True), run_of(tmp_path / "b", False)
    comparison = compare(a, b, 50)
    page = comparison_html(comparison, a, b)
    assert comparison_html(comparison, a, b) == page
    better, worse = re.findall(r'<h2 class="(?:good|ill)">.*?</h2>(.*?)</section>', page, re.DOTALL)
    assert re.findall(r"<tr><td>(\w[\w.]*)</td>", better) == [item.id for item in comparison.better]
    assert re.findall(r"<tr><td>(\w[\w.]*)</td>", worse) == ["C1.2"]
    assert "system.threshold" in page
    assert "http" not in page


def test_the_report_tells_how_it_compares_with_the_last_run(tmp_path: Path) -> None:
    a, b = run_of(tmp_path / "a", True), run_of(tmp_path / "b", False)
    sentence = earlier(compare(a, b, 50), a.report())
    assert sentence is not None
    assert (sentence.gained, sentence.lost) == (1, 1)
    page = write_report_html(b, sentence).read_text(encoding="utf-8")
    assert "变好 1 道" in page
    assert "差别不显著" in page
