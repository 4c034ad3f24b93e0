from __future__ import annotations

from stand_ins import document_of
from szai_qa.answering.candidates import Candidate, Weigher
from szai_qa.answering.retrieve import Retrieved
from szai_qa.corpus.tokens import tokenize
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Document

DOCUMENT = document_of("一、大桥\n2024年青石大桥通车。全长1280米。\n二、学校\n第三届运动会在河湾小学举行。\n")


def weigher(question: str, understood: str | None = None, document: Document = DOCUMENT, passage: int = 0) -> Weigher:
    item = Retrieved(document, document.passages[passage], 1.0, 0.9)
    return Weigher([item], question, understood, set(tokenize(document.article.text)))


def read(words: str, score: float = 1.0, passage: int = 0) -> SpanScore:
    start = DOCUMENT.article.text.index(words) - DOCUMENT.passages[passage].span.start
    return SpanScore(start, start + len(words), score, 0.25)


def weighed(question: str, words: str, passage: int = 0) -> Candidate:
    return weigher(question, passage=passage).candidates([[read(words, passage=passage)]])[0]


def test_a_span_of_a_passage_becomes_offsets_of_the_article() -> None:
    found = weighed("大桥全长多少米？", "1280米")
    assert found.span.of(DOCUMENT.article.text) == "1280米"
    assert [DOCUMENT.text_of(sentence) for sentence in found.sentences] == ["全长1280米。"]


def test_the_readers_logits_are_evidence_as_they_are() -> None:
    evidence = weighed("大桥全长多少米？", "1280米").evidence
    assert (evidence.span, evidence.answerable) == (1.0, 0.25)


def test_coverage_is_the_share_of_the_questions_known_pairs_in_sentence_and_heading() -> None:
    # Known pairs: 大桥 (heading) and 全长 (sentence); 桥全 and 长多 stand nowhere and count for nothing.
    assert weighed("大桥全长多少？", "1280米").evidence.coverage == 1.0
    assert weighed("大桥通车全长？", "1280米").evidence.coverage == 0.5  # 桥通 and 通车 stand elsewhere


def test_a_question_whose_words_are_all_unknown_has_no_coverage() -> None:
    assert weighed("火星", "1280米").evidence.coverage == 0.0


def test_what_question_and_sentence_both_name_is_an_agreement() -> None:
    assert weighed("2024年通车的是什么桥？", "青石大桥").evidence.agreements == 1
    assert weighed("通车的是什么桥？", "青石大桥").evidence.agreements == 0


def test_another_year_in_the_sentence_is_a_conflict_and_its_own_is_none() -> None:
    assert weighed("2023年青石大桥通车了吗？", "青石大桥").evidence.conflicts == 1
    assert weighed("2024年青石大桥通车了吗？", "青石大桥").evidence.conflicts == 0


def test_what_the_article_never_names_is_absent_and_named_in_the_questions_words() -> None:
    assert weighed("第四届运动会在哪里举行？", "河湾小学", passage=1).evidence.absent == 1
    assert weigher("第四届运动会在哪里？").missing(DOCUMENT) == ["第四届"]
    assert weigher("第三届运动会在哪里？").missing(DOCUMENT) == []


def test_a_spot_that_was_read_twice_counts_once_by_its_better_reading() -> None:
    item = Retrieved(DOCUMENT, DOCUMENT.passages[0], 1.0, 0.9)
    twice = Weigher([item, item], "多长？", None, set()).candidates([[read("1280米", 1.0)], [read("1280米", 2.0)]])
    assert [candidate.evidence.span for candidate in twice] == [2.0]


def test_a_candidates_quotes_are_its_sentences_each_with_its_part_of_the_span() -> None:
    quotes = weighed("通车多长？", "通车。全长1280米").quotes()
    marks = [quote.highlight.of(DOCUMENT.article.text) for quote in quotes if quote.highlight]
    assert marks == ["通车。", "全长1280米"]


def test_a_follow_up_is_weighed_with_the_words_of_the_question_it_continues() -> None:
    spans = [[read("1280米")]]
    alone = weigher("多少？").candidates(spans)[0].evidence
    continued = weigher("多少？", "大桥全长？ 多少？").candidates(spans)[0].evidence
    assert (alone.coverage, continued.coverage) == (0.0, 1.0)


def test_what_a_follow_up_names_itself_counts_and_not_what_the_one_before_named() -> None:
    spans = [[read("青石大桥")]]
    assert weigher("2024年呢？", "2023年通车的是？ 2024年呢？").candidates(spans)[0].evidence.conflicts == 0
    assert weigher("那座桥呢？", "2023年通车的是？ 那座桥呢？").candidates(spans)[0].evidence.conflicts == 1


FAIRS = document_of(
    "一、两场展会\n2024年8月，通用大会在会展中心举行。到场企业810家。9月，第五届展览会开幕。对接会办了12场。\n二、其他\n参观者很多。\n"
)


def fit_of(question: str, words: str) -> tuple[float, float]:
    passage = next(p for p in FAIRS.passages if words in FAIRS.text_of(p))
    start = FAIRS.article.text.index(words) - passage.span.start
    found = Weigher([Retrieved(FAIRS, passage, 1.0, 0.9)], question, None, set()).candidates(
        [[SpanScore(start, start + len(words), 1.0, 0.0)]]
    )[0]
    return found.evidence.agreements, found.evidence.conflicts


def test_a_month_holds_until_the_next_one_is_named() -> None:
    assert fit_of("8月的大会来了多少家企业？", "810家") == (1, 0)
    assert fit_of("9月的展会来了多少家企业？", "810家") == (0, 1)
    assert fit_of("8月的大会办了几场对接会？", "12场") == (0, 1)
    assert fit_of("第五届展览会办了几场对接会？", "12场") == (1, 0)


def test_nothing_holds_beyond_its_section() -> None:
    assert fit_of("8月有多少参观者？", "很多") == (0, 0)


def test_where_two_months_are_compared_one_of_them_is_enough() -> None:
    assert fit_of("8月和9月哪一场办了对接会？", "12场") == (1, 0)


def test_a_name_that_the_article_lacks_is_missing() -> None:
    assert weigher("北京有几座桥通车？").missing(DOCUMENT) == ["北京"]
    assert weigher("河湾小学在哪里？").missing(DOCUMENT) == []
