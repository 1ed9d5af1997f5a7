# SPDX-License-Identifier: Apache-2.0
"""Records a person keeps about a source: contracts, legal bases, suppliers."""
