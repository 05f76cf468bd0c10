"""One line of the results, as a program and as a person read it: their words are French."""

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bench.gate import Verdict

SATURATED = 0.9  # of a core: beyond, what is measured is the generator


class Target(NamedTuple):
    """What the architecture asks; nothing when it asks nothing."""

    at_least: float | None = None
    at_most: float | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        asked = []
        if self.at_least is not None:
            asked.append(f"≥ {number(self.at_least)}")
        if self.at_most is not None:
            asked.append(f"≤ {number(self.at_most)}")
        if self.ratio is not None:
            asked.append(f"≥ {number(self.ratio)} x la référence")
        return " et ".join(asked)

    def met(self, value: float, ratio: float | None) -> bool:
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.ratio is None or (ratio is not None and ratio >= self.ratio))
        )


class Reference(NamedTuple):
    """What does the same, in the same shape and the same run."""

    name: str
    value: float


class Line(NamedTuple):
    """One figure; *generator* is the share of a core that the load took to make."""

    measure: str
    value: float
    unit: str
    shape: str
    verdict: Verdict = Verdict()
    target: Target = Target()
    reference: Reference | None = None
    generator: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference.value if self.reference else None

    @property
    def met(self) -> bool:
        """Whether the target is held, by a figure that counts."""
        return self.verdict.valid and self.target.met(self.value, self.ratio)

    def document(self) -> dict[str, object]:
        return {
            "mesure": self.measure,
            "valeur": rounded(self.value),
            "unite": self.unit,
            "cible": str(self.target) or None,
            "reference": self._told_reference(),
            "rapport": None if self.ratio is None else round(self.ratio, 3),
            "forme": self.told_shape(),
            "valide": self.verdict.valid,
        }

    def told(self) -> str:
        """What the screen shows, on three rows."""
        judged = f"INVALIDE ({self.verdict})" if not self.verdict.valid else self.told_target()
        compared = f" ; {self._told_reference()}" if self.reference else ""
        if self.ratio is not None:
            compared += f" ; rapport {number(self.ratio)}"
        return (
            f"{self.measure}\n"
            f"    {number(self.value)} {self.unit}{compared} ; {judged}\n"
            f"    {self.told_shape()}"
        )

    def told_target(self) -> str:
        if not str(self.target):
            return "sans cible"
        return f"cible {self.target} : {'tenue' if self.met else 'NON TENUE'}"

    def told_shape(self) -> str:
        """The shape, what the gate found, and what the load itself cost."""
        said = [self.shape, f"contrôle : {self.verdict}"]
        if self.generator is not None:
            said.append(f"générateur : {self.generator * 100:.0f} % d’un cœur")
            if self.generator >= SATURATED:
                said.append("GÉNÉRATEUR SATURÉ : la valeur est un minimum")
        return " ; ".join(said)

    def _told_reference(self) -> str | None:
        return self.reference and f"{self.reference.name} : {number(self.reference.value)}"


def number(value: float) -> str:
    """As French writes it: 12 300, 0,62."""
    kept = rounded(value)
    text = f"{kept:,.0f}" if kept == int(kept) else f"{kept:,}"
    return text.replace(",", "\u202f").replace(".", ",")


def rounded(value: float) -> float:
    """Three figures: a benchmark knows no more."""
    if not value:
        return 0
    return round(value, 2 - math.floor(math.log10(abs(value))))


def middle(values: Sequence[float]) -> float:
    """The median of the rounds."""
    return median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
