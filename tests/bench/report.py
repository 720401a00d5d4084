"""Prints figures, and writes them as JSON: objects with name, value, unit and ratios."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Figure:
    """One measured figure and its ratios to others of the same run."""

    name: str
    value: float
    unit: str
    ratios: dict[str, float] = field(default_factory=dict)


class Report:
    """Collects the figures of one run."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def add(self, name: str, value: float, unit: str, **ratios: float) -> None:
        """Adds and prints a figure."""
        self.figures.append(Figure(name, value, unit, ratios))
        said = "  ".join(f"{ratio:.2f}× {other}" for other, ratio in ratios.items())
        print(f"{name:<36} {value:>12,.2f} {unit:<10} {said}", flush=True)

    def write(self, path: Path | None) -> None:
        """Writes the figures as JSON, if a file is named."""
        if path is not None:
            path.write_text(json.dumps([asdict(figure) for figure in self.figures], indent=2))


def arguments(about: str) -> argparse.Namespace:
    """Reads ``--quick`` and ``--json FILE``."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a short form")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    return parser.parse_args()


def percentile(samples: list[float], share: float) -> float:
    """Returns the nearest-rank percentile."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
