# SPDX-License-Identifier: Apache-2.0
"""Is this BOM sound? The official strict schema, what no schema can see, and what custody asks of a model BOM.

The schema accepts dangling references, two components with one bom-ref, a SHA-1 labelled SHA-256, any word as a
classification and any text as a signature. Those are checked here. Every problem is one sentence that begins with the
JSON pointer of the part; it may quote a bom-ref, and no other value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from custody.lineage.bomcheck import content, declared, digests, ours, references, schema, signatures
from custody.lineage.bomcheck.parts import Part, parts
from custody.policy import Policy

MOST = 100  # problems told; a BOM with more is not read to its end


def problems(bom: Mapping[str, Any], rules: Policy) -> list[str]:
    """Return what is wrong with a model BOM of custody's, each in one sentence; empty when it is sound.

    Args:
        bom: a CycloneDX document of 1.5, 1.6 or 1.7, as parsed JSON.
        rules: the policy, whose scheme its classifications must be of.
    """
    if refused := schema.refused(bom):
        return refused
    every = parts(bom)
    return list(islice(_both(bom, every, rules), MOST))


def unsound(bom: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with any CycloneDX document, whoever wrote it and whatever for."""
    return schema.refused(bom) or list(islice(_unsound(bom, parts(bom)), MOST))


def _both(bom: Mapping[str, Any], every: list[Part], rules: Policy) -> Iterator[str]:
    yield from _unsound(bom, every)
    yield from ours.wrong(bom, every, rules)


def _unsound(bom: Mapping[str, Any], every: list[Part]) -> Iterator[str]:
    yield from references.wrong(bom, every)
    yield from digests.wrong(every)
    yield from signatures.wrong(every)
    yield from content.wrong(bom, every)
    yield from declared.wrong(every)
