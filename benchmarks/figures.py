"""What a benchmark measures, and what several repetitions of it say."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value of one repetition."""

    label: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure over all repetitions."""

    label: str
    unit: str
    least: float
    median: float
    most: float

    def cells(self) -> tuple[str, str, str, str]:
        """The row of a table: label with unit, least, median, most."""
        label = f"{self.label} ({self.unit})"
        return label, readable(self.least), readable(self.median), readable(self.most)


def spreads(repetitions: Iterable[Iterable[Figure]]) -> tuple[Spread, ...]:
    """Each figure's least, median and most, in the order of the first repetition."""
    values: dict[tuple[str, str], list[float]] = {}
    for figures in repetitions:
        for figure in figures:
            values.setdefault((figure.label, figure.unit), []).append(figure.value)
    return tuple(
        Spread(
            label=label,
            unit=unit,
            least=min(measured),
            median=statistics.median(measured),
            most=max(measured),
        )
        for (label, unit), measured in values.items()
    )


def readable(value: float) -> str:
    """Three significant digits, or whole with separated thousands from 100 up."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
