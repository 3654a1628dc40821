"""The nouns that travel through the program. Frozen data, no I/O, no decisions."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Severity(enum.StrEnum):
    """How bad a finding is. `UNKNOWN` is for sources that do not say."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class RunStatus(enum.StrEnum):
    """How the run of a tool ended. Only `COMPLETED` carries a measurement."""

    COMPLETED = "completed"
    MISSING = "missing"
    TIMED_OUT = "timed-out"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"


class GateStatus(enum.StrEnum):
    """What is known about a gate."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    PENDING = "pending"


class Answer(enum.StrEnum):
    """What a comparison says about a limit.

    `COARSE` is for numbers that the program rounded too much for this limit.
    """

    WITHIN = "within"
    EXCEEDS = "exceeds"
    INCONCLUSIVE = "inconclusive"
    COARSE = "too coarse"
    INCOMPARABLE = "not comparable"


class BoxState(enum.StrEnum):
    """How a box of the pull request stands to what is known of its gate.

    `OPEN` is an empty box of something that does not hold, or of what comes later.
    """

    AGREES = "agrees"
    OPEN = "open"
    CONTRADICTED = "contradicted"
    UNDERSTATED = "understated"
    WAITING = "waiting"
    STALE = "stale"
    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"


class Verdict(enum.StrEnum):
    """The answer of a whole run."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a tool objects to.

    Lines and columns start at 1. `path` is relative to the root, POSIX style; it is
    None for what has no place in the code, such as an advisory on an installed package.
    """

    rule: str
    severity: Severity
    message: str
    path: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A number a tool measured, with the unit it is shown in."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Raw counts of one file; ratios over several files come from their sums."""

    statements: int = 0
    covered: int = 0
    branches: int = 0
    covered_branches: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both counts together."""
        return Counts(
            self.statements + other.statements,
            self.covered + other.covered,
            self.branches + other.branches,
            self.covered_branches + other.covered_branches,
        )

    def percentages(self) -> dict[str, float]:
        """Both percentages; one that has nothing to divide by is left out."""
        values = {}
        if whole := self.statements + self.branches:
            values["percent"] = 100 * (self.covered + self.covered_branches) / whole
        if self.branches:
            values["branch_percent"] = 100 * self.covered_branches / self.branches
        return values


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of one endpoint, before and after.

    `variance` is the change from `baseline` to `current` in percent of the baseline
    (in percentage points for error rates), positive for more; `low` and `high` are the
    ends of its interval, None where nothing is known of the noise. `noise` says what
    the interval rests on: `runs`, `batches` of one run, or `rounding`. `worst` is the
    worst value of the current side. `problem` says why there is nothing to compare.
    `answer` is given by a gate, which knows the limit.
    """

    subject: str
    kind: str
    statistic: str
    unit: str
    more_is_better: bool
    baseline: float | None = None
    current: float | None = None
    worst: float | None = None
    variance: float | None = None
    low: float | None = None
    high: float | None = None
    noise: str = ""
    baseline_runs: int = 0
    current_runs: int = 0
    problem: str = ""
    answer: Answer | None = None

    @property
    def quantity(self) -> str:
        """How a report calls what was measured: `latency p95`."""
        return f"{self.kind} {self.statistic}".strip()


@dataclass(frozen=True, slots=True)
class Case:
    """One test with its outcome: passed, failed, error, skipped, xfailed or xpassed.

    `labels` are its markers. `finding` says what happened where it did not pass.
    """

    id: str
    labels: frozenset[str]
    outcome: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class FileResult:
    """What a tool found in one file, for tools that look at each file on its own.

    `silenced` is what an inline opt-out took away. `lines` is how much there was to
    look at, in a unit of the tool's own.
    """

    findings: tuple[Finding, ...] = ()
    silenced: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run of a tool found out, in one shape for all tools.

    `examined` is the positive proof of work; 0 can never lead to a pass.
    `examined_paths` names the files behind it where there are any. `suppressed`
    counts honoured inline opt-outs, `silenced` is what they took away, where the tool
    tells. `gaps` says what should have been examined and was
    not. `faults` says what makes every number of this run worthless as a proof, though
    the code is to blame (a coverage of failing tests). `counts` holds raw counts by
    file for tools that measure a ratio, `comparisons` what was measured before and
    after, `levels` what was measured after on its own, `cases` the tests of a test run.
    `notes` tells the reader what shaped the result, `version` which version of the tool
    gave it, `output` the end of what it printed where a person can read that. `by_file`
    takes the result apart where every file was examined on its own.
    """

    findings: tuple[Finding, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    examined: int = 0
    examined_unit: str = "files"
    examined_paths: frozenset[str] = frozenset()
    suppressed: int = 0
    silenced: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    counts: Mapping[str, Counts] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    levels: tuple[Comparison, ...] = ()
    cases: tuple[Case, ...] = ()
    notes: tuple[str, ...] = ()
    version: str | None = None
    output: str = ""
    by_file: Mapping[str, FileResult] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one tool, whatever became of it. `reason` says why it is no proof,
    `fix` what to do about that. `cached` says that it was made earlier, on the same
    input. `saved_seconds` is what that spared, or that only a part had to be examined.
    """

    tool: str
    status: RunStatus
    command: tuple[str, ...] = ()
    version: str | None = None
    exit_code: int | None = None
    duration_seconds: float = 0.0
    cached: bool = False
    saved_seconds: float = 0.0
    stderr_tail: str = ""
    reason: str = ""
    fix: str = ""
    measurement: Measurement | None = None


@dataclass(frozen=True, slots=True)
class BoxResult:
    """One box of the pull-request template that a gate answers.

    `section` is the beginning of a heading above it, empty where any will do. `person`
    says that the tick itself is the answer. `line`, `ticked` and `state` are None where
    there is no pull request to look at.
    """

    title: str
    section: str = ""
    person: bool = False
    line: int | None = None
    ticked: bool | None = None
    state: BoxState | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """The verdict on one gate, with everything a reader needs to act on it.

    `boxes` are those of the pull-request template that it answers; `evidence` says
    below which heading the output of which tools is pasted.
    """

    id: str
    title: str
    status: GateStatus
    blocking: bool
    tool: str | None
    metric: str | None = None
    value: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    reason: str = ""
    fix: str = ""
    reproduce: str = ""
    findings: tuple[Finding, ...] = ()
    findings_omitted: int = 0
    notes: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    boxes: tuple[BoxResult, ...] = ()
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revision:
    """The state of the checkout; every field is None where there is no git.

    `changes` stands for what was not committed, None where it is clean.
    """

    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None
    changes: str | None = None


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where the policy came from. `path` is None for the built-in default."""

    path: str | None
    sha256: str
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of an earlier report: each gate's status and value."""

    started: str
    commit: str | None
    branch: str | None
    verdict: Verdict
    gates: Mapping[str, tuple[GateStatus, float | None]]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a reader may want; reporters only render it.

    `changed` are the files of the change, None where that is not known; `remarks` are
    about no gate in particular. `declared` are all gates of the policy, also those that
    nobody asked for. `earlier` is what is known of reports before this one, the oldest
    first. `answer` is what the verdict means where that is not whether a change may be
    merged.
    """

    verdict: Verdict
    exit_code: int
    started: str
    duration_seconds: float
    policy: PolicySource
    revision: Revision
    gates: tuple[GateResult, ...]
    runs: tuple[Run, ...]
    interrupted: bool = False
    changed: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()
    earlier: tuple[Past, ...] = ()
    answer: str = ""
