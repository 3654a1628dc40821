"""gatekeeper's own format, `gatekeeper.performance/1`: docs/performance-format.md.

Scripts of people write it, so every mistake is told with its place. What it may hold
stands in schemas/performance.schema.json; the reader is as strict, but for letter case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatekeeper.performance.quantities import TIMES, Quantity, convert
from gatekeeper.performance.readers.native_fields import Fields
from gatekeeper.performance.readers.native_trials import Facts, Measurement, runs
from gatekeeper.performance.readers.native_words import quantity, scaled, shown
from gatekeeper.performance.subjects import SERVICE, host, subject
from gatekeeper.performance.trial import Content, Format, Load, Trial, UnreadableError

_NAME = "gatekeeper.performance"
_SCHEMA = f"{_NAME}/1"
_KEYS = ("schema", "program", "version", "machine", "conditions", "measurements")
_CONDITIONS = ("connections", "duration_seconds", "host")
_MEASUREMENT = (
    *("endpoint", "quantity", "unit", "values", "samples"),
    *("requests", "failures", "connections", "duration_seconds"),
)


def _recognises(content: Content) -> bool:
    schemas = [d.get("schema") for d in content.documents if isinstance(d, dict)]
    return any(isinstance(s, str) and s.startswith(f"{_NAME}/") for s in schemas)


def _read(content: Content) -> Sequence[Trial]:
    if len(content.documents) > 1:
        raise UnreadableError(
            f"holds {len(content.documents)} JSON documents; give all runs in one:"
            " `values` has a number for each run, `samples` a list"
        )
    fields = Fields(content.document, "the file", _KEYS)
    if fields.required("schema") != _SCHEMA:
        raise UnreadableError(
            f"is in the format {shown(fields.required('schema'))}; this gatekeeper"
            f" reads {_SCHEMA!r}"
        )
    conditions = _conditions(fields.object("conditions"))
    measurements = [
        _measurement(item, f"measurements[{index}]")
        for index, item in enumerate(fields.items("measurements"))
    ]
    program = fields.text("program") or _NAME
    version, machine = fields.text("version") or None, fields.text("machine")
    return [
        Trial(program, run.readings, run.samples, run.loads, version, machine)
        for run in runs(measurements, conditions)
    ]


def _conditions(value: Any) -> Load:
    fields = Fields(value, "conditions", _CONDITIONS)
    name = fields.text("host")
    return Load(
        SERVICE,
        connections=fields.positive("connections"),
        duration_seconds=fields.positive("duration_seconds"),
        # A name alone is taken as that of a URL, so that all loopbacks are one.
        host=host(name if "://" in name else f"http://{name}") if name else None,
    )


def _measurement(value: Any, where: str) -> Measurement:
    fields = Fields(value, where, _MEASUREMENT)
    kind, statistic = quantity(fields.required("quantity"), where)
    what, factor = scaled(kind, statistic, fields.required("unit"), where)
    if ("values" in fields) == ("samples" in fields):
        raise UnreadableError(
            f"{where} needs either `values`, a number for each run, or `samples`, a"
            " list of single observations for each run"
        )
    numbers = (
        fields.numbers("values", fields.items("values")) if "values" in fields else ()
    )
    values = _converted(numbers, factor)
    samples = () if values else _samples(fields, what, factor, where)
    endpoint = fields.text("endpoint")
    count = len(values or samples)
    about = subject(endpoint) if endpoint else SERVICE
    return Measurement(where, about, what, values, samples, _facts(fields, count))


def _facts(fields: Fields, count: int) -> Facts:
    return (
        ("requests", fields.counts("requests", count)),
        ("failures", fields.counts("failures", count)),
        ("connections", (fields.positive("connections"),) * count),
        ("duration_seconds", (fields.positive("duration_seconds"),) * count),
    )


def _samples(
    fields: Fields, what: Quantity, factor: float, where: str
) -> tuple[tuple[float, ...], ...]:
    if what.kind not in TIMES:
        raise UnreadableError(
            f"{where} has `samples` of {what.kind}; only times have samples, give"
            " `values`"
        )
    if what.statistic:
        raise UnreadableError(
            f"{where} has `samples` of {what.name}; single observations have no"
            f" statistic, so its quantity is {str(what.kind)!r}"
        )
    items = fields.items("samples")
    nested = any(isinstance(item, list) for item in items)
    return tuple(
        _converted(fields.numbers("samples", run), factor)
        for run in (items if nested else [items])
    )


def _converted(values: Sequence[float], factor: float) -> tuple[float, ...]:
    return tuple(convert(value, factor) for value in values)


NATIVE = Format(_NAME, _recognises, _read)
