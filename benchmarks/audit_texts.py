# SPDX-License-Identifier: Apache-2.0
"""Are licence texts recognised, with words missing, and as packages really ship them?

top-1: the first id that is told is the labelled one, whatever else is told. wrong class: a class of duties is told, and
it is not the labelled licence's. `not known` is no class: a person reads the text.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from custody.audit.texts import identify
from custody.audit.texts.classes import UNKNOWN, obligations

_OPERATORS = re.compile(r"\b(?:AND|OR|WITH)\b|[()]")


@dataclass(frozen=True)
class Texts:
    """How many texts there were, how many were named right, and which were not; how they were told, and how fast.

    milliseconds: the median over the texts.
    """

    total: int
    right: int
    wrong_class: tuple[str, ...]
    missed: tuple[str, ...]
    kinds: dict[str, int]
    milliseconds: float

    @property
    def top1(self) -> float:
        """The share named right, in per cent."""
        return 100 * self.right / self.total if self.total else 0.0


def spdx(folder: Path, share: float = 0.0, seed: int = 20) -> Texts:
    """Measure on a folder of texts named by their SPDX ids, without a share of their words, drawn from a seed."""
    draw = random.Random(seed)
    files = sorted(folder.glob("*.txt"))
    return measured((one.stem, one.stem, _without(one.read_text(encoding="utf-8"), share, draw)) for one in files)


def installed() -> Texts:
    """Measure on the licence files of the installed packages that state a licence expression and have one file."""
    return measured(_packages())


def measured(labelled: Iterable[tuple[str, str, str]]) -> Texts:
    """Measure on (name, licence expression, text)."""
    missed, wrong, times = [], [], []
    kinds: Counter[str] = Counter()
    for name, expression, text in labelled:
        start = time.perf_counter()
        found = identify(text)
        times.append(1000 * (time.perf_counter() - start))
        ids = set(_OPERATORS.sub(" ", expression).split())
        first = found.ids if found.kind != "bundle" else found.ids[:1]
        kinds[found.kind] += 1
        missed += [] if ids.intersection(first) else [name]
        wrong += [name] if found.obligations not in {UNKNOWN, obligations(ids)} else []
    total = len(times)
    middle = statistics.median(times) if times else 0.0
    return Texts(total, total - len(missed), tuple(wrong), tuple(missed), dict(kinds), middle)


def _without(text: str, share: float, draw: random.Random) -> str:
    return "".join(one for one in re.split(r"(\s+)", text) if not one.strip() or draw.random() >= share)


def _packages() -> Iterator[tuple[str, str, str]]:
    for one in sorted(distributions(), key=lambda each: each.metadata["Name"]):
        told = next(iter(one.metadata.get_all("License-Expression") or []), "")
        names = one.metadata.get_all("License-File") or []
        path = _licence_file(one, names[0]) if told and len(names) == 1 else None
        if told and path:
            yield one.metadata["Name"], told, path.read_text(encoding="utf-8", errors="replace")


def _licence_file(package: Distribution, name: str) -> Path | None:
    """Return where a licence file is; PEP 639 puts it below `licenses`, older tools beside the metadata."""
    for file in package.files or ():
        if file.parent.name and str(file).endswith((f".dist-info/licenses/{name}", f".dist-info/{name}")):
            return Path(str(package.locate_file(file)))
    return None
