# SPDX-License-Identifier: Apache-2.0
"""The sources file: what each dataset is, where it came from, and under which terms."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from custody import yamlfile
from custody.audit.provenance import Proof
from custody.audit.records.basis import PersonalData
from custody.audit.records.contract import Contract
from custody.audit.records.dates import Day
from custody.audit.rights.crawl import Crawl
from custody.errors import PolicyError
from custody.yamlfile import Strict

MAX_SIZE = 64 << 20  # bytes of a sources file: about 200,000 sources
Kind = Literal["dataset", "web-domain", "model-output", "purchased", "user", "internal"]


def _as_list(value: Any) -> Any:
    """One thing may be written where a list of them is meant."""
    return value if isinstance(value, (list, tuple)) else [] if value == "" else [value]


def _as_mapping(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    """YAML makes a number or a date of what looks like one. Of 1.10 it makes 1.1: only a quoted one is certain."""
    return str(value) if isinstance(value, (int, date)) and not isinstance(value, bool) else value


Edition = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int)]
Names = Annotated[tuple[str, ...], BeforeValidator(_as_list, json_schema_input_type=str | tuple[str, ...])]


class Origin(Strict):
    """Where a dataset was got from.

    owner: who holds the rights. uploader: whose account it was got from, where that is another. grant: the file by
    which the owner lets the uploader pass the data on.
    """

    url: str = ""
    publisher: str = ""
    owner: str = ""
    uploader: str = ""
    grant: str = ""
    revision: Edition = ""
    retrieved: Day = ""


class Generator(Strict):
    """A model that wrote data. terms: the name of its terms; terms_version: their edition at that time."""

    model: str
    provider: str = ""
    terms: str = ""
    terms_version: Edition = ""


class Parent(Strict):
    """What a dataset was made from: another source of the file, or one outside it, which needs a licence of its own."""

    name: str
    url: str = ""
    owner: str = ""
    licence: str = ""
    generated_by: tuple[Generator, ...] = ()


class FilePart(Strict):
    """Files with a licence of their own. glob: as `*.jsonl`, relative to the data; `*` stands for slashes, too."""

    glob: str
    licence: str
    licence_file: str = ""


class RowLicence(Strict):
    """The column in which each row has its licence. glob: the files with that column, as in `FilePart`."""

    column: str
    glob: str = "*"


class RowOrigin(Strict):
    """The columns that opt-outs are looked up by; those with usual names when this is not given.

    url: the address a row is from. owner: who it belongs to. content: its text. single: every row is of the one address
    and the one owner that `origin` names, so that no column has to tell these.
    """

    url: str = ""
    owner: str = ""
    content: str = ""
    single: bool = False


class OptoutList(Strict):
    """A list of opt-outs or takedowns, see `custody.audit.optouts`.

    file: relative to the sources file. sha256: of it, when it must be just this one. earlier: an older version, of
    which no entry may be missing.
    """

    file: str
    sha256: str = ""
    earlier: str = ""


def _in_utc(value: datetime) -> datetime:
    """A time without a zone is UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


EvidenceKind = Literal[
    "licence", "terms", "robots", "tdmrep", "headers", "page", "rsl", "c2pa", "tdm-policy", "contract", "approval"
]


class EvidenceEntry(Strict):
    """Something that was kept to show on which terms data was got.

    file: relative to the sources file. digest: SHA-256 of the bytes, which the evidence store has when there is no
    file. fetched_at: in UTC unless it names a zone. status: of the HTTP answer.
    """

    kind: EvidenceKind
    file: str = ""
    digest: str = ""
    url: str = ""
    fetched_at: Annotated[datetime, AfterValidator(_in_utc)] | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    content_type: str = ""


class Approved(Strict):
    """A text that somebody approved. digest: SHA-256 of its words (the audit tells it) or of its bytes."""

    kind: Literal["licence", "terms"]
    digest: str
    by: str
    on: date


class Source(Strict):
    """One dataset of one origin. Paths are relative to the sources file."""

    name: str
    path: str
    kind: Kind = "dataset"
    origin: Origin = Field(default_factory=Origin)
    derived_from: tuple[Annotated[Parent, BeforeValidator(_as_mapping, json_schema_input_type=str | Parent)], ...] = ()
    generated_by: tuple[Generator, ...] = ()
    collected_from: Names = ()  # sites, services or publishers the content was taken from
    gated: bool | None = None  # behind a login, a click-through or a paywall
    licence: str = ""  # as declared: an SPDX expression, a name or a URL
    licence_file: str = ""
    attribution: str = ""
    files: tuple[FilePart, ...] = ()
    row_licence: RowLicence | None = None
    row_origin: RowOrigin | None = None
    crawl: Crawl | None = None
    metadata: Names = ()  # Croissant, dataset card, Data Package, CycloneDX or SPDX files
    evidence: tuple[EvidenceEntry, ...] = ()
    approved: tuple[Approved, ...] = ()
    personal_data: PersonalData | None = None
    classification: str = ""  # custody's report on the data, as JSON
    contract: Contract | None = None
    supplier: str = ""  # its id in the register
    proof: Proof = Field(default_factory=Proof)
    listed: str = ""  # the address when it was listed, or a file with the listing of then
    held_out: bool = False  # for evaluation: none of it may be in what is trained on
    acceptance: str = ""  # the file that records the acceptance checks


class Sources(Strict):
    """The whole file."""

    sources: tuple[Source, ...]
    suppliers: str = ""  # the register of suppliers
    optouts: tuple[OptoutList, ...] = ()  # what none of the sources may hold


def load(path: Path) -> Sources:
    """Read and check a sources file.

    Raises:
        PolicyError: names file, line and column, what was received, and what is allowed.
    """
    data = yamlfile.read(path, "write one, or correct the path", MAX_SIZE)
    parsed = yamlfile.parse(data, Sources, str(path), MAX_SIZE)
    seen: set[str] = set()
    for index, source in enumerate(parsed.value.sources):
        # later steps name a dataset after its directory, and write it under that name
        names = {source.name, Path(source.path).name}
        if taken := sorted(names & seen):
            at = parsed.at("sources", index)
            raise PolicyError(f"two sources are called {taken[0]!r}", where=at, remedy="rename one")
        if source.name in ("", ".", "..") or {"/", "\0"} & set(source.name):
            at = parsed.at("sources", index)
            what = f"{source.name[:80]!r} cannot name a dataset"
            raise PolicyError(what, where=at, allowed="a name without /, not . or ..", remedy="rename it")
        if not _there(path.parent / source.path):
            at = parsed.at("sources", index)
            raise PolicyError(f"there is no data at {source.path!r}", where=at, remedy="correct the path, or fetch it")
        seen |= names
    return parsed.value


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # no file can have such a name
        return False
