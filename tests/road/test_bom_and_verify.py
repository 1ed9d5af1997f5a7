# SPDX-License-Identifier: Apache-2.0
"""The BOM and its bundle, verified offline by the command a stranger would run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from custody import cli
from custody.dataset import Dataset
from custody.verbs.session import Session
from custody.verbs.train import training

from .conftest import INTENT, Road, files_of


@pytest.fixture
def released(road: Road) -> Road:
    """A road walked to the end: trained, with BOM and bundle, and bytes to check against."""
    assert road.gate() == 0
    with training(Session(road.home), [Dataset(path) for path in road.final()], INTENT, road.path / "cleared") as run:
        cells = sum(len(column) for _, chunk in run.read() for column in chunk.columns.values())
        model = run.save("model.json", json.dumps({"cells": cells}).encode())
    assert cells > 0
    assert road.run("bom", model, road.path / "release") == 0
    for path in road.final():
        if not (road.path / "cleared" / path.name).exists():
            shutil.copytree(path, road.path / "cleared" / path.name)
    return road


def _verify(road: Road, *options: str | Path) -> int:
    bom, bundle = road.path / "release" / "model.cdx.json", road.path / "release" / "bundle"
    return cli.main(["verify", str(bom), "--bundle", str(bundle), *map(str, options)])


def test_a_complete_bundle_with_its_bytes_is_ok(released: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(released, "--bytes", released.path / "cleared") == 0
    assert capsys.readouterr().out.startswith("ok (keys trusted: those of the bundle's own policy")


def test_the_verifiers_own_policy_pins_the_keys(released: Road, capsys: pytest.CaptureFixture[str]) -> None:
    policy = released.home.path / "policy.yaml"
    assert _verify(released, "--bytes", released.path / "cleared", "--policy", policy) == 0
    assert capsys.readouterr().out.startswith("ok (keys trusted: those of your policy")


def test_without_bytes_it_is_incomplete_and_never_ok(released: Road, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(released) == 2
    said = capsys.readouterr().out
    assert said.startswith("incomplete")
    assert "bytes were not given" in said


def test_with_one_dataset_missing_it_is_incomplete(released: Road) -> None:
    shutil.rmtree(released.path / "cleared" / "dataset_cards")
    assert _verify(released, "--bytes", released.path / "cleared") == 2


def test_the_policy_of_somebody_else_does_not_verify(released: Road, start: Road) -> None:
    assert _verify(released, "--bytes", released.path / "cleared", "--policy", start.home.path / "policy.yaml") == 1


def _flip_data(road: Road) -> None:
    file = next(one for one in (road.path / "cleared" / "chinook_people").iterdir())
    file.write_bytes(file.read_bytes()[:-1] + b"\0")


def _flip_model(road: Road) -> None:
    (road.path / "cleared" / "model.json").write_bytes(b'{"cells": 0}')


def _edit_bom(change: Callable[[dict[str, object]], None]) -> Callable[[Road], None]:
    def edit(road: Road) -> None:
        file = road.path / "release" / "model.cdx.json"
        bom = json.loads(file.read_text())
        change(bom)
        file.write_text(json.dumps(bom))

    return edit


def _lower_grade(bom: dict) -> None:  # type: ignore[type-arg]
    bom["components"][0]["data"][0]["classification"] = "public"


def _drop_dataset(bom: dict) -> None:  # type: ignore[type-arg]
    gone = bom["components"].pop()
    card = bom["metadata"]["component"]["modelCard"]["modelParameters"]
    card["datasets"] = [one for one in card["datasets"] if one["ref"] != gone["bom-ref"]]
    bom["dependencies"] = [one for one in bom["dependencies"] if one["ref"] != gone["bom-ref"]]
    bom["dependencies"][0]["dependsOn"].remove(gone["bom-ref"])
    bom["compositions"][0]["assemblies"].remove(gone["bom-ref"])


def _other_licence(bom: dict) -> None:  # type: ignore[type-arg]
    bom["components"][0]["licenses"] = [{"license": {"id": "CC0-1.0"}}]


def _spoil_bom(road: Road) -> None:
    (road.path / "release" / "model.cdx.json").write_bytes(b"{")


TAMPERED: dict[str, Callable[[Road], None]] = {
    "a byte of the data is flipped": _flip_data,
    "the model is another one": _flip_model,
    "the BOM claims a lower grade": _edit_bom(_lower_grade),
    "the BOM leaves a dataset out": _edit_bom(_drop_dataset),
    "the BOM claims another licence": _edit_bom(_other_licence),
    "the BOM is not JSON": _spoil_bom,
}


@pytest.mark.parametrize("case", TAMPERED)
def test_it_is_a_mismatch_when(case: str, released: Road, capsys: pytest.CaptureFixture[str]) -> None:
    TAMPERED[case](released)
    assert _verify(released, "--bytes", released.path / "cleared") == 1
    assert capsys.readouterr().out.startswith("mismatch")


def test_deleting_or_editing_any_single_file_of_the_bundle_is_a_mismatch(
    released: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = released.path / "release" / "bundle"
    survived = []
    for path, data in files_of(bundle).items():
        for change in ("delete", "edit"):
            file = bundle / path
            file.unlink() if change == "delete" else file.write_bytes(data + b" ")
            if _code(released) != 1:
                survived.append(f"{change} {path}")
            file.write_bytes(data)
    capsys.readouterr()
    assert survived == []
    assert _code(released) == 0, "the bundle is whole again"


def test_adding_a_file_to_the_bundle_is_a_mismatch(released: Road) -> None:
    (released.path / "release" / "bundle" / "ledger" / "note.txt").write_text("hello")
    assert _code(released) == 1


def _code(road: Road) -> int:
    """`policy.yaml` deleted is a usage error, which the command line reports with the same code as a mismatch."""
    return _verify(road, "--bytes", road.path / "cleared")


def test_writing_the_bom_again_changes_nothing_but_its_own_statement(released: Road) -> None:
    first = files_of(released.path / "release" / "bundle")
    (own,) = (one.name.partition("-")[2] for one in (released.path / "release").rglob("bom-*"))
    assert released.run("bom", released.path / "cleared" / "model.json", released.path / "release") == 0
    assert _code(released) == 0
    second = files_of(released.path / "release" / "bundle")
    changed = [path for path, data in first.items() if second.get(path) != data]
    assert changed
    assert all(own in path for path in changed), changed


def test_no_bom_is_written_for_a_model_nobody_trained(road: Road, capsys: pytest.CaptureFixture[str]) -> None:
    model = road.path / "stray.json"
    model.write_text("{}")
    assert road.run("bom", model, road.path / "release") == 1
    assert "no signed training made this model" in capsys.readouterr().err
    assert not (road.path / "release").exists()
