from __future__ import annotations

import re

from szai_qa import errors
from szai_qa.errors import IndexMismatchError, SzaiQaError


def all_errors() -> list[type[SzaiQaError]]:
    return [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, SzaiQaError)]


def drawn() -> dict[str, tuple[int, int]]:
    """Return exit code and HTTP status of each error as the docstring draws them."""
    base = re.findall(r"(\w+Error) \(exit (\d), HTTP (\d+)\)", errors.__doc__ or "")
    rest = re.findall(r"── (\w+Error)(?: \((\d), (\d+)\))?", errors.__doc__ or "")
    return {name: (int(code), int(status)) for name, code, status in base + rest if code}


def test_the_drawn_tree_has_the_codes_of_the_classes() -> None:
    for name, codes in drawn().items():
        cls = getattr(errors, name)
        assert (cls.exit_code, cls.http_status) == codes, name


def test_every_error_is_drawn_in_the_tree() -> None:
    assert all(cls.__name__ in (errors.__doc__ or "") for cls in all_errors())
    assert len(drawn()) >= len(all_errors()) - 1  # ArticleError has the codes of its parent


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [cls.code for cls in all_errors()]
    assert len(set(codes)) == len(codes)


def test_an_error_reads_as_what_is_wrong_and_what_to_do() -> None:
    assert str(IndexMismatchError("It differs.", "Build it again.")) == "It differs. Build it again."
    assert str(IndexMismatchError("It differs.")) == "It differs."


def test_an_error_has_one_json_form() -> None:
    assert IndexMismatchError("It differs.", "Build it again.").as_json() == {
        "error": {"code": "index_mismatch", "message": "It differs.", "hint": "Build it again."}
    }
