"""What words in the names of plain JSON mean: one table, to be extended by a line.

A key such as `avg_response_time_ms` is cut into words by plain_names.py; the longest
run of them that stands here counts. The words of a row are separated by commas.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatekeeper.performance.quantities import Kind


class Role(enum.Enum):
    """What a word does besides naming a kind, a statistic or a unit."""

    #: Says nothing: `results`, `api`. A name of such words only is no name.
    FILLER = enum.auto()
    #: A number of things where no unit says otherwise: `pool`, `connections`.
    COUNT = enum.auto()
    #: No measurement, whatever stands beside it: `timestamp`, `uptime`.
    META = enum.auto()
    #: No measurement where nothing stands beside it: `status`, `id`.
    TAG = enum.auto()
    #: At the end of a name: a limit, or something computed from measurements.
    VERDICT = enum.auto()
    #: At the end of a name: what is below describes how it was measured.
    SETTING = enum.auto()
    #: A share: `error rate`. Of other things than errors it is no time.
    RATE = enum.auto()
    #: The share of what went well.
    SUCCESS = enum.auto()
    #: The sum of all, which is no time of one.
    TOTAL = enum.auto()
    #: What is below has percentages as names.
    PERCENTILES = enum.auto()
    #: `per request`: fits a time only.
    EACH = enum.auto()
    #: `per hour`, `per user`, `2xx`: of no quantity that is known here.
    FOREIGN = enum.auto()


@dataclass(frozen=True, slots=True)
class Word:
    """The meaning of a word. One that is `named` also belongs to the subject's name."""

    kind: Kind | None = None
    statistic: str = ""
    unit: str = ""
    role: Role | None = None
    named: bool = False


_KINDS = (
    (
        Word(Kind.LATENCY),
        "latency, latencies, response time, response times, time, times, timing,"
        " timings, duration, durations, elapsed, elapsed time",
    ),
    (Word(Kind.LATENCY, named=True), "ttfb, rtt"),
    (
        Word(Kind.DATABASE),
        "database, databases, db, mongo, mongodb, pymongo, motor, mongoose, postgres,"
        " postgresql, mysql, mariadb, sqlite, sql, sequelize, prisma, query, queries",
    ),
    (Word(Kind.CACHE), "cache, caches, caching, redis, memcached, memcache"),
    (Word(Kind.MEMORY), "memory, mem, rss, ram"),
    (Word(Kind.MEMORY, named=True), "heap, uss, vms, swap"),
    (Word(Kind.CPU), "cpu, processor"),
    (Word(Kind.IO), "io, i per o, mbps"),
    (Word(Kind.IO, named=True), "disk, network, bandwidth"),
    (Word(Kind.THROUGHPUT), "throughput, request rate, requests rate"),
    (Word(Kind.THROUGHPUT, named=True), "transfer rate, transfer rates"),
    (Word(Kind.THROUGHPUT, unit="/s"), "rps, qps, tps"),
    (
        Word(Kind.ERROR_RATE),
        "error, errors, failure, failures, failed, fail, fails, unsuccessful, faults",
    ),
    (
        Word(Kind.ERROR_RATE, named=True),
        "exception, exceptions, ko, kos, dropped, rejected, refused, aborted, timeouts,"
        " timed out, time outs, 3xx, 4xx, 5xx, non2xx",
    ),
    (Word(Kind.ERROR_RATE, role=Role.RATE), "http req failed"),
    (Word(Kind.ERROR_RATE, role=Role.RATE, named=True), "timeout rate, timeouts rate"),
    (
        Word(Kind.ERROR_RATE, unit="%", named=True),
        "timeout percent, timeout percentage, timeout pct, timeout %",
    ),
    (
        Word(Kind.ERROR_RATE, role=Role.SUCCESS),
        "success rate, successrate, pass rate, ok rate, availability",
    ),
    (
        Word(Kind.ERROR_RATE, unit="%", role=Role.SUCCESS),
        "success percent, success percentage, success pct, success %",
    ),
    (Word(Kind.ERROR_RATE, unit="ratio", role=Role.SUCCESS), "success ratio"),
)
_STATISTICS = (
    (Word(statistic="mean"), "mean, average, avg"),
    (Word(statistic="p50"), "median, med"),
    (Word(statistic="min"), "min, minimum, fastest, lowest"),
    (Word(statistic="max"), "max, maximum, slowest, highest, longest"),
    (Word(statistic="peak"), "peak"),
)
_UNITS = (
    (Word(unit="ns"), "ns, nanos, nanosecond, nanoseconds"),
    (
        Word(unit="us"),
        "us, \u00b5s, \u03bcs, usec, usecs, micros, microsecond, microseconds",
    ),
    (Word(unit="ms"), "ms, msec, msecs, millis, millisecond, milliseconds"),
    (Word(unit="s"), "s, sec, secs, second, seconds"),
    (Word(unit="minutes"), "minute, minutes"),
    (Word(unit="bytes"), "byte, bytes"),
    (Word(unit="kb"), "kb, kilobyte, kilobytes"),
    (Word(unit="kib"), "kib"),
    (Word(unit="mb"), "mb, megabyte, megabytes"),
    (Word(unit="mib"), "mib"),
    (Word(unit="gb"), "gb, gigabyte, gigabytes"),
    (Word(unit="gib"), "gib"),
    (Word(unit="%"), "%, percent, percentage, pct"),
    (Word(unit="ratio"), "ratio, fraction"),
    (Word(unit="/s"), "per s, per sec, per second"),
)
_ROLES = (
    (
        Word(role=Role.FILLER),
        "metrics, metric, results, result, performance, perf, stats, statistics, data,"
        " summary, baseline, baselines, current, measurements, measurement, tests,"
        " test, testing, benchmark, benchmarks, api, apis, endpoint, endpoints, route,"
        " routes, service, services, app, application, system, overall, global,"
        " aggregate, aggregated, report, nodejs, node, js, express, python, flask,"
        " server, request, req, http, usage, used, utilization, utilisation, value,"
        " values, observed, actual, measured, specific, general, resource, resources,"
        " load, breakdown, by, details, operation, operations, op, ops, reading,"
        " readings, pattern, patterns, of, for, the, and, raw, response, responses,"
        " processing, execution, speed, wide, implementation",
    ),
    (
        Word(role=Role.COUNT),
        "requests, reqs, connections, clients, pool, size, sizes, cores, number, num,"
        " threads, workers, processes, length, depth, hits, misses, keys, entries,"
        " evictions, transactions, calls",
    ),
    (
        Word(role=Role.META),
        "version, versions, timestamp, timestamps, date, datetime, epoch, start time,"
        " end time, finish time, started at, ended at, finished at, completed at,"
        " failed at, created at, updated at, generated at, created, updated, generated,"
        " count, counts, seed, port, pid, ppid, uptime, interval, intervals, timeout,"
        " ttl, warmup, ramp,"
        " ramp up, ramp down, cooldown, spawn, window, retention, hours, days, rounds,"
        " runs, iterations, samples, sample, schema, extra",
    ),
    (
        Word(role=Role.TAG),
        "id, status, code, index, rank, order, start, end, line, run, iteration, build,"
        " commit, weight, priority, level, year, month, day, hour",
    ),
    (
        Word(role=Role.VERDICT),
        "threshold, thresholds, limit, limits, target, targets, sla, slas, slo, slos,"
        " budget, budgets, requirement, requirements, required, expected, allowed,"
        " acceptable, tolerance, tolerances, warning, warnings, critical, alert,"
        " alerts, goal, goals, criteria, compliance, variance, variances, comparison,"
        " comparisons, regression, regressions, change, changes, delta, deltas, diff,"
        " difference, degradation, improvement, improvements, trend, trends, forecast,"
        " history, previous, growth, leak, margin, score, scores, gate, gates, stddev,"
        " stdev, std, std dev, sd, deviation, standard deviation, coefficient, cv,"
        " standard error, std error, std err, stderr, relative error,"
        " margin of error, error margin, error bar, error bars, iqr, mad, sem, ci,"
        " confidence, confidence interval, skewness, kurtosis,"
        " outliers, range, spread",
    ),
    (
        Word(role=Role.SETTING),
        "environment, env, config, configuration, settings, parameters, params,"
        " options, metadata, meta, machine, hardware, specs, info, platform",
    ),
    (Word(role=Role.RATE), "rate, rates"),
    (Word(role=Role.TOTAL), "total, totals, sum"),
    (Word(role=Role.PERCENTILES), "percentile, percentiles, quantile, quantiles"),
    (
        Word(role=Role.EACH),
        "per request, per req, per op, per operation, per iter, per iteration,"
        " per call, per query",
    ),
    (Word(role=Role.FOREIGN), "per, per minute, per hour, per day, 1xx, 2xx"),
    # No statistics, but how busy the service was.
    (Word(named=True), "peak load, average load, max load, min load, load average"),
)
#: Of these so many a second are a throughput.
_COUNTED = (
    "request requests req reqs operation operations op ops transaction transactions"
    " query queries call calls iteration iterations iter iters command commands"
)
_SECOND = ("per s", "per sec", "per second", "sec")
_MINUTE = ("per min", "per minute")


def _rows() -> Iterator[tuple[Word, str]]:
    for meaning, words in (*_KINDS, *_STATISTICS, *_UNITS, *_ROLES):
        for phrase in words.split(","):
            yield meaning, phrase
    for noun in _COUNTED.split():
        for span in _SECOND:
            yield Word(Kind.THROUGHPUT, unit="/s"), f"{noun} {span}"
        for span in _MINUTE:
            yield Word(Kind.THROUGHPUT, unit="rpm"), f"{noun} {span}"


WORDS: Mapping[tuple[str, ...], Word] = {
    tuple(phrase.split()): meaning for meaning, phrase in _rows()
}
LONGEST = max(map(len, WORDS))
