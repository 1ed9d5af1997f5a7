# SPDX-License-Identifier: Apache-2.0
"""From what somebody wrote about a licence to its terms."""
