"""Thirty small made-up articles, each about a town's new bridge, and a question on each with its answer."""

from __future__ import annotations

from dataclasses import dataclass

_TOWNS = [
    *("云岭", "河湾", "青石", "白沙", "松林", "石桥", "平湖", "东山", "西河", "南坪"),
    *("北原", "长溪", "古渡", "新田", "大岭", "金坑", "银滩", "铜鼓", "铁山", "木兰"),
    *("水磨", "火石", "土楼", "龙泉", "虎门", "鹿鸣", "马场", "羊角", "凤凰", "麒麟"),
]
_KINDS = ("跨江大桥", "市民图书馆", "体育中心")


@dataclass(frozen=True)
class Case:
    """One article's file, and a question on it whose answer stands in it alone."""

    article_id: str
    text: str
    question: str
    answer: str


def cases() -> list[Case]:
    return [_case(number, town) for number, town in enumerate(_TOWNS)]


def _case(number: int, town: str) -> Case:
    kind = _KINDS[number % len(_KINDS)]
    cost = f"{number + 3}.{number % 9 + 1}亿元"
    # Every third one has other line ends, every fourth an indent, some an emoji: offsets must not mind.
    end = "\r\n" if number % 3 == 0 else "\n"
    emoji = "😀" if number % 5 == 0 else ""
    indent = "\u3000\u3000" if number % 4 == 0 else ""
    lines = [
        f"Title: {town}{kind}启用_{town}日报",
        f"Date: 2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "URL: None",
        "",
        f"{indent}{town}{kind}昨天启用{emoji}。{town}{kind}总投资{cost}，历时{number % 4 + 2}年建成！",
        f"市民李{'明华强芳敏'[number % 5]}说：“大家盼了很久。”她每天都路过工地。",
        "",
        f"{town}{kind}外景。记者 王{'平海涛静丽'[number % 5]} 摄",
    ]
    return Case(f"town-{number:02d}", end.join(lines) + end, f"{town}{kind}总投资多少？", cost)
