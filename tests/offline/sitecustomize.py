"""Read by every Python that starts with this folder on PYTHONPATH: child processes, kernels, servers."""

from __future__ import annotations

import equitykit_offline

equitykit_offline.forbid()
equitykit_offline.spare()
