from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.journal.masking import find, mask

PHONE, IDENTITY, EMAIL, CARD = "〔电话〕", "〔证件号〕", "〔邮箱〕", "〔卡号〕"

MASKED = [
    ("我的手机13800138000", f"我的手机{PHONE}"),
    ("打138 0013 8000或138-0013-8000", f"打{PHONE}或{PHONE}"),
    ("+86 13800138000", PHONE),
    ("8613800138000。", f"{PHONE}。"),
    ("电话１３８００１３８０００好吗", f"电话{PHONE}好吗"),
    ("座机0755-83212345转123", f"座机{PHONE}"),
    ("座机（0755）83212345", f"座机{PHONE}"),
    ("010 62345678 有人吗", f"{PHONE} 有人吗"),
    ("身份证11010519491231002X", f"身份证{IDENTITY}"),
    ("身份证110105194912310021是错的", f"身份证{IDENTITY}是错的"),
    ("身份证110105 19491231 002x", f"身份证{IDENTITY}"),
    ("旧证号110105491231002", f"旧证号{IDENTITY}"),
    ("证号１１０１０５１９４９１２３１００２Ｘ", f"证号{IDENTITY}"),
    ("邮箱zhangsan@szai.com.cn", f"邮箱{EMAIL}"),
    ("邮箱zhang.san+x@szai.cn可以吗", f"邮箱{EMAIL}可以吗"),
    ("邮箱ｚｓ＠ｓｚａｉ．ｃｏｍ", f"邮箱{EMAIL}"),
    ("卡号4111111111111111", f"卡号{CARD}"),
    ("卡号4111 1111 1111 1111，", f"卡号{CARD}，"),
    ("卡号6222-0200-0000-0000-000", f"卡号{CARD}"),
    ("13800138000和a@b.cn", f"{PHONE}和{EMAIL}"),
    ("打13800138000元旦有空", f"打{PHONE}元旦有空"),
    ("13800138000百度一下", f"{PHONE}百度一下"),
]
KEPT = [
    "2024-08-28的大会",
    "2024年8月28日-30日",
    "20240828",
    "合同13800000000元",
    "投资13800000000 元",
    "约13800000000余元",
    "13800万",
    "283亿条",
    "1,234.56万元",
    "比分2-1",
    "3.71万人次",
    "0.755",
    "2200余家",
    "010号展位",
    "型号A13800138000",
    "55E",
    "深圳市2023年GDP为34606.40亿元",
    "4111111111111112",
    "联系@张三",
    "邮编518000",
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_dates_amounts_and_ordinary_numbers_are_never_masked(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", [text for text, _ in MASKED])
def test_what_is_masked_stays_masked(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(st.sampled_from("0138a@.－１３ ()（）+-x元卡"), max_size=60))
def test_only_what_was_found_is_changed(text: str) -> None:
    end, rebuilt, masked = 0, [], mask(text)
    for span, _ in find(text):
        assert end <= span.start
        rebuilt.append(text[end : span.start])
        end = span.end
    rebuilt.append(text[end:])
    for piece in rebuilt:
        assert piece in masked


def test_a_long_text_is_masked_quickly() -> None:
    text = "1" * 2000 + "@" + "a." * 2000
    assert mask(text) == text
