from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from project import ROOT
from szai_qa.errors import ProofError
from szai_qa.interfaces.kept import receipt_of
from szai_qa.journal.database import Database
from szai_qa.journal.receipt import make_receipt
from szai_qa.journal.store import get_entry
from szai_qa.journal.verify_receipt import NoReceiptError, differences, parse_receipt, receipt_digest

from .samples import answered, bridge, put, refused

SCRIPT = ROOT / "src" / "szai_qa" / "journal" / "verify_receipt.py"
ARTICLE = bridge().article
TEXTS = {ARTICLE.sha256: ARTICLE.text}


def receipt(journal: Database, answer: Any) -> dict[str, Any]:  # noqa: ANN401
    return receipt_of(journal, get_entry(journal, put(journal, answer)))


def test_a_receipt_is_proved_by_its_article(journal: Database) -> None:
    for answer in (answered(), refused()):
        assert differences(receipt(journal, answer), TEXTS) == []


def test_a_receipt_says_what_was_asked_and_where_the_words_stand(journal: Database) -> None:
    made = receipt(journal, answered())
    (quote,) = made["quotes"]
    assert made["question"] == "大桥多长？"
    assert quote["text"] == "大桥全长1280米，双向六车道！" == ARTICLE.text[quote["start"] : quote["end"]]
    assert quote["highlight"]["text"] == "1280米"
    assert quote["url"].startswith("https://example.org/a#:~:text=")
    position, words = quote["annotation"]["target"]["selector"]
    assert position == {"type": "TextPositionSelector", "start": quote["start"], "end": quote["end"]}
    assert words["prefix"].endswith("青石大桥昨天通车。")
    assert words["prefix"] + words["exact"] + words["suffix"] in ARTICLE.text


def test_a_receipt_says_the_same_each_time(journal: Database) -> None:
    entry = get_entry(journal, put(journal, answered()))
    assert receipt_of(journal, entry) == receipt_of(journal, entry)


def test_a_receipt_falsified_by_any_one_character_is_refused(journal: Database) -> None:
    made = receipt(journal, answered())
    text = json.dumps(made, ensure_ascii=False, indent=1)
    chance = random.Random(5)
    for at in range(len(text)):
        false = text[:at] + chance.choice('0一x"1') + text[at + 1 :]
        try:
            read = parse_receipt(false)
        except NoReceiptError:
            continue
        assert read == made or differences(read, TEXTS), (at, false[at - 10 : at + 10])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda q: q.update(text=q["text"].replace("1280", "1290")), "1280"),
        (lambda q: q.update(start=q["start"] + 1), "the article has"),
        (lambda q: q.update(end=10_000), "outside the article"),
        (lambda q: q["highlight"].update(text="1290米"), "1280米"),
        (lambda q: q["highlight"].update(start=0), "outside the quote"),
        (lambda q: q.update(article_sha256="0" * 64), "no article with the hash 0000"),
        (lambda q: q["annotation"]["target"]["selector"][1].update(prefix="别的"), "selectors"),
        (lambda q: q.pop("text"), "damaged"),
    ],
)
def test_a_forger_who_mends_the_digest_is_found_out_by_the_article(
    journal: Database,
    change: Any,  # noqa: ANN401
    message: str,
) -> None:
    made = receipt(journal, answered())
    change(made["quotes"][0])
    made["sha256"] = receipt_digest(made)
    assert message in " ".join(differences(made, TEXTS))


def test_an_article_changed_by_one_character_proves_nothing(journal: Database) -> None:
    changed = ARTICLE.text.replace("1280", "1281")
    assert "does not fit its hash" in differences(receipt(journal, answered()), {ARTICLE.sha256: changed})[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "szai-qa receipt 2"}', '{"a": 1, "a": 1}', '{"a": NaN}'])
def test_what_is_no_receipt_is_told(text: str) -> None:
    with pytest.raises(NoReceiptError):
        parse_receipt(text)


def test_a_receipt_is_not_made_of_an_article_that_is_not_the_one_quoted(journal: Database) -> None:
    with pytest.raises(ProofError):
        make_receipt(get_entry(journal, put(journal, answered())), {})


def run_alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script without this package, as someone would who has only the file."""
    command = [sys.executable, "-I", str(SCRIPT), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)


def test_the_script_runs_alone_and_proves_and_refuses(journal: Database, tmp_path: Path) -> None:
    made = receipt(journal, answered())
    (tmp_path / "bridge.txt").write_bytes(b"\xef\xbb\xbf" + ARTICLE.text.encode())
    (tmp_path / "r.json").write_text(json.dumps(made), encoding="utf-8")
    done = run_alone(tmp_path, "r.json", "bridge.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert "proved" in done.stdout
    (tmp_path / "r.json").write_text(json.dumps(made).replace("1280", "1290", 1), encoding="utf-8")
    done = run_alone(tmp_path, "r.json", "bridge.txt")
    assert done.returncode == 3
    assert "NOT PROVED" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["r.json"], ["none.json", "none.txt"]])
def test_the_script_tells_wrong_usage_apart(tmp_path: Path, arguments: list[str]) -> None:
    assert run_alone(tmp_path, *arguments).returncode == 2
