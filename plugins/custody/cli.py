# SPDX-License-Identifier: Apache-2.0
"""`custody …`: the verbs in a terminal.

Exit codes: 0 done or ok; 1 refused, mismatch or error; 2 incomplete (bytes or files that were not read) or wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from custody import cli_acceptance, cli_audit, cli_classify, cli_evidence, cli_impact, cli_lineage, cli_review, policy
from custody import home as homes
from custody.dataset import Dataset
from custody.errors import CustodyError
from custody.verbs.session import Outcome, Session

Arguments = argparse.Namespace
READER_GONE = 141  # as a shell tells of what ended by SIGPIPE


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code = int(arguments.command(arguments) or 0)
        sys.stdout.flush()  # so that a reader who went away shows here
    except BrokenPipeError:  # such as `custody show … | head`: nothing is wrong, and nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except CustodyError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a path that a command reads or writes itself
        where = f"{error.filename}: " if error.filename else ""
        print(f"UsageError: {where}{error.strerror or type(error).__name__}. Correct the path", file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="custody", description="Chain of custody for LLM training data.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "init", _init, "make a custody home from a policy template", "home", policy_file="--policy")
    checks = _add(commands, "policy", None, "check a policy file").add_subparsers(required=True, metavar="COMMAND")
    _add(checks, "check", _policy_check, "check a policy file", "file")
    _add(checks, "schema", _policy_schema, "print the JSON Schema of policy files")
    described = _add(commands, "sources", None, "check a sources file").add_subparsers(required=True, metavar="COMMAND")
    _add(described, "check", _sources_check, "check a sources file", "file")
    _add(described, "schema", _sources_schema, "print the JSON Schema of sources files")
    cli_audit.add(commands)
    cli_acceptance.add(commands)
    cli_evidence.add(commands)
    cli_classify.add(commands)
    for name, text in (("redact", "take out what the grade does not let pass"), ("encrypt", "encrypt by grade")):
        _verb(commands, name, _writing(name), text, "dataset", "output")
    _verb(commands, "decrypt", _writing("decrypt"), "write the plaintext of an encrypted dataset", "dataset", "output")
    _verb(commands, "expect", _expect, "hold a dataset against an expectation suite", "dataset", "suites")
    _verb(commands, "backup", _backup, "add a snapshot to the backup repository", "dataset")
    _verb(commands, "drill", _writing("drill"), "restore the newest backup and compare", "dataset", "output")
    gate = _verb(commands, "gate", _gate, "may exactly these bytes train a model?")
    gate.add_argument("datasets", nargs="+", type=Path)
    gate.add_argument("--intent", required=True)
    bom = _verb(commands, "bom", _bom, "write the BOM of a trained model and its bundle", "model", "output")
    bom.add_argument("--spec-version", choices=("1.6", "1.7"), default="1.6", help="of CycloneDX")
    bom.add_argument("--spdx", action="store_true", help="write the BOM as SPDX 3.0.1, too")
    bom.add_argument(
        "--croissant", type=Path, metavar="DIR", help="describe each dataset beside itself, in this directory"
    )
    cli_review.add(commands)
    _verb(commands, "summary", _summary, "tell what a run did").add_argument("--run", help="Airflow run id")
    cli_lineage.add(commands)
    cli_impact.add(commands)
    return parser


def _add(
    commands: Any, name: str, run: Callable[[Arguments], Any] | None, text: str, *paths: str, **options: str
) -> Any:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    for path in paths:
        parser.add_argument(path, type=Path)
    for target, flag in options.items():
        parser.add_argument(flag, dest=target, type=Path, required=True)
    return parser


def _verb(commands: Any, name: str, run: Callable[[Arguments], Any], text: str, *paths: str) -> Any:
    parser = _add(commands, name, run, text, *paths)
    parser.add_argument("--home", type=Path, help="the custody home; by default CUSTODY_HOME")
    return parser


def _session(arguments: Arguments) -> Session:
    return Session(homes.find(arguments.home))


def _say(outcome: Outcome) -> None:
    print(f"{outcome.step}: {outcome.dataset} ({outcome.grade}) at {outcome.uri}")
    print(f"  address {outcome.address}")
    print(f"  statement {outcome.statement or 'none: the policy asks for nothing here'}")
    for key, value in outcome.detail.items():
        print(f"  {key}: {json.dumps(value) if isinstance(value, dict | list) else value}")


def _init(arguments: Arguments) -> None:
    made = homes.init(arguments.home, arguments.policy_file)
    print(f"custody home at {made.path}; keep {made.path / 'keys'} secret and backed up")


def _policy_check(arguments: Arguments) -> None:
    rules = policy.load(arguments.file)
    print(f"{arguments.file}: ok, sha256 {rules.digest}")
    print(f"  scheme {rules.graded_by.told}")


def _policy_schema(_: Arguments) -> None:
    print(json.dumps(policy.Policy.model_json_schema(), indent=1))


def _sources_check(arguments: Arguments) -> None:
    from custody.audit import sources

    found = sources.load(arguments.file)
    print(f"{arguments.file}: {len(found.sources)} sources, well formed")


def _sources_schema(_: Arguments) -> None:
    from custody.audit import sources

    print(json.dumps(sources.Sources.model_json_schema(), indent=1))


def _writing(name: str) -> Callable[[Arguments], None]:
    def run(arguments: Arguments) -> None:
        from custody.verbs import backup, encrypt, redact

        verbs = {
            "redact": redact.redact,
            "encrypt": encrypt.encrypt,
            "decrypt": encrypt.decrypt,
            "drill": backup.drill,
        }
        _say(verbs[name](_session(arguments), Dataset(arguments.dataset), arguments.output))

    return run


def _expect(arguments: Arguments) -> None:
    from custody.verbs.expect import expect

    _say(expect(_session(arguments), Dataset(arguments.dataset), arguments.suites))


def _backup(arguments: Arguments) -> None:
    from custody.verbs.backup import backup

    _say(backup(_session(arguments), Dataset(arguments.dataset)))


def _gate(arguments: Arguments) -> None:
    from custody.verbs.gate import verify_custody

    for outcome in verify_custody(_session(arguments), [Dataset(one) for one in arguments.datasets], arguments.intent):
        _say(outcome)


def _bom(arguments: Arguments) -> None:
    from custody.verbs.bom import write_model_bom

    told = {"spec_version": arguments.spec_version, "spdx": arguments.spdx, "croissant": arguments.croissant}
    _say(write_model_bom(_session(arguments), arguments.model, arguments.output, **told))


def _summary(arguments: Arguments) -> None:
    from custody.verbs.summary import summary

    print(summary(_session(arguments), arguments.run))
