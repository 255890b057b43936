"""One training from content to a kept release: check, train, examine, keep. Nothing here puts anything in service."""
from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Protocol, Tuple

import msgspec

from bot import clock
from bot.knowledge.base import DATA, KnowledgeBase, load
from bot.knowledge.check import everything
from bot.knowledge.errors import ContentError
from bot.settings import ROOT

from . import assessment, content, evaluate, regression
from .assessment import Assessment
from .gate import Check, gate, refusals
from .learning import Lesson, lesson
from .plots import confusion_plot, reliability_plot
from .releases import Release, ReleaseError, Releases

HELD_OUT = ROOT / "tests" / "questions"
SHIPPED_DIALOGUES = ROOT / "tests" / "scenarios" / "conversation.yml"
GATE_FILE = "gate.json"
CONFUSION, RELIABILITY = "confusion.svg", "reliability.svg"
Tell = Callable[[str, float, str], None]
"""Step, finished share of it (-1: unknown), a word more or ""."""


class Wrong(ValueError):
    """The content or the questions have mistakes; nothing was trained."""

    def __init__(self, problems: List[str]):
        super().__init__(f"内容有 {len(problems)} 处要改，没有训练。")
        self.problems = problems


class Questions(msgspec.Struct, frozen=True):
    """What a release is examined with."""

    rows: List[Tuple[str, str, List[str]]]
    """Kind, question, right topics (first choice first)."""
    probes: List[Tuple[str, str, bool]]
    """FAQ, wording, whether the release in service has not seen it."""
    dialogues: List[Dict[str, Any]]


class Tools(Protocol):
    """What needs Rasa; tests put a stand-in here."""

    def prepare(self) -> None:
        """Import what training needs."""

    def rehearse(self, interrupted: Callable[[], bool]) -> None:
        """Use the time until ``interrupted`` to compute what the training will need."""

    def train(self, folder: Path, tell: Tell) -> Path:
        """The model file, made in ``folder``; raises RuntimeError with a Chinese sentence."""

    def learn(self, lesson: Lesson, base: KnowledgeBase, folder: Path, tell: Tell) -> Optional[Path]:
        """The model of the lesson's release with its wordings learned, made in ``folder``; None when it cannot learn them."""

    def examine(self, model: Path, base: KnowledgeBase, questions: Questions, tell: Tell) -> Assessment:
        """What the model answers."""


def run(
    tools: Tools, releases: Releases, tell: Tell, author: str, full: bool = False, data: Path = DATA, held_out: Path = HELD_OUT,
) -> Release:
    """Raises :class:`Wrong` before anything is trained; the release that comes back says itself whether the gate refused it.

    When only FAQ wordings changed, the release in service learns them, and is trained anew (as with ``full``) when it cannot
    or when the gate refuses the result.
    """
    watch = _Watch(tell)
    watch("check", -1.0, "")
    files = content.snapshot(data)
    base, before = checked(data), live(releases)
    questions = collect(base, releases, data, held_out)
    watch("prepare", -1.0, "")
    tools.prepare()
    titles, taught = topic_titles(base), content.questions_digest(data)
    with tempfile.TemporaryDirectory(prefix="gjj-train-") as name:
        folder = Path(name)

        def kept(model: Path, after: Assessment, checks: List[Check], learned: int) -> Release:
            watch("keep", -1.0, "")
            return releases.keep(
                model, metrics(base, after), counts(base, after), extras(files, after, checks, titles), author, refusals(checks),
                *watch.spent(), taught, learned)

        known = None if full else lesson(base, releases, data)
        if known is not None:
            watch("train", -1.0, f"学 {len(known.new)} 个问法")
            model = tools.learn(known, base, folder, watch)
            if model is not None:
                watch("examine", 0.0, "")
                after = tools.examine(model, base, questions, watch)
                checks = gate(after, before, titles)
                if not refusals(checks):
                    return kept(model, after, checks, known.learned)
                watch("train", -1.0, "学得不够好，从头训练")
        watch("train", -1.0, "")
        model = tools.train(folder, watch)
        watch("examine", 0.0, "")
        after = tools.examine(model, base, questions, watch)
        return kept(model, after, gate(after, before, titles), 0)


def checked(data: Path) -> KnowledgeBase:
    """The content; raises :class:`Wrong` with everything that must be mended first."""
    try:
        base = load(data)
        problems = list(map(str, everything(base, data)))
    except ContentError as error:
        raise Wrong(list(map(str, error.problems))) from None
    if problems:
        raise Wrong(problems)
    return base


def live(releases: Releases) -> Optional[Assessment]:
    """How the release in service was assessed; None when there is none or it kept no figures."""
    ident = releases.current_id()
    try:
        return assessment.decode(releases.read(ident, assessment.FILE)) if ident else None
    except (ReleaseError, msgspec.DecodeError):
        return None  # a broken release in service must not stop its replacement


def collect(base: KnowledgeBase, releases: Releases, data: Path, held_out: Path) -> Questions:
    """The questions to ask; raises :class:`Wrong` naming the line of one that cannot be used."""
    rows: List[Tuple[str, str, List[str]]] = []
    problems: List[str] = []
    sources = [(assessment.HELD_OUT, path) for path in sorted(held_out.glob("*.tsv"))]
    for kind, path in [*sources, *((assessment.CENTER, path) for path in regression.files(data))]:
        try:
            rows += [(kind, row.question, [row.topic, *sorted(row.right - {row.topic})]) for row in evaluate.read(path, base)]
        except (OSError, ValueError) as error:
            problems.append(str(error))
    if problems:
        raise Wrong(problems)
    return Questions(rows, probes(base, releases), dialogues(data))


def probes(base: KnowledgeBase, releases: Releases) -> List[Tuple[str, str, bool]]:
    """Every FAQ's question, and every wording that the release in service was not trained on."""
    ident = releases.current_id()
    try:
        known = content.wordings(content.unpack(releases.read(ident, content.FILE))) if ident else {}
    except ReleaseError:
        known = {}
    found = []
    for faq in base.faqs.values():
        if faq.in_force(clock.today()):
            for number, text in enumerate(dict.fromkeys([faq.question, *faq.similar])):
                fresh = bool(known) and text not in known.get(faq.id, ())
                if number == 0 or fresh:
                    found.append((faq.id, text, fresh))
    return found


def dialogues(data: Path) -> List[Dict[str, Any]]:
    """Scenario dialogues: a short set shipped with the product, and the center's own (tests/scenarios/README.md tells their form)."""
    found: List[Dict[str, Any]] = []
    for path in [SHIPPED_DIALOGUES, *sorted((data / regression.FOLDER).glob("*.yml"))]:
        found += msgspec.yaml.decode(path.read_bytes())
    return found


def metrics(base: KnowledgeBase, found: Assessment) -> Dict[str, float]:
    """The figures of ``./gjj eval`` on the held-out questions."""
    rows = found.of(assessment.HELD_OUT)
    scores, _ = evaluate.score(
        [evaluate.Row(one.question, one.right[0], set(one.right)) for one in rows], [one.found for one in rows], base)
    return {name: round(value, 4) for name, value in scores.__dict__.items() if name != "n"}


def counts(base: KnowledgeBase, found: Assessment) -> Dict[str, int]:
    rows = {kind: len(found.of(kind)) for kind in (assessment.HELD_OUT, assessment.CENTER)}
    return {"事项": len(base.cards), "常见问题": len(base.faqs), "检验问句": rows[assessment.HELD_OUT], "回归问句": rows[assessment.CENTER]}


def topic_titles(base: KnowledgeBase) -> Dict[str, str]:
    """What administrators call the topics: the first words of their meaning."""
    return {name: re.split("[、，（]", topic.meaning)[0] for name, topic in base.topics.topics.items()}


def extras(files: Dict[str, bytes], found: Assessment, checks: List[Check], titles: Dict[str, str]) -> Dict[str, bytes]:
    """Files that are kept with the model."""
    return {
        content.FILE: content.pack(files), assessment.FILE: found.encoded(), GATE_FILE: msgspec.json.encode(checks),
        CONFUSION: confusion_plot(found, titles).encode(), RELIABILITY: reliability_plot(found).encode(),
    }


class _Watch:
    """Passes progress on and notes how long each step takes."""

    def __init__(self, tell: Tell):
        self._tell = tell
        self._began: List[Tuple[str, float, float]] = []

    def __call__(self, step: str, part: float, word: str) -> None:
        if not self._began or self._began[-1][0] != step:
            self._began.append((step, time.monotonic(), time.process_time()))
        self._tell(step, part, word)

    def spent(self) -> Tuple[Dict[str, float], Dict[str, float]]:
        """Seconds and CPU seconds of every step but the one that is running; a step taken twice counts twice."""
        seconds: Dict[str, float] = {}
        cpu: Dict[str, float] = {}
        for (step, began, used), (_, later, more) in zip(self._began, self._began[1:]):
            seconds[step] = round(seconds.get(step, 0.0) + later - began, 2)
            cpu[step] = round(cpu.get(step, 0.0) + more - used, 2)
        return seconds, cpu
