# SPDX-License-Identifier: Apache-2.0
"""What an audit hands on: JSON with a published schema, text, attributions, notices and lists of sources."""
