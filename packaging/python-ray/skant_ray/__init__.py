"""Scans the histories of many git repositories for secrets on a Ray cluster.

``skant-fleet-ray`` reads an inventory of ``skant fleet plan`` and keeps a store as ``skant fleet scan`` does:
docs/fleet.md describes both, and docs/fleet-engines.md the rest.

The driver holds the units in flight and nothing else: it reads the inventory line by line, and no report passes it. Each
unit is a task, which runs the program ``skant`` on its node. Nothing here knows rules, keys of units or formats of
reports.
"""

__version__ = "0.1.0"
