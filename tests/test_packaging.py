# SPDX-License-Identifier: Apache-2.0
"""What the wheel holds, what Airflow finds in it, and what importing it costs."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
TREES = {"custody/classifiers": ROOT / "classifiers", "custody": ROOT / "plugins" / "custody"}
HEAVY = (
    "presidio_analyzer",
    "pandas",
    "great_expectations",
    "spacy",
    "boto3",
    "fastapi",
    "pyarrow",
    "obstore",
)


def run(*command: str | Path, **options: Any) -> str:
    """Run a command and return what it printed; fail with all of it when it fails."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def package_files() -> set[str]:
    """Every file of the package, by its name in the wheel."""
    found = set()
    for name, tree in TREES.items():
        for path in tree.rglob("*"):
            link = tree / "classifiers" in (path, *path.parents)
            if path.is_file() and not link and "__pycache__" not in path.parts:
                found.add(f"{name}/{path.relative_to(tree).as_posix()}")
    return found


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy that holds what a clone holds."""
    copy = tmp_path_factory.mktemp("wheel") / "source"
    kept = ("LICENSE", "README.md", "pyproject.toml", "classifiers", "plugins")
    for name in kept:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    run(BIN / "python", "-m", "build", "--wheel", "--installer", "uv", copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_the_package_tree_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == package_files()
    assert {Path(name).suffix for name in names} >= {".py", ".yaml", ".html", ".typed"}


def test_the_package_list_names_every_directory_with_code() -> None:
    directories = {Path(name).parent.as_posix().replace("/", ".") for name in package_files() if name.endswith(".py")}
    assert set(PYPROJECT["tool"]["setuptools"]["packages"]) == directories


def test_the_classifiers_in_the_package_are_the_ones_at_the_root() -> None:
    link = ROOT / "plugins" / "custody" / "classifiers"
    assert link.is_symlink()
    assert link.resolve() == ROOT / "classifiers"


def test_every_entry_point_loads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/entry_points.txt"))
        told = configparser.ConfigParser()
        told.read_string(archive.read(name).decode())
    mine = [EntryPoint(one, value, group) for group in told.sections() for one, value in told[group].items()]
    assert {(one.group, one.name) for one in mine} == {
        ("airflow.plugins", "custody"),
        ("airflow.policy", "custody"),
        ("apache_airflow_provider", "provider_info"),
        ("console_scripts", "custody"),
    }
    for one in mine:
        assert one.load()


@pytest.mark.parametrize("module", ["custody.operators", "custody.operators.links", "custody.steward.plugin"])
def test_what_airflow_imports_of_custody_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    assert run(sys.executable, "-c", code).split() == []


def test_airflow_reads_the_provider_as_it_is_meant() -> None:
    from airflow.configuration import conf
    from airflow.providers_manager import ProvidersManager

    from custody.provider import OPERATORS, PACKAGE

    manager = ProvidersManager()  # type: ignore[no-untyped-call]
    provider = manager.providers[PACKAGE]
    assert provider.version == PYPROJECT["project"]["version"]
    assert provider.data["versions"] == [provider.version]
    assert "custody.operators.links.ReportLink" in manager.extra_links_class_names
    assert dict(manager.provider_configs)[PACKAGE]["custody"]["options"].keys() == {"home", "require_gate"}
    assert conf.get("custody", "home") == ""
    assert not conf.getboolean("custody", "require_gate")
    modules = {path.stem for path in (ROOT / "plugins" / "custody" / "operators").glob("[!_]*.py")}
    assert set(OPERATORS) <= modules


def test_the_provider_names_every_module_that_exports_an_operator() -> None:
    from custody import operators
    from custody.provider import get_provider_info

    exported = (getattr(operators, name) for name in operators.__all__ if name.endswith("Operator"))
    (named,) = get_provider_info()["operators"]
    assert set(named["python-modules"]) == {one.__module__ for one in exported}


def test_the_layers_name_every_module_of_lineage() -> None:
    (layers, _) = PYPROJECT["tool"]["importlinter"]["contracts"]
    told = {name for layer in layers["layers"] for name in layer.replace(":", " ").split() if "lineage." in name}
    found = (ROOT / "plugins" / "custody" / "lineage").glob("[!_]*")
    modules = (path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").is_file())
    assert told == {f"lineage.{name}" for name in modules}


@pytest.mark.parametrize(
    ("where", "imported", "contract"),
    [
        ("errors.py", "custody.storage", "layers"),
        ("lineage/statement.py", "custody.lineage.ledger", "layers"),
        ("classifiers/__init__.py", "custody.lineage.ledger", "layers"),
        ("classifiers/recognizers/__init__.py", "custody.protect", "layers"),
        ("verbs/session.py", "custody.operators", "layers"),
        ("home.py", "airflow.sdk", "only operators and steward know Airflow"),
        ("classifiers/__init__.py", "airflow.sdk", "only operators and steward know Airflow"),
    ],
)
def test_an_import_against_the_rules_breaks_the_check(where: str, imported: str, contract: str, tmp_path: Path) -> None:
    shutil.copytree(TREES["custody"], tmp_path / "custody", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "custody" / where).open("a") as file:
        file.write(f"\n\ndef against_the_rules() -> None:\n    import {imported}\n")
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [str(BIN / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert [line for line in broken if line.startswith(contract)], done.stdout


@pytest.mark.slow
def test_airflow_shows_custody_in_an_environment_that_has_only_the_wheel(wheel: Path, tmp_path: Path) -> None:
    uv = shutil.which("uv", path=BIN) or "uv"
    locked = run(uv, "export", "--frozen", "--no-dev", "--no-emit-project", "--quiet", cwd=ROOT)
    (tmp_path / "locked.txt").write_text(locked)
    venv = tmp_path / "venv"
    run(uv, "venv", "--quiet", "--python", sys.executable, venv)
    run(uv, "pip", "install", "--quiet", "--python", venv / "bin" / "python", "-r", tmp_path / "locked.txt")
    run(uv, "pip", "install", "--quiet", "--python", venv / "bin" / "python", "--no-deps", wheel)
    env = {"AIRFLOW_HOME": str(tmp_path / "airflow"), "PATH": f"{venv / 'bin'}:/usr/bin:/bin", "COLUMNS": "200"}
    here = {"env": env, "cwd": tmp_path}
    run(venv / "bin" / "airflow", "db", "migrate", **here)
    version = PYPROJECT["project"]["version"]
    rows = run(venv / "bin" / "airflow", "providers", "list", "--output", "plain", **here)
    assert [line for line in rows.splitlines() if line.startswith("airflow-provider-custody") and version in line]
    plugins = run(venv / "bin" / "airflow", "plugins", "--output", "plain", **here)
    assert [line for line in plugins.splitlines() if line.split()[:1] == ["custody"]], plugins
    assert "init" in run(venv / "bin" / "custody", "--help", **here)
