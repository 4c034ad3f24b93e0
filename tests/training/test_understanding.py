from __future__ import annotations

import pytest

from szai_qa.training.missing import Row, drawn, table, unanswerable
from szai_qa.training.understanding import Turn, f1, figures


def test_f1_counts_characters_and_latin_words_as_bags() -> None:
    assert f1("茶博会", "茶博会") == 1.0
    assert f1("茶博会", "大桥") == 0.0
    assert f1("第五届 tea", "第六届 tea") == pytest.approx(0.75)


def test_the_figures_compare_what_was_understood_with_the_gold_form() -> None:
    turn = Turn("那9月呢？", ("8月的茶博会办了几场？",), "9月的茶博会办了几场？", "zh-Hans", True)
    found = figures([turn])
    assert found["f1"] == 1.0 > found["f1_as_it_is"]
    assert found["elliptical_precision"] == found["elliptical_recall"] == 1.0
    assert found["unclear_on_answerable"] == 0.0


def question(key: str, text: str, answerable: bool) -> dict[str, object]:
    return {"id": key, "question": text, "answerable": answerable, "missing": "金样"}


ARTICLE = {
    "text": "第五届茶博会8月举行。",
    "published": "2024-08-29",
    "questions": [question("a", "茶博会门票多少钱？", False), question("b", "茶博会几月举行？", True)],
    "conversations": [[question("c.1", "茶博会几月举行？", True), question("c.2", "在哪里？", False)]],
}


def test_only_questions_that_are_not_answerable_are_judged_and_turns_as_understood() -> None:
    rows = {row.id: row for row in unanswerable([ARTICLE])}
    assert set(rows) == {"a", "c.2"}
    assert rows["c.2"].understood == "茶博会在哪里？"
    assert {row.id for row in unanswerable([ARTICLE], {"a"})} == {"a"}


def test_the_same_seed_draws_the_same_questions_in_any_order_of_the_file() -> None:
    rows = [Row(str(i), "q", None, "g", ()) for i in range(20)]
    assert drawn(rows, 3, 5) == drawn(rows[::-1], 3, 5)
    assert set(drawn(rows, 3, 5)).isdisjoint(drawn(rows, 3, 5, skip=5))


def test_the_table_has_a_line_for_each_question_with_room_for_the_judgement() -> None:
    lines = table([Row("a", "x|y", "z", "g", ("n", "m"))]).splitlines()
    assert lines[2] == "| 1 | x/y → z | g | n; m |  |"
