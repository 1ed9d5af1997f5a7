# SPDX-License-Identifier: Apache-2.0
"""The figures of the model BOM: agreement with the CycloneDX corpus, edits refused, fields told, cost of a check."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measures import Measure, timed
from tests.base.samples import POLICY
from tests.lineage.bom_edits import SCHEMA, SOUNDNESS, Edit, edited
from tests.lineage.bom_fixtures import remembered_urls
from tests.lineage.boms import Story

from custody.home import init
from custody.lineage.bom import SpecVersion, build, completeness
from custody.lineage.bomcheck import problems
from custody.lineage.bomcheck.schema import refused
from custody.policy import Policy

VERSIONS: tuple[SpecVersion, ...] = ("1.6", "1.7")
CORPUS = "cyclonedx-spec/tools/src/test/resources"
FILES = 218  # of the corpus, in 1.5 to 1.7


def measure(data: Path, *, quick: bool = False, large: bool = False) -> list[Measure]:
    """Return every figure; a minute. Arguments: as `benchmarks.run` gives them; the last two change nothing."""
    del quick, large
    with tempfile.TemporaryDirectory() as scratch, remembered_urls():
        boms, rules = _boms(Path(scratch))
        negatives = [one for version in VERSIONS for one in edits(boms[version], version, rules)]
    return [corpus(data), *negatives, told(boms["1.6"]), cost(boms["1.6"], rules)]


def corpus(data: Path) -> Measure:
    """Tell how many files of the CycloneDX corpus are judged as their names say."""
    files = sorted((data / CORPUS).glob("1.[567]/*.json"))
    right = sum(one.name.startswith("valid-") != bool(refused(json.loads(one.read_text()))) for one in files)
    how = "valid-*.json accepted, invalid-*.json refused; by the version each file says it is of"
    if not files:
        return Measure("agreement with the CycloneDX corpus", None, "files", f">= {FILES}", "not run: no corpus")
    return Measure("agreement with the CycloneDX corpus", right, "files", f">= {FILES}", f"{how}; {len(files)} files")


def edits(bom: dict[str, Any], version: str, rules: Policy) -> list[Measure]:
    """Tell how many single edits of a sound BOM are refused, each for its own reason, and how many by the schema."""
    known = {name: one for name, one in (SOUNDNESS | SCHEMA).items() if one.only in ("", version)}
    found = {name: problems(edited(bom, one), rules) for name, one in known.items()}
    seen = sum(_told(found[name], one) for name, one in known.items())
    schema = sum(any("schema refuses" in one for one in problem) for problem in found.values())
    how = f"{len(known)} edits on a BOM of custody's own in {version}; refused, and the message names the part"
    return [
        Measure(f"edits refused in {version}", seen, "edits", f"= {len(known)}", how),
        Measure(f"of these refused by the schema alone in {version}", schema, "edits", "", "the library's validator"),
    ]


def _told(found: list[str], edit: Edit) -> bool:
    return any(edit.at in one and edit.what in one for one in found)


def told(bom: dict[str, Any]) -> Measure:
    """Tell how complete the BOM of a road is on which everything was done."""
    found = completeness(bom)
    share = 100 * found.told / found.asked
    return Measure("fields told by a BOM", share, "%", "", f"{found.score}; missing: {', '.join(found.missing)}")


def cost(bom: dict[str, Any], rules: Policy) -> Measure:
    """Tell what the check of a BOM of two datasets costs."""
    problems(bom, rules)  # reads the schemas once
    with timed() as clock:
        problems(bom, rules)
    size = len(json.dumps(bom)) / 1000
    return Measure("check of a BOM", clock.cpu, "s", "", f"CPU time, {size:.0f} kB, two datasets, schemas read before")


def _boms(scratch: Path) -> tuple[dict[str, dict[str, Any]], Policy]:
    (scratch / "policy.yaml").write_text(POLICY)
    story = Story(init(scratch / "home", scratch / "policy.yaml", scrypt_n=2**4))
    trained = story.train()
    return {version: build(story.ledger, trained, version)[0] for version in VERSIONS}, story.home.policy
