from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.errors import InputError
from szai_qa.interfaces.json_lines import as_bytes, read_objects, write_objects

any_text = st.text(alphabet=st.characters())


@given(st.dictionaries(any_text, any_text | st.integers() | st.none(), max_size=5))
def test_any_value_becomes_one_line_of_valid_utf8_that_reads_back(value: dict[str, Any]) -> None:
    data = as_bytes(value)
    assert b"\n" not in data
    assert json.loads(data.decode("utf-8")) == value


@given(any_text.map(lambda text: {"id": "x", "text": text}))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    write_objects(path, [value])
    assert read_objects(path) == [(1, value)]


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    assert as_bytes("\ud800") == b'"\\ud800"'


def test_lines_keep_their_numbers_over_blank_ones_crlf_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "q").write_bytes(b'\xef\xbb\xbf{"id": "a"}\r\n\r\n{"id": "b"}')
    assert read_objects(tmp_path / "q") == [(1, {"id": "a"}), (3, {"id": "b"})]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_marks_that_end_no_line_of_json_may_stand_in_a_text(tmp_path: Path, mark: str) -> None:
    (tmp_path / "q").write_text(json.dumps({"id": mark}, ensure_ascii=False), encoding="utf-8")
    assert read_objects(tmp_path / "q") == [(1, {"id": mark})]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"id": "a"}\n{"id": ', "line 2: no JSON"),
        (b"[]", "line 1: no object with a text 'id'"),
        (b'"a"', "line 1: no object"),
        (b"{}", "line 1: no object"),
        (b'{"id": 7}', "line 1: no object"),
        (b'{"id": ""}', "line 1: no object"),
        (b'{"id": "a"}\n\n{"id": "a"}', "line 3: the id 'a' stands in line 1 too"),
        (b'{"id": "\xff"}', r"not UTF-8 \(byte 8\)"),
        (b"[" * 100_000, "line 1: no JSON"),
    ],
)
def test_a_broken_line_is_named_by_file_and_number(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "q.jsonl").write_bytes(data)
    with pytest.raises(InputError, match=rf"q\.jsonl.*{says}"):
        read_objects(tmp_path / "q.jsonl")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl cannot be read"):
        read_objects(tmp_path / "none.jsonl")


def test_an_output_that_breaks_off_leaves_no_file_and_no_rest(tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield {"id": "a"}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_objects(tmp_path / "out.jsonl", broken())
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_breaks_off_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    with pytest.raises(TypeError):
        write_objects(tmp_path / "out.jsonl", [{"id": object()}])
    assert (tmp_path / "out.jsonl").read_text() == "old"


def test_the_output_is_not_there_before_its_last_line(tmp_path: Path) -> None:
    def watched() -> Iterator[dict[str, Any]]:
        for i in range(3):
            assert not (tmp_path / "out.jsonl").exists()
            yield {"id": str(i)}

    write_objects(tmp_path / "out.jsonl", watched())
    assert len(read_objects(tmp_path / "out.jsonl")) == 3


def test_an_output_in_a_folder_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"out\.jsonl cannot be written"):
        write_objects(tmp_path / "none" / "out.jsonl", [])


def test_an_output_that_is_a_folder_is_bad_input_before_anything_is_answered(tmp_path: Path) -> None:
    def never() -> Iterator[dict[str, Any]]:
        pytest.fail("a question was answered though its answer has nowhere to go")
        yield {}

    with pytest.raises(InputError, match="is a folder"):
        write_objects(tmp_path, never())
