"""How useful a rule is expected to be now: relevance × urgency × acceptance − fatigue (weights: data/dialogue/attention.yml)."""
from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Optional, Protocol, Tuple

from bot.knowledge.dialogue import Acceptance, attention

from ..memory import Memory


@dataclass(frozen=True)
class Counts:
    """How often citizens accepted an offer and how often they passed over it."""

    accepted: float = 0
    passed: float = 0


class Experience(Protocol):
    """What earlier conversations taught. Actions know no more of it; the worker hands in one kept in Redis."""

    def counts(self, rule: str, situation: str) -> Tuple[Counts, Counts]:
        """Outcomes of ``rule`` in every situation, and in this one."""

    def record(self, rule: str, situation: str, accepted: bool) -> None:
        """One more outcome. Never raises and never waits: an answer does not depend on statistics."""


class Forgetful:
    """No experience: every rule is as welcome as the prior says. Stands in the shell, in tests and under --for-tests."""

    def counts(self, rule: str, situation: str) -> Tuple[Counts, Counts]:
        return Counts(), Counts()

    def record(self, rule: str, situation: str, accepted: bool) -> None:
        pass


@dataclass(frozen=True)
class Exploration:
    """In a ``share`` (0–1) of turns acceptance is drawn from its Beta distribution instead of being its mean, so that a
    rule with an unlucky start gets another chance. Levels, conditions and limits stay as they are.

    The same ``seed`` and message id give the same draws, in every process.
    """

    share: float = 0.0
    seed: int = 0

    def draws(self, message: str) -> Optional[random.Random]:
        """The source of draws for this message; None when its turn does not explore."""
        source = random.Random(f"{self.seed}:{message}")
        return source if source.random() < self.share else None


@dataclass(frozen=True)
class Score:
    """Expected usefulness and what it is made of."""

    relevance: float
    urgency: float
    acceptance: float
    fatigue: float

    @property
    def value(self) -> float:
        return round(self.relevance * self.urgency * self.acceptance - self.fatigue, 4)

    def __str__(self) -> str:
        return f"{self.value:.2f}＝相关{self.relevance:.2f}×紧迫{self.urgency:.2f}×接受{self.acceptance:.2f}−打扰{self.fatigue:.2f}"


@dataclass(frozen=True)
class Judge:
    """Scores the rules of one turn."""

    experience: Experience
    fatigue: float
    draws: Optional[random.Random] = None

    def score(self, rule: str, situation: str, fits: int, days_left: Optional[int]) -> Score:
        """``fits``: 0 condition and aspect both fit, 1 one of them, 2 neither for certain; ``days_left`` until the rule's date."""
        relevance = attention().relevance
        factor = (relevance.fits, relevance.partly, relevance.little)[fits]
        return Score(factor, urgency(days_left), self._acceptance(rule, situation), self.fatigue)

    def _acceptance(self, rule: str, situation: str) -> float:
        alpha, beta = posterior(*self.experience.counts(rule, situation), attention().acceptance)
        return self.draws.betavariate(alpha, beta) if self.draws is not None else alpha / (alpha + beta)


def posterior(every: Counts, here: Counts, prior: Acceptance) -> Tuple[float, float]:
    """Beta parameters for one situation; all situations together, worth ``prior.shared`` outcomes, are its prior."""
    alpha, beta = prior.accepted + every.accepted, prior.passed + every.passed
    mean = alpha / (alpha + beta)
    return prior.shared * mean + here.accepted, prior.shared * (1 - mean) + here.passed


def urgency(days_left: Optional[int]) -> float:
    """1 without a date, rising as the date comes near."""
    weights = attention().urgency
    if days_left is None:
        return 1.0
    return 1 + (weights.most - 1) * weights.half_days / (weights.half_days + max(0, days_left))


def fatigue(memory: Memory) -> float:
    """What has to be outweighed before more is said in this conversation."""
    weights = attention().fatigue
    return round(
        weights.ignored * memory.ignored
        + weights.declined * memory.declined
        + weights.offer * max(0, len(memory.offered) - weights.free_offers)
        + weights.turn * max(0, memory.turns - weights.free_turns),
        4,
    )


class Attention:
    """Process-wide hook: what the worker hands in for :func:`actions.attend.speak.attend` (see bot/worker/attention.py)."""

    experience: Experience = Forgetful()
    exploration: Exploration = Exploration()
