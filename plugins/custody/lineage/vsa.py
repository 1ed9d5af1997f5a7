# SPDX-License-Identifier: Apache-2.0
"""A verification as a SLSA verification summary (VSA), for those who need the answer and may not see the records.

PASSED only where the answer is a plain ok under a policy that the verifier brought; bytes that were not read make it
FAILED, and so do keys that nothing but the bundle names. The extension key says which.
"""

from __future__ import annotations

import json

from custody.keys import Signer
from custody.lineage import dsse
from custody.lineage.predicates import verification_summary
from custody.lineage.statement import STATEMENT_TYPE, VSA, Subject
from custody.lineage.verification import Verification

DETAIL = "urn:custody:verify:v1"
LEVEL = "CUSTODY_VERIFIED"


def summary(found: Verification, bom: Subject, signer: Signer | None = None) -> bytes:
    """Return the in-toto statement of a verification, in a DSSE envelope when there is a key to sign it.

    Args:
        found: what the verification found.
        bom: the BOM file that was verified; the subject beside the model and the datasets that were reached.
        signer: the verifier's key.
    """
    passed = found.result == "ok" and found.pinned
    body = verification_summary(bom["name"], found.policy, found.statements, passed=passed)
    told = {"result": found.result, "broken": found.broken, "unchecked": found.unchecked, "head": found.head}
    body |= {
        "resourceUri": f"urn:custody:bom:{bom['name']}",
        "verifiedLevels": [LEVEL] if passed else [],
        DETAIL: {**told, "policyPinned": found.pinned},
    }
    statement = {"_type": STATEMENT_TYPE, "subject": [bom, *found.subjects], "predicateType": VSA, "predicate": body}
    payload = json.dumps(statement, sort_keys=True, ensure_ascii=False).encode()
    return dsse.sign(payload, signer) if signer else payload
