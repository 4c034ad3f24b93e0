"""The real weights over the real index and over a small archive: few tests, each of a promise that users rely on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from archive import cases

from command_line import run
from project import ROOT
from szai_qa.answering.assistant import Assistant
from szai_qa.errors import IndexMismatchError, ProofError
from szai_qa.indexing.embedder import Embedder
from szai_qa.indexing.store import build_index, open_index, verify_index
from szai_qa.interfaces.loading import load_assistant, load_embedder
from szai_qa.settings import Settings

pytestmark = pytest.mark.model

INDEX, ARTICLES = ROOT / "index", ROOT / "docs" / "articles"
FIRST_QUESTION = "深圳有多少家人工智能企业？"
QUESTIONS = [
    FIRST_QUESTION,
    "深圳有多少家人工智慧企業？",
    "How many AI companies are there in Shenzhen?",
    "全市训力规模是多少",
    "基础数据汇集了多少条？",
    "谁发布了盘古大模型3.0？",
    "“智霁”是做什么的？",
    "启元大模型由哪两家一起打造？",
    "十大人工智能集聚区都在哪里？",
    "文章列出的十件大事分别是什么？",
    "AI视觉创意大赛在哪里颁奖？",
    "大赛收到了多少件作品？",
    "8月的大会有多少观众到现场？",
    "9月的展会签了多少钱的意向合同？",
    "人工智能十八条是什么时候发布的？",
    "为什么要规划集聚区？",
    "What did Tencent open-source?",
    "Which month were the 18 measures released?",
    "混元版Sora开源了吗？",
    "上海有多少家人工智能企业？",
    "明天会下雨吗？",
    "你觉得深圳会成为第一吗？",
    "帮我写一首关于机器人的诗",
    "<script>alert(1)</script> **企业** $$x$$",
    "企业\ud800\0有多少？",
    "你好呀",
    "😀😀😀",
    "",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings())


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return load_assistant(Settings(), INDEX, ARTICLES)


def stored_texts(folder: Path) -> dict[str, str]:
    """Return each article's text by decoding its file, without the package's help."""
    return {path.stem: path.read_bytes().decode("utf-8-sig") for path in folder.glob("*.txt")}


def all_quotes(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from answer["quotes"]
    yield from (answer["refusal"] or {}).get("nearest", [])


def assert_verbatim(answer: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    assert answer["refused"] == (answer["quotes"] == [])
    for quote in all_quotes(answer):
        text = texts[quote["article_id"]]
        assert quote["text"] == text[quote["start"] : quote["end"]]
        if mark := quote["highlight"]:
            assert mark["text"] == text[mark["start"] : mark["end"]]
            assert quote["start"] <= mark["start"] < mark["end"] <= quote["end"]


def assert_same(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> None:
    by_id = {answer["id"]: answer for answer in other}
    assert len(one) == len(by_id)
    for answer in one:
        again = by_id[answer["id"]]
        assert answer["quotes"] == again["quotes"], answer["question"]
        assert answer["refusal"] == again["refusal"], answer["question"]
        assert answer["confidence"] == pytest.approx(again["confidence"], abs=1e-3)


def test_the_first_question_is_answered_with_the_number_of_companies(assistant: Assistant) -> None:
    best = assistant.ask(FIRST_QUESTION).as_json()["quotes"][0]
    assert "2200余家" in best["text"]
    assert "2200" in best["highlight"]["text"]


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_whatever_is_asked_every_quote_is_a_slice_of_the_stored_article(assistant: Assistant, question: str) -> None:
    assert_verbatim(assistant.ask(question).as_json(), stored_texts(ARTICLES))


def test_the_outline_is_the_ten_headings(assistant: Assistant) -> None:
    quotes = assistant.ask("文章列出的十件大事分别是什么？").quotes
    assert [quote.text[0] for quote in quotes] == list("一二三四五六七八九十")


def test_the_same_answers_come_by_ask_by_batch_and_by_batch_in_reverse(assistant: Assistant, tmp_path: Path) -> None:
    asked = [assistant.ask(question).as_json(f"Q{i}") for i, question in enumerate(QUESTIONS)]
    lines = [json.dumps({"id": f"Q{i}", "question": question}) for i, question in enumerate(QUESTIONS)]
    answers = []
    for name, ordered in (("forward", lines), ("reverse", lines[::-1])):
        (tmp_path / "q.jsonl").write_text("\n".join(ordered), encoding="utf-8")
        done = run("batch", "--input", str(tmp_path / "q.jsonl"), "--output", str(tmp_path / name), cwd=ROOT)
        assert done.code == 0, done.err
        answers.append([json.loads(line) for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()])
    assert [answer["id"] for answer in answers[0]] == [f"Q{i}" for i in range(len(QUESTIONS))]
    assert_same(asked, answers[0])
    assert_same(answers[0], answers[1])


def test_a_question_on_the_command_line_is_answered_in_json_and_in_words() -> None:
    answer = json.loads(run("ask", FIRST_QUESTION, "--json", cwd=ROOT).out)
    assert_verbatim(answer, stored_texts(ARTICLES))
    words = run("ask", FIRST_QUESTION, cwd=ROOT)
    assert words.code == 0
    assert answer["quotes"][0]["text"] in words.out


def test_a_refusal_is_exit_code_zero() -> None:
    done = run("ask", "你好呀", "--json", cwd=ROOT)
    assert done.code == 0
    assert json.loads(done.out)["refusal"]["reason"] == "not_a_question"


def test_bytes_that_are_no_utf8_are_a_question_like_any_other() -> None:
    done = run("ask", "企业有多少家".encode() + b"\xff", "--json", cwd=ROOT)
    assert (done.code, done.err) == (0, "")
    assert_verbatim(json.loads(done.out), stored_texts(ARTICLES))


def test_reading_without_an_index_gives_slices_of_the_passages(tmp_path: Path) -> None:
    passages = ["无关的一段。", stored_texts(ARTICLES)["szai-2024-review"]]
    lines = [
        {"id": "a", "question": FIRST_QUESTION, "passages": passages},
        {"id": "b", "question": "？", "passages": []},
    ]
    (tmp_path / "r").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = run("read", "--input", str(tmp_path / "r"), "--output", str(tmp_path / "p"), cwd=tmp_path)
    assert done.code == 0, done.err
    found, nothing = (json.loads(line) for line in (tmp_path / "p").read_text(encoding="utf-8").splitlines())
    assert found["best_answer"] == passages[found["passage"]][found["start"] : found["end"]]
    assert "2200" in found["best_answer"]
    assert (nothing["refused"], nothing["best_answer"]) == (True, None)


def test_the_index_of_the_repository_is_what_its_articles_and_model_give(embedder: Embedder) -> None:
    assert verify_index(INDEX, ARTICLES, embedder).articles.keys() == stored_texts(ARTICLES).keys()


def test_one_changed_character_fails_the_proof_and_stops_every_answer(embedder: Embedder, tmp_path: Path) -> None:
    shutil.copytree(ARTICLES, tmp_path / "articles")
    path = tmp_path / "articles" / "szai-2024-review.txt"
    path.write_bytes(path.read_bytes().replace("2200余家".encode(), "2300余家".encode(), 1))
    with pytest.raises(ProofError, match="szai-2024-review was changed"):
        verify_index(INDEX, tmp_path / "articles", embedder, quick=True)
    with pytest.raises(IndexMismatchError, match="szai-qa index build"):
        open_index(INDEX, tmp_path / "articles", embedder)


def test_a_failed_proof_is_exit_code_three_and_a_mismatch_met_on_the_way_is_one(tmp_path: Path) -> None:
    shutil.copytree(ARTICLES, tmp_path / "articles")
    (tmp_path / "articles" / "more.txt").write_text("Title: 又\nDate: None\nURL: None\n\n又一篇。\n", encoding="utf-8")
    folders = ["--index", str(INDEX), "--articles", str(tmp_path / "articles")]
    proof = run("index", "verify", "--quick", *folders, cwd=tmp_path)
    assert (proof.code, proof.err.count("\n")) == (3, 1)
    asked = run("ask", "问？", "--json", *folders, cwd=tmp_path)
    assert (asked.code, json.loads(asked.err)["error"]["code"]) == (1, "index_mismatch")


def test_an_archive_of_thirty_articles_is_built_proved_and_answered(embedder: Embedder, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for case in cases():
        (articles / f"{case.article_id}.txt").write_bytes(case.text.encode())
    build_index(tmp_path / "index", articles, embedder)
    verify_index(tmp_path / "index", articles, embedder)
    archive = load_assistant(Settings(), tmp_path / "index", articles)
    right = 0
    for case in cases():
        answer = archive.ask(case.question).as_json()
        assert_verbatim(answer, {c.article_id: c.text for c in cases()})
        best = next(all_quotes(answer), None)
        right += best is not None and best["article_id"] == case.article_id and case.answer in best["text"]
    assert right >= 27, f"{right} of 30 questions found their sentence first"
