"""`gatekeeper cache`: what is kept between runs, and how to be rid of it."""

from __future__ import annotations

import sys
from collections import Counter

from gatekeeper.cache.store import Store, home


def run_cache_clear() -> int:
    """Drop all results of earlier runs."""
    store = Store(home())
    freed = sum(entry.size for entry in store.entries())
    store.clear()
    sys.stdout.write(f"{freed / 1e6:.1f} MB of results dropped from {store.folder}\n")
    return 0


def run_cache_show() -> int:
    """Say where results are kept, how many, and how large they are."""
    store = Store(home())
    sizes: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    for entry in store.entries():
        sizes[entry.path.parent.name] += entry.size
        numbers[entry.path.parent.name] += 1
    problem = store.problem()
    lines = [str(store.folder), *([f"not used: {problem}"] if problem else [])]
    lines += [f"{kind}: {numbers[kind]}, {sizes[kind] / 1e6:.1f} MB" for kind in sizes]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
