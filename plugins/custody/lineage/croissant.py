# SPDX-License-Identifier: Apache-2.0
"""A dataset of a model BOM as Croissant 1.1, to lie beside the data: licence, digests of files, terms of use, origin.

It says what the BOM says and no more; record sets are not described. Terms of use are an ODRL offer, as the chapter on
governance of the Croissant specification proposes, and provenance is PROV-O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from custody.lineage.bom.shapes import Shape, filled

CONFORMS = "http://mlcommons.org/croissant/1.1"
CONTEXT: Shape = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_FORMATS = {  # IANA media types, and Apache's own for Parquet and Arrow
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".jsonl": "application/jsonlines",
    ".parquet": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.file",
    ".gz": "application/gzip",
    ".zst": "application/zstd",
}


def to_croissant(bom: Mapping[str, Any], told: Mapping[str, Any]) -> Shape:
    """Return the Croissant description of one dataset.

    Args:
        bom: as `custody.lineage.bom.build` returns it.
        told: one of its components.
    """
    (data,) = told["data"]
    facts = {one["name"].removeprefix("custody:"): one["value"] for one in told["properties"]}
    supplier = told.get("supplier", {}).get("name")
    return {"@context": CONTEXT, "@type": "sc:Dataset", "conformsTo": CONFORMS} | filled(
        {
            "name": told["name"],
            "description": f"{told['description']} {told['pedigree']['notes']}",
            "license": [_licence(one) for one in told["licenses"]],
            "url": data.get("contents", {}).get("url") or f"urn:custody:sha256:{_sha256(told)}",
            "creator": {"@type": "Organization", "name": supplier} if supplier else {},
            "datePublished": bom["metadata"]["timestamp"].partition("T")[0],
            "citeAs": facts.get("attribution"),
            "distribution": list(_files(told)),
            "usageInfo": _usage(bom, told, data),
            "rai:personalSensitiveInformation": data.get("sensitiveData"),
            "prov:wasDerivedFrom": list(_ancestors(told)),
            "prov:wasGeneratedBy": list(_activities(bom, told)),
            "prov:wasAttributedTo": {"@type": "prov:Organization", "prov:label": supplier} if supplier else {},
        }
    )


def _licence(one: Mapping[str, Any]) -> str:
    licence = one.get("license", {})
    if "id" in licence:
        return f"https://spdx.org/licenses/{licence['id']}.html"
    return str(one.get("expression") or licence["name"])


def _files(told: Mapping[str, Any]) -> Iterator[Shape]:
    for one in told.get("components", ()):
        listing = one["hashes"] == told["hashes"]
        place = f"ledger/documents/{_sha256(told)}" if listing else _beside(told["name"], one["name"])
        yield {
            "@type": "cr:FileObject",
            "@id": one["name"],
            "name": one["name"],
            "contentUrl": quote(place, safe="/"),
            "encodingFormat": "text/plain" if listing else _format(one["name"]),
            "sha256": _sha256(one),
        }


def _beside(dataset: str, path: str) -> str:
    """Return where a file is, as seen from beside the dataset; a dataset may be one file."""
    return path if dataset == path else f"{dataset}/{path}"


def _format(name: str) -> str:
    return next((kind for end, kind in _FORMATS.items() if name.endswith(end)), "application/octet-stream")


def _usage(bom: Mapping[str, Any], told: Mapping[str, Any], data: Mapping[str, Any]) -> Shape:
    """Return what the data may be used for, as cleared; who uses it otherwise asks the audit again."""
    intent = next(one["value"] for one in bom["metadata"]["properties"] if one["name"] == "custody:intent")
    duties = [one["value"] for one in told["properties"] if one["name"] == "custody:obligation"]
    constraints = {"intent": intent, "grade": data["classification"]}
    return {
        "@type": ["CreativeWork", "odrl:Offer"],
        "name": data["description"],
        "odrl:permission": filled(
            {
                "@type": "odrl:Permission",
                "odrl:action": {"@id": "odrl:use"},
                "odrl:constraint": [
                    {
                        "@type": "odrl:Constraint",
                        "odrl:leftOperand": {"@id": f"urn:custody:{name}"},
                        "odrl:operator": {"@id": "odrl:eq"},
                        "odrl:rightOperand": value,
                    }
                    for name, value in constraints.items()
                ],
                "odrl:duty": [{"@type": "odrl:Duty", "name": one} for one in duties],
            }
        ),
    }


def _ancestors(told: Mapping[str, Any]) -> Iterator[Shape]:
    forms = told["pedigree"].get("ancestors", [])
    parents = [one for form in forms for one in form.get("pedigree", {}).get("ancestors", ())]
    for one in (*forms, *parents):
        places = [ref["url"] for ref in one.get("externalReferences", ()) if ref["type"] == "distribution"]
        yield filled(
            {
                "@type": "prov:Entity",
                "@id": f"urn:custody:sha256:{_sha256(one)}" if "hashes" in one else quote(one["bom-ref"], safe=":"),
                "prov:label": f"{one['name']}: {one['description']}",
                "prov:atLocation": places[0] if places else "",
            }
        )


def _activities(bom: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Shape]:
    """Yield the tasks that made the dataset or one of its earlier forms."""
    forms = {told["bom-ref"], *(one["bom-ref"] for one in told["pedigree"].get("ancestors", ()))}
    tasks = [task for one in bom["formulation"] for flow in one["workflows"] for task in flow["tasks"]]
    for task in tasks:
        if forms & {one["resource"].get("ref") for one in task["outputs"]}:
            yield {
                "@type": "prov:Activity",
                "@id": f"urn:custody:statement:{task['uid']}",
                "prov:label": task["name"],
                "prov:endedAtTime": task["timeEnd"],
            }


def _sha256(one: Mapping[str, Any]) -> str:
    return str(one["hashes"][0]["content"])
