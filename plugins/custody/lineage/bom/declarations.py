# SPDX-License-Identifier: Apache-2.0
"""Which published requirements the records evidence, as CycloneDX attestations; what they do not is said too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

from custody import yamlfile
from custody.lineage.bom.records import Records, statement_url
from custody.lineage.bom.shapes import Shape, filled
from custody.lineage.statement import TIME, Statement
from custody.policy import Step
from custody.yamlfile import Strict

NOT_EVIDENCED = "not evidenced"
STANDARD = "standard:AI-STR-03"
ASSESSOR = "assessor:custody"


class Asked(Strict):
    """One part of a requirement, and the steps whose statement evidences it, the best first."""

    says: str
    steps: tuple[Step, ...]
    about: Literal["dataset", "model"] = "dataset"


class Requirement(Strict):
    """One requirement, under an id of custody's own."""

    id: str
    title: str
    text: str
    parts: tuple[Asked, ...]
    clause: str = ""  # the publisher's own number, for whoever holds the text


class Catalogue(Strict):
    """The whole file."""

    name: str
    edition: str
    owner: str
    about: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class _Subject:
    """What a claim is about: a dataset or the model, and the statement of each of its steps."""

    name: str
    ref: str
    steps: dict[str, Statement]


@cache
def catalogue() -> Catalogue:
    """Return the requirements."""
    data = files("custody.lineage.bom").joinpath("requirements.yaml").read_bytes()
    return yamlfile.parse(data, Catalogue, "requirements.yaml").value


def standards() -> list[Shape]:
    """Return the requirements as CycloneDX has them."""
    known = catalogue()
    requirements = [
        {"bom-ref": _ref(one), "identifier": one.id, "title": one.title, "text": one.text} for one in known.requirements
    ]
    return [
        {
            "bom-ref": STANDARD,
            "name": known.name,
            "version": known.edition,
            "owner": known.owner,
            "description": known.about,
            "requirements": requirements,
        }
    ]


def declarations(records: Records) -> Shape:
    """Return claims, their evidence, and for each requirement how much of it is evidenced."""
    model = _Subject(str(records.model["name"]), records.model_ref, {"train": records.trained})
    datasets = [_Subject(one.name, one.ref, _steps(records, one.found.statements)) for one in records.datasets]
    claims: list[Shape] = []
    rows = [_mapped(one, model, datasets, claims) for one in catalogue().requirements]
    owner = next((one.organization for one in records.rules.governance.owners if one.organization), "")
    return {
        "assessors": [
            {
                "bom-ref": ASSESSOR,
                "thirdParty": False,
                "organization": {"name": owner or "whoever signed this bill of materials"},
            }
        ],
        "attestations": [{"summary": catalogue().about, "assessor": ASSESSOR, "map": rows}],
        "claims": claims,
        "evidence": [_evidence(records, one) for one in records.statements],
    }


def _steps(records: Records, statements: list[Statement]) -> dict[str, Statement]:
    """Return step -> its newest statement."""
    inside = {one.digest for one in records.statements}
    known = sorted(statements, key=lambda one: one.link.created_at)
    return {one.link.step: one for one in known if one.digest in inside}


def _mapped(asked: Requirement, model: _Subject, datasets: list[_Subject], claims: list[Shape]) -> Shape:
    told: list[str] = []
    made: list[Shape] = []
    whole = 0
    for number, part in enumerate(asked.parts, 1):
        subjects = [model] if part.about == "model" else datasets
        found = [one for one in (_claim(asked, number, part, subject) for subject in subjects) if one]
        made += found
        whole += len(subjects)
        share = f"{len(found)} of {len(subjects)}" if found and len(found) < len(subjects) else ""
        told.append(f"{part.says}: {share or ('evidenced' if found else NOT_EVIDENCED)}")
    claims += made
    score = round(len(made) / whole, 2) if whole else 0
    row: Shape = {"requirement": _ref(asked), "conformance": {"score": score, "rationale": "; ".join(told)}}
    return row | ({"claims": [one["bom-ref"] for one in made]} if made else {})


def _claim(asked: Requirement, number: int, part: Asked, subject: _Subject) -> Shape | None:
    statement = next((subject.steps[step] for step in part.steps if step in subject.steps), None)
    if statement is None:
        return None
    return {
        "bom-ref": f"claim:{asked.id}.{number}:{subject.ref}",
        "target": subject.ref,
        "predicate": part.says,
        "evidence": [_evidence_ref(statement)],
        "reasoning": f"The {statement.link.step} of {subject.name} is signed, and the gate or training rests on it.",
    }


def _evidence(records: Records, statement: Statement) -> Shape:
    role = next((name for name, one in records.rules.roles.items() if statement.signer in one.keys), "unknown")
    about = ", ".join(sorted({str(one["name"]) for one in statement.subjects}))
    return filled(
        {
            "bom-ref": _evidence_ref(statement),
            "description": f"The signed {statement.link.step} of {about}.",
            "data": [{"name": statement.link.step, "contents": {"url": statement_url(statement)}}],
            "created": statement.link.created_at,
            "expires": _expires(records, statement),
            "author": {"name": f"role {role}, key {statement.signer}"},
        }
    )


def _expires(records: Records, statement: Statement) -> str:
    """Return until when a restore counts; other statements hold as long as their bytes and policy."""
    measures = records.rules.measures.get(str(statement.link.grade))
    if statement.link.step != "drill" or measures is None or measures.backup is None:
        return ""
    return (datetime.fromisoformat(statement.link.created_at) + measures.backup.every).strftime(TIME)


def _ref(asked: Requirement) -> str:
    return f"requirement:{asked.id}"


def _evidence_ref(statement: Statement) -> str:
    return f"evidence:{statement.digest}"


def not_evidenced(bom: Shape) -> Iterator[str]:
    """Yield the ids of the requirements for which a BOM has no evidence at all."""
    for attestation in bom.get("declarations", {}).get("attestations", ()):
        for row in attestation.get("map", ()):
            if not row.get("claims"):
                yield str(row["requirement"]).removeprefix("requirement:")
