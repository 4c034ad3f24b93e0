"""Makes training samples: a question, a window, and where in the window the answer stands, or that it does not.

What is mixed, and why: a question's wording betrays whether it is answerable, so every answerable question also comes
with windows of its article that lack the evidence, and with an element swapped; near-misses come with the windows that
look most like an answer (the one that holds the trap, those that share most bigrams, those that fooled the reader).
Everything is drawn from one seed, so the same arguments give the same samples.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from szai_qa.reading.reader import question_text
from szai_qa.reading.windows import split_windows
from szai_qa.records import Span
from szai_qa.training.data import Item
from szai_qa.training.follow_ups import as_follow_up
from szai_qa.training.swaps import swapped
from szai_qa.training.windows import answering_windows, by_likeness, text_without_evidence, unanswering_windows


@dataclass(frozen=True, slots=True)
class Sample:
    """One pair to learn: `answer` are offsets in `window`, None where it does not answer. `source` says how made."""

    question: str
    window: str
    answer: Span | None
    source: str

    def __post_init__(self) -> None:
        if self.answer and self.answer.end > len(self.window):
            raise ValueError(f"the answer {self.answer} lies outside the window")


@dataclass(frozen=True, slots=True)
class Mix:
    """How often each kind of sample is made, as a share of the questions that can give it."""

    second_positive: float = 0.35
    second_follow_up: float = 0.8  # there are few follow-ups, and they are the hardest to understand
    negative: float = 0.85
    mined: float = 0.8  # of the negatives, where there is one
    swap: float = 0.5
    second_near_miss: float = 0.6
    english: float = 0.5
    follow_up_again: float = 1.0  # a turn of a conversation comes so often once more
    made_follow_up: float = 0.18
    unrelated_history: float = 0.1
    drcd: float = 0.2
    cmrc: float = 1.0
    xquad: float = 1.0
    public_negative: float = 0.4


@dataclass
class SampleBuilder:
    """Draws samples epoch by epoch. `names_of` gives the names of an article by their tag, for swaps."""

    items: Sequence[Item]
    public: Sequence[Item]
    mined: Mapping[str, Sequence[str]]
    names_of: Callable[[str], Mapping[str, Sequence[str]]]
    seed: int
    mix: Mix = field(default_factory=Mix)

    def build(self, count: int) -> list[Sample]:
        """Return `count` samples, whole epochs one after the other, each shuffled."""
        rng = random.Random(self.seed)
        samples: list[Sample] = []
        while len(samples) < count:
            epoch = list(self._epoch(rng))
            if not epoch:
                raise ValueError("there is nothing to train on")
            rng.shuffle(epoch)
            samples += epoch
        return samples[:count]

    def _epoch(self, rng: random.Random) -> Iterator[Sample]:
        neighbours: dict[str, list[Item]] = {}
        for item in self.items:
            neighbours.setdefault(item.text, []).append(item)
        for item in self.items:
            others = neighbours[item.text]
            for _ in range(1 + bool(item.history and rng.random() < self.mix.follow_up_again)):
                yield from (
                    self._answerable(item, others, rng) if item.answerable else self._near_miss(item, others, rng)
                )
        shares = {"drcd": self.mix.drcd, "cmrc": self.mix.cmrc, "xquad": self.mix.xquad}
        for item in self.public:
            if rng.random() < shares[item.kind]:
                yield from self._public(item, rng)

    def _answerable(self, item: Item, others: Sequence[Item], rng: random.Random) -> Iterator[Sample]:
        windows = answering_windows(item)
        rng.shuffle(windows)
        more = 1 + (rng.random() < (self.mix.second_follow_up if item.history else self.mix.second_positive))
        for window, answer in windows[:more]:
            yield _positive(self._wording(item, others, rng), item.text, window, answer, "positive")
        if rng.random() < self.mix.negative:
            for window_text, source in self._negatives(item, rng)[:1]:
                yield Sample(self._wording(item, others, rng), window_text, None, source)
        if windows and not item.history and rng.random() < self.mix.swap:
            window_text = windows[0][0].of(item.text)
            asked = swapped(self._form(item, rng), window_text, self.names_of(item.text), rng)
            if asked:
                yield Sample(asked, window_text, None, "swap")

    def _negatives(self, item: Item, rng: random.Random) -> list[tuple[str, str]]:
        """Return windows without the evidence in a drawn order: one that was mined, else around the cut, most alike."""
        mined = self.mined.get(item.id, ())
        if mined and rng.random() < self.mix.mined:
            return [(rng.choice(mined), "mined")]
        found: list[tuple[str, str]] = []
        cut = text_without_evidence(item)
        if cut is not None:
            text, places = cut
            around = [w for w in split_windows(text) if any(w.start <= place <= w.end for place in places)]
            windows = [window.of(text) for window in split_windows(text)]
            found += [(w.of(text), "cut") for w in rng.sample(around, min(1, len(around)))]
            found += [(windows[i], "alike") for i in by_likeness(item.question, windows)[:2]]
        rng.shuffle(found)
        return found

    def _near_miss(self, item: Item, others: Sequence[Item], rng: random.Random) -> Iterator[Sample]:
        windows = unanswering_windows(item)
        trapped = [w for w in windows if item.trap and item.trap in w]
        alike = [windows[i] for i in by_likeness(item.question, windows)[:2]]
        candidates = list(dict.fromkeys([*trapped[:2], *self.mined.get(item.id, ()), *alike]))
        # The first is the window most worth knowing; the second is drawn from the rest.
        chosen = candidates[:1] + rng.sample(candidates[1:], min(1, len(candidates) - 1) if candidates else 0)
        if len(chosen) > 1 and rng.random() > self.mix.second_near_miss:
            chosen = [rng.choice(chosen)]
        for window in chosen:
            yield Sample(self._wording(item, others, rng), window, None, "near-miss")

    def _public(self, item: Item, rng: random.Random) -> Iterator[Sample]:
        windows = answering_windows(item)
        if not windows:
            return
        window, answer = rng.choice(windows)
        yield _positive(self._form(item, rng), item.text, window, answer, "public")
        if rng.random() > self.mix.public_negative:
            return
        lacking = unanswering_windows(item)
        if lacking and rng.random() < 0.7:
            best = by_likeness(item.question, lacking)[0]
            yield Sample(self._form(item, rng), lacking[best], None, "public-hard")
        else:
            other = rng.choice(self.public)
            if other.text != item.text:
                windows_of_other = split_windows(other.text)
                yield Sample(self._form(item, rng), rng.choice(windows_of_other).of(other.text), None, "public-random")

    def _form(self, item: Item, rng: random.Random) -> str:
        """Return the question in one of its wordings."""
        if item.forms and rng.random() < self.mix.english:
            return rng.choice(item.forms)
        return item.question

    def _wording(self, item: Item, others: Sequence[Item], rng: random.Random) -> str:
        """Return what the reader is given as the question: a wording, with 0 to 2 earlier questions before it.

        How many are shown varies, or their number would betray how often the late turns of a conversation ask for
        what is not there; at times a question that stands alone gets an unrelated one before it.
        """
        if not item.history:
            asked, other = self._form(item, rng), rng.choice(others)
            if rng.random() < self.mix.made_follow_up and (made := self._made_follow_up(asked, others, rng)):
                return made
            history = [self._form(other, rng)] if rng.random() < self.mix.unrelated_history else []
            return question_text(asked, history)
        if item.forms and rng.random() < 0.2:
            return item.forms[0]
        shown = rng.choices((0, 1, 2), (0.05, 0.3, 0.65))[0]
        return question_text(item.question, item.history[-shown:] if shown else ())

    def _made_follow_up(self, asked: str, others: Sequence[Item], rng: random.Random) -> str | None:
        """Return the question as it would follow another one on the same article, in one of four drawn."""
        earlier = [self._form(other, rng) for other in rng.sample(others, min(4, len(others)))]
        for before in earlier:
            if before != asked and (made := as_follow_up(asked, before, rng)):
                return question_text(made, [before])
        return None


def _positive(question: str, text: str, window: Span, answer: Span, source: str) -> Sample:
    inside = Span(answer.start - window.start, answer.end - window.start)
    return Sample(question, window.of(text), inside, source)
