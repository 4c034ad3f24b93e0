"""The desk over ASGI: logging in, the queue, verdicts and what they are checked for, second opinions, files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from szai_qa.accounts.passwords import MIN_CHARS
from szai_qa.accounts.tries import PER_NAME
from szai_qa.accounts.users import Role, User
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.interfaces.web.words import languages, load_words
from szai_qa.journal.entries import DownReason, Feedback, Pointer, Verdict
from szai_qa.journal.pace import pace
from szai_qa.journal.store import get_article, give_feedback
from szai_qa.journal.trail import check_trail
from szai_qa.journal.verdicts import judge, judgements
from szai_qa.records import text_sha256

from .desk import PASSWORD, Desk, send_form, send_json
from .fakes import COMPANIES, FOLLOW_UP, MISSING, OFF_TOPIC, VISITORS
from .test_web_app import Client
from .test_web_markup import Parsed


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def chen(desk: Desk) -> User:
    return desk.hire()


@pytest.fixture
def client(desk: Desk) -> Client:
    return desk.client()


def page(client: Client, address: str, cookie: dict[str, str]) -> str:
    status, _, body = client("GET", address, **cookie)
    assert status == 200, body
    return body.decode()


def sentence(desk: Desk, words: str) -> dict[str, object]:
    document = desk.assistant.documents[0]
    at = document.article.text.index(words)
    span = next(s.span for s in document.sentences if s.span.start <= at < s.span.end)
    return {"sha": document.article.sha256, "start": span.start, "end": span.end}


# ---- Logging in


def test_a_login_leads_to_the_wanted_page_with_a_cookie_that_scripts_and_other_sites_do_not_get(
    client: Client, chen: User
) -> None:
    wanted = "/staff?show=refused"
    status, headers, _ = send_form(client, "/login", name=chen.name, password=PASSWORD, next=wanted)
    assert (status, headers["location"]) == (303, wanted)
    cookie = headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= set(cookie.split("; "))
    assert "secure" not in cookie


def test_over_https_the_cookie_never_goes_out_in_the_open(desk: Desk, chen: User) -> None:
    client = desk.client()
    client.scheme = "https"
    _, headers, _ = send_form(client, "/login", {"origin": "https://localhost"}, name=chen.name, password=PASSWORD)
    assert "; secure" in headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "staff", "/evaluate/", "/nowhere", ""]
)
def test_a_login_leads_only_to_our_own_pages_that_the_role_may_open(client: Client, chen: User, wanted: str) -> None:
    _, headers, _ = send_form(client, "/login", name=chen.name, password=PASSWORD, next=wanted)
    assert headers["location"] == "/staff"


def test_a_wrong_name_and_a_wrong_password_look_the_same(client: Client, chen: User) -> None:
    wrong = [send_form(client, "/login", name=n, password=p) for n, p in ((chen.name, "x"), ("nobody", PASSWORD))]
    assert [status for status, _, _ in wrong] == [403, 403]
    texts = [body.decode().replace(chen.name, "").replace("nobody", "") for _, _, body in wrong]
    assert texts[0] == texts[1]
    assert "用户名或密码不对" in texts[0]
    assert not any("set-cookie" in headers for _, headers, _ in wrong)


def test_too_many_tries_lock_the_name_even_for_the_right_password(client: Client, chen: User) -> None:
    for _ in range(PER_NAME):
        assert send_form(client, "/login", name=chen.name, password="wrong")[0] == 403
    status, _, body = send_form(client, "/login", name=chen.name, password=PASSWORD)
    assert status == 429
    assert "试得太多，15 分钟后再来" in body.decode()


def test_logging_out_ends_this_session_and_on_wish_every_one(desk: Desk, client: Client, chen: User) -> None:
    one, two, three = desk.cookie(chen), desk.cookie(chen), desk.cookie(chen)
    status, headers, _ = send_form(client, "/logout", one)
    assert (status, headers["location"]) == (303, "/login?why=out")
    assert [client("GET", "/staff", **cookie)[0] for cookie in (one, two)] == [401, 200]
    send_form(client, "/logout", two, everywhere="1")
    assert client("GET", "/staff", **three)[0] == 401


def test_a_changed_password_is_asked_for_the_old_one_and_logs_out_everywhere(
    desk: Desk, client: Client, chen: User
) -> None:
    cookie, other = desk.cookie(chen), desk.cookie(chen)
    assert send_form(client, "/account", cookie, old="wrong", new="a new long password")[0] == 403
    status, _, body = send_form(client, "/account", cookie, old=PASSWORD, new="short")
    assert (status, f"{MIN_CHARS} 到" in body.decode()) == (400, True)
    assert send_form(client, "/account", cookie, old=PASSWORD, new="a new long password")[0] == 303
    assert client("GET", "/staff", **other)[0] == 401
    assert send_form(client, "/login", name=chen.name, password="a new long password")[0] == 303


def test_the_login_page_speaks_three_languages_and_what_it_is_given_is_text(client: Client) -> None:
    for language, words in (("zh-Hans", "登录"), ("zh-Hant", "登入"), ("en", "Sign in")):
        html = page(client, f"/login?language={language}&next={quote('/staff?text=<b>')}", {})
        assert f'<html lang="{language}">' in html
        assert words in html
        assert "<b>" not in html
    _, _, body = send_form(client, "/login", name='"><script>', password="x")
    assert b"<script>" not in body


# ---- The queue


def test_the_queue_shows_thumbs_down_first_then_the_newest(desk: Desk, client: Client, chen: User) -> None:
    desk.put(COMPANIES)
    bad = desk.put(VISITORS)
    desk.put(MISSING)
    give_feedback(desk.database, bad, Feedback.DOWN, DownReason.WRONG_QUOTE)
    html = page(client, "/staff", desk.cookie(chen))
    assert re.findall('class="row-question"[^>]*>([^<]+)<', html) == [VISITORS, MISSING, COMPANIES]
    assert "读者：引错了" in html
    assert f'id="case" aria-label="判定" data-id="{bad}"' in html, "the first one is open"


@pytest.mark.parametrize(
    ("address", "questions"),
    [
        ("/staff?show=refused", [OFF_TOPIC, MISSING]),
        ("/staff?show=all&text=深圳", [MISSING, COMPANIES]),
        ("/staff?show=disputed", [OFF_TOPIC]),
        ("/staff?show=low_confidence", []),
        ("/staff?show=all&since=2100-01-01", []),
        ("/staff?show=nonsense&page=-3&since=yesterday", [OFF_TOPIC, MISSING, COMPANIES]),
        ("/staff?show=all&page=99", [OFF_TOPIC, MISSING, COMPANIES]),
    ],
)
def test_filters_narrow_the_queue(desk: Desk, client: Client, chen: User, address: str, questions: list[str]) -> None:
    for question in (COMPANIES, MISSING):
        desk.put(question)
    give_feedback(desk.database, desk.put(OFF_TOPIC), Feedback.DISPUTED)
    html = page(client, quote(address, safe="/?&=-"), desk.cookie(chen))
    assert re.findall('class="row-question"[^>]*>([^<]+)<', html) == questions


def test_fifty_answers_are_a_page_and_the_next_ones_a_link_away(desk: Desk, client: Client, chen: User) -> None:
    answer = desk.assistant.ask(COMPANIES)
    for number in range(51):
        desk.put(replace(answer, question=f"第{number}问？"))
    html = page(client, "/staff", desk.cookie(chen))
    assert html.count('class="row-question"') == 50
    assert "第 1 / 2 页，共 51 条" in html
    assert page(client, "/staff?page=2", desk.cookie(chen)).count("第0问") >= 1


def test_an_empty_queue_and_a_filter_without_hits_say_different_things(desk: Desk, client: Client, chen: User) -> None:
    assert "都看完了，今天判了 0 条" in page(client, "/staff", desk.cookie(chen))
    nothing = page(client, "/staff?text=zzz", desk.cookie(chen))
    assert "没有符合的回答" in nothing
    assert "都看完了" not in nothing


def test_the_address_of_a_deleted_answer_says_that_it_is_gone(desk: Desk, client: Client, chen: User) -> None:
    assert "没有这条记录" in page(client, f"/staff?id={'x' * 22}", desk.cookie(chen))


def test_somebody_who_looks_at_the_same_answer_is_named(desk: Desk, client: Client, chen: User) -> None:
    answer = desk.put(COMPANIES)
    li = desk.cookie(desk.hire("li"))
    cookie = desk.cookie(chen)
    assert "正由" not in page(client, f"/staff?id={answer}", cookie)
    assert "正由 chen 查看" in page(client, f"/staff?id={answer}", li)


# ---- The answer and its article


def test_quotes_and_sentences_on_the_page_are_the_articles_words(desk: Desk, client: Client, chen: User) -> None:
    answer = replace(desk.assistant.ask(VISITORS), considered=desk.assistant.ask(COMPANIES).quotes)
    desk.put(answer)
    html = page(client, "/staff", desk.cookie(chen))
    document = desk.assistant.documents[0]
    text = document.article.text
    shown = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", html)
    assert [Parsed(words).text for words in shown] == [q.text for q in (*answer.quotes, *answer.considered)]
    found = re.findall(
        r'<span class="sentence[^>]*data-start="(\d+)" data-end="(\d+)".*?>(.*?)</span>(?=<span|[^<]|</p|</h4)', html
    )
    assert len(re.findall('role="checkbox"', html)) == len(document.sentences)
    plain = [(int(start), int(end), Parsed(words).text) for start, end, words in found if "<" not in words]
    assert len(plain) > 40
    assert all(text[start:end] == words for start, end, words in plain)


def test_a_refusal_shows_its_reason_what_is_missing_and_what_was_near(desk: Desk, client: Client, chen: User) -> None:
    desk.put(MISSING)
    html = page(client, "/staff", desk.cookie(chen))
    assert "原文没有回答这个问题" in html
    assert "2023年底" in html
    assert html.count('class="quote near"') == 2
    assert "相近 1" in html


def test_markup_in_a_question_and_a_note_shows_as_its_words(desk: Desk, client: Client, chen: User) -> None:
    answer = desk.put(replace(desk.assistant.ask(COMPANIES), question="<img src=x onerror=alert(1)>？"))
    judge(desk.database, answer, "li", Verdict.RIGHT, note="<script>alert(2)</script>")
    judge(desk.database, answer, chen.name, Verdict.RIGHT, note="</textarea><script>")
    html = page(client, f"/staff?id={answer}", desk.cookie(chen))
    assert "<img" not in html
    assert "<script>" not in html


def test_an_article_that_has_changed_shows_as_it_was_and_says_so(desk: Desk, client: Client, chen: User) -> None:
    desk.put(COMPANIES)
    desk.assistant.documents = list(_changed(desk))
    html = page(client, "/staff", desk.cookie(chen))
    assert "这篇已更新，这里是当时的版本" in html
    assert "2200余家" in html


def _changed(desk: Desk) -> Iterator[object]:
    from szai_qa.corpus.article import parse_article

    old = desk.assistant.documents[0].article
    yield parse_article(old.id, old.text.replace("2200余家", "2300余家"))


# ---- Verdicts


def test_a_verdict_with_its_sentence_is_on_record_and_the_answer_leaves_the_queue(
    desk: Desk, client: Client, chen: User
) -> None:
    answer, cookie = desk.put(VISITORS), desk.cookie(chen)
    right = sentence(desk, "现场观众人数达3.71万")
    sent = {"id": answer, "verdict": "wrong_quote", "sentences": [right, right], "note": "那是八月"}
    status, body = send_json(client, "/staff/verdict", sent, cookie)
    assert (status, body["verdict"], body["differs"]) == (200, "wrong_quote", False)
    (judgement,) = judgements(desk.database, answer)
    text = get_article(desk.database, str(right["sha"])).text
    assert (judgement.reviewer, judgement.note) == (chen.name, "那是八月")
    assert "3.71万人次" in judgement.sentences[0].span.of(text)
    assert len(judgement.sentences) == 1
    assert "row-question" not in page(client, "/staff", cookie)


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "wrong_quote", "sentences": []},
        {"verdict": "nonsense"},
        {"verdict": None},
        {"verdict": "should_have_refused"},
        {"note": "长" * 2001},
        {"note": "\ud800"},
        {"note": ["x"]},
        {"id": 7},
        {"sentences": "all"},
        {"sentences": [{"sha": "x", "start": True, "end": 2}]},
        {"sentences": [{"sha": "x", "start": 1.5, "end": 2}]},
        {"sentences": [7]},
        {"sentences": [{"sha": "x", "start": 0, "end": 1}] * 51},
    ],
)
def test_what_is_no_verdict_is_turned_away_and_nothing_is_on_record(
    desk: Desk, client: Client, chen: User, change: dict[str, object]
) -> None:
    answer = desk.put(VISITORS)
    sent = {"id": answer, "verdict": "incomplete", "sentences": [sentence(desk, "3.71万")], "note": ""} | change
    status, body = send_json(client, "/staff/verdict", sent, desk.cookie(chen))
    assert (status, set(body["error"])) == (400, {"code", "message", "hint"})
    assert judgements(desk.database, answer) == []


@pytest.mark.parametrize(("start", "end"), [(1, 0), (0, 1), (-5, 3), (1, -1), (1, 1), (10**9, 10**9 + 1)])
def test_offsets_that_are_no_sentence_of_the_article_are_turned_away(
    desk: Desk, client: Client, chen: User, start: int, end: int
) -> None:
    right = sentence(desk, "3.71万")
    shifted = right | {"start": int(str(right["start"])) + start, "end": int(str(right["end"])) + end}
    sent = {"id": desk.put(VISITORS), "verdict": "wrong_quote", "sentences": [shifted]}
    assert send_json(client, "/staff/verdict", sent, desk.cookie(chen))[0] == 400


def test_a_sentence_of_an_article_that_nobody_keeps_is_turned_away(desk: Desk, client: Client, chen: User) -> None:
    unknown = sentence(desk, "3.71万") | {"sha": text_sha256("another text")}
    sent = {"id": desk.put(VISITORS), "verdict": "wrong_quote", "sentences": [unknown]}
    assert send_json(client, "/staff/verdict", sent, desk.cookie(chen))[0] == 409


def test_where_nothing_was_retrieved_the_article_can_be_picked_from_and_is_kept(
    desk: Desk, client: Client, chen: User
) -> None:
    answer, cookie = desk.put(OFF_TOPIC), desk.cookie(chen)
    assert 'role="checkbox"' in page(client, "/staff", cookie)
    sent = {"id": answer, "verdict": "should_have_answered", "sentences": [sentence(desk, "2200余家")]}
    assert send_json(client, "/staff/verdict", sent, cookie)[0] == 200
    assert check_trail(desk.database).entries > 0


def test_a_withdrawn_verdict_brings_the_answer_back_and_only_ones_own_can_be_withdrawn(
    desk: Desk, client: Client, chen: User
) -> None:
    answer, li = desk.put(VISITORS), desk.cookie(desk.hire("li"))
    _, body = send_json(client, "/staff/verdict", {"id": answer, "verdict": "right"}, desk.cookie(chen))
    sent = {"judgement": body["judgement"]}
    assert send_json(client, "/staff/withdraw", sent, li)[0] == 404
    assert send_json(client, "/staff/withdraw", sent, desk.cookie(chen))[0] == 200
    assert judgements(desk.database, answer) == []
    assert len(judgements(desk.database, answer, with_withdrawn=True)) == 1
    for nonsense in (None, "1", True, -1, 2**40):
        assert send_json(client, "/staff/withdraw", {"judgement": nonsense}, li)[0] == 400


# ---- Second opinions


def test_a_second_opinion_is_blind_until_it_is_given(desk: Desk, client: Client, chen: User) -> None:
    answer, cookie = desk.put(VISITORS), desk.cookie(chen)
    judge(desk.database, answer, "li", Verdict.ARTICLE_WRONG, note="四号楼的数字")
    before = page(client, f"/staff?show=all&id={answer}", cookie)
    assert "提交后可看另一人的判定" in before
    assert "四号楼的数字" not in before
    assert "li</th>" not in before
    _, body = send_json(client, "/staff/verdict", {"id": answer, "verdict": "right"}, cookie)
    assert body["differs"] is True
    after = page(client, f"/staff?show=disagreement&id={answer}", cookie)
    assert "两人判定不同" in after
    assert "四号楼的数字" in after
    assert "chen 与 li：1 条里 0 条一致，κ 0.00" in after
    assert "有分歧" in after


def test_a_pick_of_another_reviewer_in_a_text_that_is_gone_still_shows(desk: Desk, client: Client, chen: User) -> None:
    answer = desk.put(VISITORS)
    pointer = Pointer.to(desk.assistant.ask(FOLLOW_UP, [VISITORS]).quotes[0])
    judge(desk.database, answer, chen.name, Verdict.WRONG_QUOTE, [pointer])
    html = page(client, f"/staff?id={answer}", desk.cookie(chen))
    picked = json.loads(re.search('data-picked="([^"]*)"', html)[1].replace("&quot;", '"'))  # type: ignore[index]
    assert picked[0]["start"] == pointer.span.start
    assert "已记为“引错了”" in html


def test_the_pace_counts_verdicts_in_force_and_leaves_pauses_out(desk: Desk, chen: User) -> None:
    from datetime import UTC, datetime, timedelta

    from szai_qa.journal.tables import verdicts

    start = datetime.now(UTC)
    for offset in (0, 10, 30, 5000):
        judge(desk.database, desk.put(VISITORS), chen.name, Verdict.RIGHT)
        with desk.database.writing() as connection:
            last = connection.execute(verdicts.select().order_by(verdicts.c.id.desc())).first()
            assert last is not None
            at = start + timedelta(seconds=offset)
            connection.execute(verdicts.update().where(verdicts.c.id == last.id).values(time=at))
    assert pace(desk.database, chen.name, start - timedelta(seconds=1)) == (4, 15)
    assert pace(desk.database, "li", start) == (0, None)


# ---- Insight and files


def test_the_insight_page_tells_what_was_asked_refused_and_judged(desk: Desk, client: Client, chen: User) -> None:
    for question in (COMPANIES, MISSING, OFF_TOPIC, OFF_TOPIC):
        answer = desk.put(question)
    judge(desk.database, answer, chen.name, Verdict.RIGHT)
    html = page(client, "/staff/insight", desk.cookie(chen))
    assert "共 4 问，答出 1，拒答 3" in html
    assert "67%" in html
    assert re.search(f"{OFF_TOPIC}.*?<td>2</td>", html)
    assert "<b" not in html.replace("<body", "").replace("<button", "")


def test_an_empty_journal_has_an_insight_page_too(desk: Desk, client: Client, chen: User) -> None:
    assert page(client, "/staff/insight", desk.cookie(chen)).count("这段时间没有记录") == 5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("answers.jsonl", VISITORS),
        ("answers.csv", VISITORS),
        ("judged-tests.jsonl", "3.71万人次"),
        ("questions_by_day.csv", "questions"),
        ("refusals_by_reason.csv", "missing_detail"),
        ("asked_without_answer.csv", MISSING),
        ("verdicts_by_day.csv", "wrong_quote"),
    ],
)
def test_what_is_taken_out_is_a_file_and_the_trail_says_by_whom(
    desk: Desk, client: Client, chen: User, name: str, words: str
) -> None:
    desk.put(MISSING)
    pointer = Pointer.to(desk.assistant.ask(FOLLOW_UP, [VISITORS]).quotes[0])
    judge(desk.database, desk.put(VISITORS), chen.name, Verdict.WRONG_QUOTE, [pointer])
    before = check_trail(desk.database).entries
    status, headers, body = client("GET", f"/staff/export/{name}", **desk.cookie(chen))
    assert (status, headers["content-disposition"]) == (200, f'attachment; filename="{name}"')
    assert words in body.decode()
    assert check_trail(desk.database).entries == before + 1
    assert client("GET", f"/staff/export/x{name}", **desk.cookie(chen))[0] == 404


# ---- Words, parts


def test_every_language_has_the_same_words_with_the_same_gaps() -> None:
    first = load_words(languages()[0], "desk")
    for language in languages():
        words = load_words(language, "desk")
        assert words.texts.keys() == first.texts.keys()
        for key, text in words.texts.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", first.texts[key])), (language, key)


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_the_pages_show_in_every_language(desk: Desk, client: Client, chen: User, language: str) -> None:
    for question in (COMPANIES, MISSING):
        desk.put(question)
    for address in ("/staff", "/staff/insight", "/account"):
        html = page(client, f"{address}?language={language}", desk.cookie(chen))
        assert f'<html lang="{language}">' in html
        assert "工作台" not in html


def test_pages_load_nothing_but_our_own_files_and_run_no_script_in_them(desk: Desk, client: Client, chen: User) -> None:
    status, headers, body = client("GET", "/staff", **desk.cookie(chen))
    assert "default-src 'none'; script-src 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    for address in re.findall(r'(?:src|href)="(/parts/[^"]+)"', body.decode()):
        status, headers, _ = client("GET", address)
        assert (status, "immutable" in headers["cache-control"]) == (200, True)
    assert client("GET", "/parts/secret.css")[0] == 404


def test_an_evaluator_is_told_that_the_page_takes_another_role(desk: Desk, client: Client) -> None:
    cookie = desk.cookie(desk.hire("eva", Role.EVALUATOR))
    assert client("GET", "/staff", **cookie)[0] == 403
    assert "要别的角色" in page(client, "/login?next=/staff", cookie)
    assert client("GET", "/login", **cookie)[1]["location"] == "/evaluate/"


def test_an_answer_whose_article_was_changed_in_the_database_shows_no_quote_and_the_queue_stays(
    desk: Desk, client: Client, chen: User
) -> None:
    from szai_qa.journal.tables import articles

    bad = desk.put(COMPANIES)
    desk.assistant.documents = list(_changed(desk))
    with desk.database.writing() as connection:
        connection.execute(articles.update().values(text="Title: x"))
    html = page(client, f"/staff?id={bad}", desk.cookie(chen))
    assert "does not fit its hash" in html
    assert "2200余家" not in html
    assert 'class="row-question"' in html


def test_a_journal_that_fails_looks_like_a_failure_and_not_like_a_wrong_password(
    desk: Desk, client: Client, chen: User
) -> None:
    with desk.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE users RENAME TO elsewhere")
    status, _, body = send_form(client, "/login", {"accept": "text/html"}, name=chen.name, password=PASSWORD)
    assert status == 503
    assert "系统出错了" in body.decode()
    assert "用户名或密码不对" not in body.decode()
