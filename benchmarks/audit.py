# SPDX-License-Identifier: Apache-2.0
"""The figures of the audit: what it lets pass, what it reads, what it recognises, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks import (
    audit_dpi,
    audit_licences,
    audit_lineage,
    audit_rights,
    audit_scale,
    audit_screens,
    audit_texts,
)
from benchmarks.audit_texts import Texts
from benchmarks.measures import Measure

NOT_HERE = "not run: the public data sets are not beside the repository"


def measure(data: Path, *, quick: bool, large: bool) -> list[Measure]:  # noqa: ARG001 - as every benchmark
    """Return every figure.

    Args:
        data: holds the public data sets.
        quick: with fewer sources and trials; such speeds say nothing.
        large: makes no difference here.
    """
    return [
        *_passed(data / "dpi_gold" / "gold.jsonl"),
        *_strings(data / "license_aliases" / "aliases.json"),
        *_cards(data / "hf_cards_gold" / "cards.jsonl", data / "hf_cards"),
        *_texts(data / "licenses" / "spdx"),
        *_rights(data),
        *_lineage(data / "dpi_gold" / "gold.jsonl"),
        *audit_screens.measures(quick=quick),
        *_cost(1_000 if quick else audit_scale.SOURCES),
    ]


def _passed(gold: Path) -> Iterator[Measure]:
    names = ("restricted datasets that pass for commercial use", "commercial datasets that pass")
    if not gold.is_file():
        yield from (Measure(name, None, "%", "", NOT_HERE) for name in names)
        return
    found, all_parents = audit_dpi.passed(gold), audit_dpi.passed(gold, unresolved=True)
    how = f"{found.restricted} restricted and {found.commercial} commercial dataset URLs of the Data Provenance"
    how += " Initiative, on metadata of three hosts alone; parents that nothing resolves set aside"
    yield Measure(names[0], 100 * found.false_allow, "%", "<= 4", how)
    yield Measure(names[1], 100 * found.correct_allow, "%", ">= 60", how)
    strict = "the same, with every parent that nothing resolves for review, as the audit has it"
    yield Measure(f"{names[0]}, unresolved parents counted", 100 * all_parents.false_allow, "%", "<= 4", strict)
    yield Measure(f"{names[1]}, unresolved parents counted", 100 * all_parents.correct_allow, "%", "", strict)


def _strings(aliases: Path) -> Iterator[Measure]:
    name = "raw licence strings read as the right id"
    if not aliases.is_file():
        yield Measure(name, None, "%", "", NOT_HERE)
        return
    found = audit_licences.strings(aliases)
    how = f"{found.total} strings; a family where the string tells no version; {found.strict} to the very id"
    yield Measure(name, 100 * found.right / found.total, "%", ">= 97", how)


def _cards(gold: Path, readmes: Path) -> Iterator[Measure]:
    names = ("cards whose tag is more permissive than their text, flagged", "agreeing cards flagged wrongly")
    if not gold.is_file():
        yield from (Measure(name, None, "%", "", NOT_HERE) for name in names)
        return
    found = audit_licences.cards(gold, readmes if readmes.is_dir() else None)
    yield Measure(names[0], 100 * found.flagged / found.permissive, "%", "= 100", f"{found.permissive} cards by hand")
    wrongly = 100 * len(found.wrongly) / found.agreeing
    yield Measure(names[1], wrongly, "%", "<= 3", f"{len(found.wrongly)} of {found.agreeing} whole cards")


def _texts(spdx: Path) -> Iterator[Measure]:
    known = spdx.is_dir()
    for share, target in ((0.0, ">= 97"), (0.05, ">= 97"), (0.10, "")):
        name = f"SPDX licence texts told, {share:.0%} of their words missing" if share else "SPDX licence texts told"
        yield from _told(name, target, audit_texts.spdx(spdx, share) if known else None)
    yield from _told("licence files of installed packages told", ">= 95", audit_texts.installed())


def _told(name: str, target: str, found: Texts | None) -> Iterator[Measure]:
    if found is None:
        yield Measure(name, None, "%", "", NOT_HERE)
        return
    how = f"{found.total} texts, the first id told is the right one; median {found.milliseconds:.1f} ms a text"
    yield Measure(name, found.top1, "%", target, how)
    yield Measure(f"{name}: with wrong duties", len(found.wrong_class), "texts", "= 0", how)


def _rights(data: Path) -> Iterator[Measure]:
    cases = (
        ("Google's cases for robots.txt", data / "robots" / "google_cases.json", audit_rights.google),
        (
            "vectors of TDMRep, AIPREF, content signals, RSL",
            data / "optout_vectors" / "vectors.json",
            audit_rights.vectors,
        ),
    )
    for name, path, run in cases:
        if not path.is_file():
            yield Measure(name, None, "%", "", NOT_HERE)
            continue
        found = run(path)
        yield Measure(name, 100 * found.right / found.total, "%", "= 100", f"{found.right} of {found.total}")
    fast = audit_rights.screening()
    how = f"{fast.rows:,} addresses, {fast.entries:,} entries of domains and addresses, one core"
    yield Measure("rows held against opt-out lists", fast.rows_per_second, "rows/s", "", how)


def _lineage(gold: Path) -> Iterator[Measure]:
    name = "datasets freer than what they were made from, flagged"
    if not gold.is_file():
        yield Measure(name, None, "%", "", NOT_HERE)
        return
    found = audit_lineage.edges(gold)
    how = f"{found.stricter} of {found.total} edges of the Data Provenance Initiative have a stricter parent"
    yield Measure(name, 100 * found.flagged / found.stricter, "%", "= 100", how)


def _cost(sources: int) -> Iterator[Measure]:
    found = audit_scale.cost(sources)
    how = f"{found['sources']:,} sources with data, cards and parents, in a process of its own, start-up included"
    whole = sources == audit_scale.SOURCES
    yield Measure("audit of many sources, time", found["cpu"], "s", "<= 20" if whole else "", how + "; CPU time")
    yield Measure("audit of many sources, wall time", found["wall"], "s", "", how)
    yield Measure("audit of many sources, peak memory", found["peak"], "MB", "<= 300", how)
    signed = audit_scale.cost(sources, signed=True)
    how = "the same with a signed statement for each source, reports, notices and the page"
    yield Measure(
        "audit of many sources, signed, time", signed["cpu"], "s", "<= 20" if whole else "", how + "; CPU time"
    )
    yield Measure("audit of many sources, signed, peak memory", signed["peak"], "MB", "<= 300", how)
