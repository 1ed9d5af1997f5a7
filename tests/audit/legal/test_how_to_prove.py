# SPDX-License-Identifier: Apache-2.0
"""The guide to records: its files are read as they stand there, and its table has every code of these rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from custody import yamlfile
from custody.audit.acceptance import Record
from custody.audit.provenance import is_public_key
from custody.audit.records.suppliers import load
from custody.audit.sources import Sources
from custody.intents import AuditSettings
from custody.yamlfile import Strict
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "how-to" / "prove-sources.md").read_text(encoding="utf-8")
BLOCKS = {match[1]: match[2] for match in re.finditer(r"```yaml\n# (\S+)\n(.*?)```", GUIDE, re.DOTALL)}


class _Policy(Strict):
    audit: AuditSettings


@pytest.mark.parametrize(
    ("name", "model"),
    [("sources.yaml", Sources), ("policy.yaml", _Policy), ("acceptance/tickets.yaml", Record)],
)
def test_the_files_of_the_guide_are_read(name: str, model: type[Strict]) -> None:
    assert yamlfile.parse(BLOCKS[name].encode(), model, name).value.model_dump()


def test_the_register_and_the_key_of_the_guide_are_read(tmp_path: Path) -> None:
    (tmp_path / "suppliers.yaml").write_text(BLOCKS["suppliers.yaml"])
    assert set(load(tmp_path / "suppliers.yaml").suppliers) == {"example"}
    audit = yamlfile.parse(BLOCKS["policy.yaml"].encode(), _Policy, "policy").value.audit
    assert all(map(is_public_key, audit.provenance.publishers["Example Ltd"].keys))
    assert set(BLOCKS) == {"sources.yaml", "policy.yaml", "suppliers.yaml", "acceptance/tickets.yaml"}


def test_every_code_of_these_rules_is_in_the_table() -> None:
    audit = ROOT / "plugins" / "custody" / "audit"
    files = [audit / "rules" / f"{name}.py" for name in ("acceptance", "changed", "contract", "personal", "supplier")]
    files += [audit / "rules" / "provenance.py", *(audit / "screens").glob("*.py")]
    codes = {code for path in files for code in re.findall(r'"([A-Z]{3}\d{3})"', path.read_text(encoding="utf-8"))}
    assert len(codes) >= 15
    told = set(re.findall(r"[A-Z]{3}\d{3}", GUIDE)) | {"ACC131", "ACC132"}
    assert codes <= told
