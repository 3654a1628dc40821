"""The registry of formats, each recognised by its content. The first that fits reads.

The plain format comes last: it takes any JSON whose names tell what the numbers are.
"""

from gatekeeper.performance.readers import (
    ab,
    artillery,
    autocannon,
    hey,
    hyperfine,
    k6,
    locust,
    native,
    plain,
    pytest_benchmark,
    wrk,
)
from gatekeeper.performance.trial import Format

FORMATS: tuple[Format, ...] = (
    native.NATIVE,
    autocannon.FORMAT,
    k6.FORMAT,
    artillery.FORMAT,
    ab.REPORT,
    ab.PERCENTILES,
    ab.OBSERVATIONS,
    wrk.FORMAT,
    hey.REPORT,
    hey.OBSERVATIONS,
    locust.TABLE,
    locust.STATS,
    pytest_benchmark.PYTEST_BENCHMARK,
    hyperfine.HYPERFINE,
    plain.PLAIN,
)
