# SPDX-License-Identifier: Apache-2.0
"""A model BOM of custody's as SPDX 3.0.1 in JSON-LD: an AI package, a package for each dataset, and `trainedOn`.

It says what the CycloneDX document says, as far as SPDX has a field for it; grades are annotations. Nothing is asserted
that was not signed: `noAssertion` stands where SPDX wants a word and the records have none. The export is not signed
itself; the BOM it was made of is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from custody.lineage.bom.newer import tlp_of_grade
from custody.lineage.bom.shapes import Shape, filled
from custody.lineage.spdx_fields import (
    dataset_type,
    entries,
    expression,
    facts,
    hashes,
    is_personal,
    references,
    to_second,
    training,
    urn,
)
from custody.policy import Policy

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
VERSION = "3.0.1"
CREATION = "_:creation"
PROFILES = ["core", "software", "simpleLicensing", "ai", "dataset"]


def to_spdx(bom: Mapping[str, Any], rules: Policy) -> Shape:
    """Return the SPDX document of a BOM that custody built.

    Args:
        bom: as `custody.lineage.bom.build` returns it.
        rules: the policy it was made under.
    """
    graph = _Graph(bom, rules)
    elements = [*graph.agents(), *graph.model(), *(one for data in bom["components"] for one in graph.dataset(data))]
    created = {
        "type": "CreationInfo",
        "@id": CREATION,
        "specVersion": VERSION,
        "created": to_second(bom["metadata"]["timestamp"]),
        "createdBy": [graph.author],
        "createdUsing": [graph.id("tool")],
    }
    document = graph.element(
        "SpdxDocument",
        "document",
        name=f"Bill of materials of {bom['metadata']['component']['name']}",
        profileConformance=PROFILES,
        rootElement=[graph.id(bom["metadata"]["component"]["bom-ref"])],
        element=[one["spdxId"] for one in elements],
    )
    return {"@context": CONTEXT, "@graph": [created, document, *elements]}


class _Graph:
    """The elements of one BOM.

    Args:
        bom: the BOM.
        rules: its policy.
    """

    def __init__(self, bom: Mapping[str, Any], rules: Policy) -> None:
        self.bom, self.rules = bom, rules
        self.tasks = [task for one in bom["formulation"] for flow in one["workflows"] for task in flow["tasks"]]
        maker = bom["metadata"].get("manufacturer", {}).get("name")
        self.author = self.id(f"agent:{maker}" if maker else "agent")

    def id(self, ref: str) -> str:
        """Return the IRI of an element."""
        return f"{self.bom['serialNumber']}#{quote(ref, safe='')}"

    def element(self, kind: str, ref: str, **fields: Any) -> Shape:
        """Return an element; empty fields are left out."""
        return {"type": kind, "spdxId": self.id(ref), "creationInfo": CREATION} | filled(fields)

    def relation(self, kind: str, source: str, targets: list[str], completeness: str = "") -> Shape:
        """Return a relationship between elements named by their bom-refs."""
        return self.element(
            "Relationship",
            f"{kind}:{source}",
            relationshipType=kind,
            to=[self.id(one) for one in targets],
            completeness=completeness,
            **{"from": self.id(source)},
        )

    def agents(self) -> Iterator[Shape]:
        """Yield who wrote the BOM, with which tool, and who supplied data."""
        (tool,) = self.bom["metadata"]["tools"]["components"]
        yield self.element("Tool", "tool", name=f"{tool['name']} {tool['version']}")
        if maker := self.bom["metadata"].get("manufacturer", {}).get("name"):
            yield self.element("Organization", f"agent:{maker}", name=maker)
        else:
            yield self.element("SoftwareAgent", "agent", name="custody")
        suppliers = {one["supplier"]["name"] for one in self.bom["components"] if "supplier" in one} - {maker}
        for name in sorted(suppliers):
            yield self.element("Organization", f"agent:{name}", name=name)

    def model(self) -> Iterator[Shape]:
        """Yield the AI package and what it was trained on."""
        told = self.bom["metadata"]["component"]
        card, ref = told["modelCard"], told["bom-ref"]
        parameters, said = card["modelParameters"], card["considerations"]
        kinds = (parameters.get("approach", {}).get("type"), parameters.get("architectureFamily"))
        personal = [is_personal(one) for one in self.bom["components"]]
        yield self.element(
            "ai_AIPackage",
            ref,
            name=told["name"],
            software_packageVersion=told["version"],
            software_primaryPurpose="model",
            software_downloadLocation=urn(told),
            suppliedBy=self.author,
            releaseTime=to_second(self.bom["metadata"]["timestamp"]),
            verifiedUsing=hashes(told),
            externalRef=references(told),
            ai_typeOfModel=[one for one in (*kinds, parameters.get("modelArchitecture")) if one],
            ai_domain=[parameters["task"]] if "task" in parameters else [],
            ai_informationAboutApplication=" ".join(said.get("useCases", ())),
            ai_informationAboutTraining=training(self.bom),
            ai_limitation=" ".join(said.get("technicalLimitations", ())),
            ai_hyperparameter=entries(facts(told, "hyperparameter:")),
            ai_metric=entries(
                (f"{one['type']} {one.get('slice', '')}".strip(), one["value"])
                for one in card.get("quantitativeAnalysis", {}).get("performanceMetrics", ())
            ),
            ai_useSensitivePersonalInformation="yes" if "yes" in personal else "noAssertion",
        )
        refs = [one["bom-ref"] for one in self.bom["components"]]
        yield self.relation("trainedOn", ref, refs, completeness="complete")
        yield self.grade(ref, dict(facts(told, ""))["grade"])

    def dataset(self, told: Mapping[str, Any]) -> Iterator[Shape]:
        """Yield a dataset package, its licence, its files and its earlier forms."""
        ref, (data,) = told["bom-ref"], told["data"]
        yield self._package(told, data)
        yield self.grade(ref, data["classification"])
        yield self.element(
            "simplelicensing_LicenseExpression",
            f"licence:{ref}",
            simplelicensing_licenseExpression=expression(told["licenses"]),
        )
        yield self.relation("hasConcludedLicense", ref, [f"licence:{ref}"])
        files = told.get("components", [])
        for one in files:
            yield self.element("software_File", one["bom-ref"], name=one["name"], verifiedUsing=hashes(one))
        told_whole = "noAssertion" if files[0]["hashes"] == told["hashes"] else "complete"  # or only their listing
        yield self.relation("contains", ref, [one["bom-ref"] for one in files], completeness=told_whole)
        forms = [one for one in told["pedigree"].get("ancestors", ()) if "hashes" in one]
        for one in forms:
            yield self.element(
                "software_Package",
                one["bom-ref"],
                name=one["name"],
                description=one["description"],
                software_packageVersion=one["version"],
                software_primaryPurpose="data",
                verifiedUsing=hashes(one),
            )
        if forms:
            yield self.relation("descendantOf", ref, [one["bom-ref"] for one in forms])

    def _package(self, told: Mapping[str, Any], data: Mapping[str, Any]) -> Shape:
        known = dict(facts(told, ""))
        supplier = told.get("supplier", {}).get("name")
        light = tlp_of_grade(self.rules, data["classification"])
        return self.element(
            "dataset_DatasetPackage",
            told["bom-ref"],
            name=told["name"],
            description=told["description"],
            software_packageVersion=told["version"],
            software_primaryPurpose="data",
            software_downloadLocation=data.get("contents", {}).get("url") or urn(told),
            software_attributionText=[known["attribution"]] if "attribution" in known else [],
            originatedBy=[self.id(f"agent:{supplier}")] if supplier else [],
            builtTime=self._when(told["bom-ref"], "outputs"),
            releaseTime=self._when(told["bom-ref"], "inputs", "gate"),
            verifiedUsing=hashes(told),
            externalRef=references(told),
            dataset_datasetType=[dataset_type(told)],
            dataset_confidentialityLevel=(light or "").lower(),
            dataset_hasSensitivePersonalInformation=is_personal(told),
            dataset_anonymizationMethodUsed=[f"redacted: {known['redacted']}"] if "redacted" in known else [],
            dataset_dataPreprocessing=[told["pedigree"]["notes"]],
            dataset_intendedUse=data["description"],
        )

    def grade(self, ref: str, grade: str) -> Shape:
        """Return the grade of an element as an annotation."""
        statement = f"grade: {grade} ({self.rules.graded_by.told})"
        return self.element(
            "Annotation", f"grade:{ref}", annotationType="other", statement=statement, subject=self.id(ref)
        )

    def _when(self, ref: str, side: str, name: str = "") -> str:
        """Return when the last task that wrote or read something ended; nothing when there was none."""
        ends = [
            task["timeEnd"]
            for task in self.tasks
            if name in ("", task["name"]) and any(one["resource"].get("ref") == ref for one in task.get(side, ()))
        ]
        return to_second(max(ends)) if ends else ""
