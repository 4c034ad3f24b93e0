"""The evaluator's commands over the real index, with a table made by hand and a small folder of judged texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import Done, run
from project import ROOT

pytestmark = pytest.mark.model

TABLE = """问题,答案,来源,类型
深圳有多少家人工智能企业？,2200余家,szai-2024-review,number
全市训力规模是多少,超55E|55E,szai-2024-review,number
大会吸引了多少现场观众？,10.2万人次|3.71万人次,szai-2024-review,number
上海有多少家人工智能企业？,,,none
明天会下雨吗？,,,none
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "set.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def evaluated(folder: Path, name: str, *more: str, **environment: str) -> Done:
    home = {"SZAI_QA_HOME": str(ROOT)} | environment
    return run("evaluate", "--dataset", "set.csv", "--output", name, *more, cwd=folder, **home)


def test_a_gate_passes_with_the_shipped_threshold_and_fails_with_a_worse_one(table: Path) -> None:
    good = evaluated(table, "good", "--min", "credit=0.6", "--max", "wrong=0.2")
    assert (good.code, good.err) == (0, "")
    metrics = json.loads((table / "good" / "report.json").read_text(encoding="utf-8"))["metrics"]
    assert (metrics["verbatim"]["value"], metrics["whole"]["value"]) == (1.0, 1.0)
    bad = evaluated(
        table, "bad", "--max", "wrong=0.2", "--max-regression", "wrong=0.1", "--baseline", "good", SZAI_QA_THRESHOLD="0"
    )
    assert bad.code == 3
    assert "wrong is 0.4000, max 0.2" in bad.err
    again = evaluated(table, "good", SZAI_QA_THRESHOLD="0")
    assert again.code == 2
    assert "another system.settings.threshold" in again.err


def test_judged_texts_are_searched_as_an_index_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    texts = {
        "桥": "青石大桥昨天通车。大桥全长1280米。",
        "茶 会": "云岭茶博会举行，参展商306家。",
        "学": "河湾小学开学。",
    }
    corpus = [json.dumps({"_id": name, "text": text}, ensure_ascii=False) for name, text in texts.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(corpus), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "有多少参展商？"}', encoding="utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\t茶 会\t1\n", encoding="utf-8")
    done = run("evaluate", "--dataset", ".", "--output", "out", "--json", cwd=tmp_path)
    assert done.code == 0
    report = json.loads(done.out)
    assert (report["run"]["against"], report["metrics"]["mrr_at_10"]["value"]) == ("own", 1.0)
    assert report["metrics"]["credit"] == {"value": None, "low": None, "high": None, "n": 0}
