"""The connection to Ray."""

from __future__ import annotations

import logging
import os
from typing import Optional

from skant_ray.errors import RunError

# Ray reports how its command line is used.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray  # noqa: E402


def connect(address: Optional[str]) -> None:
    """Connects to a cluster, or starts one on this machine."""
    try:
        # What tasks print stays in the logs of their nodes: the output of this program is the rows.
        ray.init(address=address, log_to_driver=False, logging_level=logging.WARNING)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = f"the cluster {address}" if address else "Ray"
        raise RunError(
            f"cannot connect to {where}: {' '.join(str(error).split())[:300]}",
            "`ray start --head` starts a cluster, `ray status` shows it; its Ray and Python have to be of the same "
            "versions as these",
        ) from None


def disconnect() -> None:
    ray.shutdown()
