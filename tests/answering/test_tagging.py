from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from szai_qa.answering.tagging import tagged
from szai_qa.corpus.normalize import to_simplified


def test_names_and_verbs_are_told_apart() -> None:
    tags = {word.text: word.tag for word in tagged("王毅在北京参观中国石化")}
    assert tags["王毅"] == "PER"
    assert tags["北京"] == "LOC"
    assert tags["中国石化"] == "ORG"
    assert tags["参观"] == "v"


@given(st.text(alphabet=st.characters(), max_size=60))
def test_the_words_join_to_the_text_at_their_offsets(text: str) -> None:
    plain = to_simplified(text)
    words = tagged(text)
    assert all(plain[word.start : word.end] == word.text for word in words)
    assert "".join(word.text for word in words) == (plain if plain.strip() else "")


def test_threads_get_the_same_words() -> None:
    texts = [f"第{i}届云岭茶博会在云岭会展中心举行" for i in range(40)]
    one_by_one = [tagged(text) for text in texts]
    tagged.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tagged, texts)) == one_by_one
