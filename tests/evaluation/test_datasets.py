"""Every format is read, recognised, and says which row is wrong and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from stand_ins import ARTICLES
from szai_qa.errors import InputError
from szai_qa.evaluation.datasets import bind, holds_own_texts, load_dataset, moved_to, usable
from szai_qa.evaluation.gold import Dataset, RowProblem

CONTEXT = "青石大桥昨天通车。大桥全长1280米。"


def write(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def lines(folder: Path, *values: object) -> Dataset:
    text = "\n".join(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values)
    return load_dataset(write(folder, "set.jsonl", text))


def squad(*questions: dict[str, object]) -> dict[str, object]:
    return {"data": [{"title": "桥", "paragraphs": [{"context": CONTEXT, "qas": list(questions)}]}]}


def where(problem: RowProblem) -> tuple[str, str]:
    return problem.where, problem.field


ASKED = {"id": "q1", "question": "多长？", "answers": [{"text": "1280米", "answer_start": 13}]}


def test_squad_one_brings_its_paragraph(tmp_path: Path) -> None:
    found = load_dataset(write(tmp_path, "a.json", squad(ASKED)))
    assert (found.format, dict(found.texts)) == ("squad-v1", {"paragraph-1": CONTEXT})
    assert found.examples[0].quotes == (("大桥全长1280米。",),)
    assert found.examples[0].source == "paragraph-1"


def test_squad_two_has_unanswerable_questions(tmp_path: Path) -> None:
    impossible = {"id": "q2", "question": "多宽？", "answers": [], "is_impossible": True}
    found = load_dataset(write(tmp_path, "a.json", squad(ASKED | {"is_impossible": False}, impossible)))
    assert found.format == "squad-v2"
    assert [example.answerable for example in found.examples] == [True, False]


def test_drcd_is_told_by_the_ids_of_its_answers(tmp_path: Path) -> None:
    answer = {"id": "1", "text": "1280米", "answer_start": 13}
    assert load_dataset(write(tmp_path, "a.json", squad(ASKED | {"answers": [answer]}))).format == "drcd"


@pytest.mark.parametrize("layout", ["squad", "own"])
def test_both_layouts_of_cmrc_give_the_same_questions(tmp_path: Path, layout: str) -> None:
    own = [
        {
            "context_id": "P1",
            "title": "桥",
            "context_text": CONTEXT,
            "qas": [{"query_text": "多长？", "query_id": "P1_QUERY_0", "answers": ["1280米", "1280米"]}],
        }
    ]
    value = own if layout == "own" else squad(ASKED | {"id": "P1_QUERY_0"})
    found = load_dataset(write(tmp_path, "a.json", value))
    example = found.examples[0]
    assert (found.format, example.id, example.question, example.answers) == (
        "cmrc2018",
        "P1_QUERY_0",
        "多长？",
        ("1280米",),
    )
    assert example.quotes == (("大桥全长1280米。",),)


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"question": ""}, "question"),
        ({"answers": []}, "answers"),
        ({"answers": [{"text": "八千米", "answer_start": 1}]}, "answers"),
        ({"answers": [{"answer_start": 1}]}, "answers"),
        ({"id": "q1"}, "id"),
    ],
)
def test_a_wrong_question_of_squad_is_named_by_its_place(tmp_path: Path, broken: dict[str, object], field: str) -> None:
    found = load_dataset(write(tmp_path, "a.json", squad(ASKED, ASKED | {"id": "q2"} | broken)))
    assert [example.id for example in found.examples] == ["q1"]
    assert [where(problem) for problem in found.problems] == [("data[0].paragraphs[0].qas[1]", field)]
    assert found.problems[0].hint


def test_json_lines_hold_questions_and_conversations(tmp_path: Path) -> None:
    turns = [
        {"question": "多长？", "answerable": True, "answers": ["1280米"], "evidence_groups": [["全长1280米"]]},
        {"question": "花了多少？", "answerable": False},
    ]
    found = lines(
        tmp_path, {"id": "A", "question": "几车道？", "answers": ["六"], "lang": "zh"}, "", {"id": "C", "turns": turns}
    )
    first, second, third = found.examples
    assert (first.groups, dict(first.columns)) == ((("六",),), {"lang": "zh"})
    assert (second.id, second.unit, second.where, second.columns["type"]) == (
        "C.1",
        "C",
        "line 3, turn 1",
        "conversation",
    )
    assert (third.history, third.answerable, third.unit) == (("多长？",), False, "C")


def test_a_plain_evidence_list_is_one_group_of_alternatives(tmp_path: Path) -> None:
    found = lines(tmp_path, {"question": "问？", "evidence": ["甲句。", "乙句。"]})
    assert found.examples[0].groups == (("甲句。", "乙句。"),)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("nonsense", "line"),
        ("[1]", "line"),
        ({"id": "b"}, "question"),
        ({"id": "b", "question": "问？", "answerable": True}, "evidence_groups"),
        ({"id": "b", "question": "问？", "answerable": False, "answers": ["甲"]}, "answerable"),
        ({"id": "b", "question": "问？", "evidence_groups": ["甲"]}, "evidence_groups"),
        ({"id": "b", "question": "问？", "evidence": [{"article_id": "x", "start": 5, "end": 2}]}, "evidence"),
        ({"id": "b", "turns": []}, "turns"),
        ({"id": "a", "question": "问？"}, "id"),
        ({"id": 7, "question": "问？"}, "id"),
    ],
)
def test_a_wrong_line_is_named_with_field_and_mend(tmp_path: Path, line: object, field: str) -> None:
    found = lines(tmp_path, {"id": "a", "question": "问？"}, line)
    assert [where(problem) for problem in found.problems] == [("line 2", field)]
    assert found.problems[0].hint
    assert [example.id for example in found.examples] == ["a"]


def test_a_table_has_accepted_answers_a_source_and_further_columns(tmp_path: Path) -> None:
    text = '问题,答案,来源,类型\n"多长，多宽？",1280米|1280 米,bridge,number\n花了多少？,,,none\n'
    found = load_dataset(write(tmp_path, "a.csv", text))
    first, second = found.examples
    assert (first.question, first.answers, first.source) == ("多长，多宽？", ("1280米", "1280 米"), "bridge")
    assert dict(first.columns) == {"类型": "number"}
    assert (second.answerable, second.id, second.where) == (False, "L3", "line 3")


def test_a_workbook_is_read_like_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Question", "Answer", "Source"], ["多长？", 1280, "bridge"], [None, None, None], [None, "甲", None]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    found = load_dataset(tmp_path / "a.xlsx")
    assert [(example.id, example.answers) for example in found.examples] == [("R2", ("1280",))]
    assert [where(problem) for problem in found.problems] == [("row 4", "question")]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "frage,antwort\n1,2\n", "no columns for question and answer"),
        ("a.csv", "", "is empty"),
        ("a.csv", 'question,answer\n"多长？,1\n', "no CSV"),
        ("a.csv", "question,question,answer\n1,2,3\n", "stands twice"),
        ("a.xlsx", "no workbook", "no XLSX workbook"),
        ("a.txt", "once upon a time", "no known format"),
        ("a.json", {"data": 1}, "no known format"),
        ("a.json", {"data": []}, "holds no questions"),
    ],
)
def test_what_is_no_test_set_is_bad_input(tmp_path: Path, name: str, content: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        load_dataset(write(tmp_path, name, content))


def test_a_row_with_more_cells_than_the_header_is_wrong(tmp_path: Path) -> None:
    found = load_dataset(write(tmp_path, "a.csv", "question,answer\n多长，多宽,1,2\n"))
    assert [where(problem) for problem in found.problems] == [("line 2", "row")]


def test_another_encoding_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("问题,答案\n".encode("gb18030"))
    with pytest.raises(InputError, match="iconv -f GB18030"):
        load_dataset(tmp_path / "a.csv")


def test_a_format_may_be_named_and_has_to_be_known(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", '{"question": "问？", "answer": "甲"}')
    assert load_dataset(path, "jsonl").examples[0].answers == ("甲",)
    with pytest.raises(InputError, match="jsnol"):
        load_dataset(path, "jsnol")


def beir(folder: Path) -> Path:
    (folder / "qrels").mkdir()
    write(folder, "corpus.jsonl", '{"_id": "d1", "title": "桥", "text": "甲"}\n{"_id": "d2", "text": "乙"}\n')
    write(folder, "queries.jsonl", '{"_id": "1", "text": "问？"}\n{"_id": "2", "text": "没评"}\n')
    write(folder, "qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\td1\t2\n1\td2\t0\n1\td9\t1\nbroken\n")
    return folder


def test_a_beir_folder_has_judged_queries_and_its_texts(tmp_path: Path) -> None:
    found = load_dataset(beir(tmp_path))
    assert [(example.id, dict(example.relevant), example.answerable) for example in found.examples] == [
        ("1", {"d1": 2}, None)
    ]
    assert dict(found.texts) == {"d1": "甲", "d2": "乙"}
    assert [where(p) for p in found.problems] == [
        ("qrels/test.tsv, line 4", "corpus-id"),
        ("qrels/test.tsv, line 5", "line"),
    ]


def test_the_hash_of_a_folder_is_of_what_it_holds(tmp_path: Path) -> None:
    before = load_dataset(beir(tmp_path)).sha256
    write(tmp_path, "queries.jsonl", '{"_id": "1", "text": "另问？"}\n')
    assert load_dataset(tmp_path).sha256 != before


def test_a_folder_that_is_no_set_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no BEIR set"):
        load_dataset(tmp_path)


def test_offsets_become_the_words_that_stand_there(tmp_path: Path) -> None:
    start = ARTICLES["bridge"].index("1280米")
    place = {"article_id": "bridge", "start": start, "end": start + 6, "text": "1280米，"}
    found = bind(lines(tmp_path, {"question": "问？", "evidence_groups": [[place]]}), ARTICLES)
    assert found.examples[0].quotes == (("1280米，",),)


@pytest.mark.parametrize(
    "gold",
    [
        {"evidence": ["八千米"]},
        {"evidence": ["1280米"], "source": "fair"},
        {"evidence": [{"article_id": "bridge", "start": 5, "end": 99999}]},
        {"evidence": [{"article_id": "bridge", "start": 5, "end": 7, "text": "八千"}]},
        {"evidence": [{"article_id": "none", "start": 5, "end": 7}]},
    ],
)
def test_gold_that_stands_in_no_article_is_said_row_by_row(tmp_path: Path, gold: dict[str, object]) -> None:
    found = bind(lines(tmp_path, {"question": "问？", "answers": ["306家"]}, {"question": "问？"} | gold), ARTICLES)
    assert [example.id for example in found.examples] == ["L1"]
    assert [where(problem) for problem in found.problems] == [("line 2", "evidence")]


@pytest.mark.parametrize("source", ["bridge", "bridge.txt", "青石大桥通车_云岭日报", "https://example.org/a"])
def test_a_source_is_an_id_a_file_a_title_or_an_address(tmp_path: Path, source: str) -> None:
    found = bind(lines(tmp_path, {"question": "问？", "answer": "1280米", "source": source}), ARTICLES)
    assert found.examples[0].source == "bridge"


def test_an_unknown_source_is_a_wrong_row(tmp_path: Path) -> None:
    found = bind(lines(tmp_path, {"question": "问？", "answer": "1280米", "source": "nowhere"}), ARTICLES)
    assert where(found.problems[0]) == ("line 1", "source")


def test_a_conversation_with_a_wrong_turn_is_left_out_whole(tmp_path: Path) -> None:
    turns = [{"question": "多长？", "answers": ["1280米"]}, {"question": "多宽？", "answers": ["八千米"]}]
    found = bind(lines(tmp_path, {"id": "C", "turns": turns}), ARTICLES)
    assert found.examples == ()
    assert {problem.field for problem in found.problems} == {"evidence", "turns"}


def test_another_wording_beside_one_that_stands_there_is_kept(tmp_path: Path) -> None:
    found = bind(lines(tmp_path, {"question": "问？", "evidence": ["1280米", "一千多米"]}), ARTICLES)
    assert found.examples[0].quotes == (("1280米", "一千多米"),)


def test_a_set_whose_paragraphs_stand_in_the_articles_is_moved_there(tmp_path: Path) -> None:
    found = load_dataset(write(tmp_path, "a.json", squad(ASKED)))
    articles = {"x": "别的", "y": f"Title: 桥\n\n{CONTEXT}\n"}
    assert holds_own_texts(found, articles)
    assert not holds_own_texts(found, ARTICLES)
    assert bind(moved_to(found, articles), articles).examples[0].source == "y"


def test_wrong_rows_stop_a_run_unless_they_are_skipped(tmp_path: Path) -> None:
    found = lines(tmp_path, {"question": "问？"}, "{", "{")
    with pytest.raises(InputError, match=r"set.jsonl, line 2, line: is no JSON.*1 more rows are wrong.*--skip-invalid"):
        usable(found, skip_invalid=False)
    assert usable(found, skip_invalid=True) is found
    with pytest.raises(InputError, match="no usable row"):
        usable(lines(tmp_path, "{"), skip_invalid=True)
