"""Commands and options; no decisions. What a command needs is imported in it.

Annotations are no text here, since Typer would evaluate each at every start.
"""

from pathlib import Path
from typing import Annotated

import typer

from gatekeeper import __version__

app = typer.Typer(
    name="gatekeeper",
    help="May this change be merged? Runs the gates of gates.yaml and answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Config = Annotated[
    Path | None, typer.Option("--config", "-c", metavar="FILE", help="The policy.")
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root", metavar="DIR", help="The project; default: the policy's folder."
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="On stdout: console, markdown, json, html, sarif, junit, github, gitlab"
        " or rdjson.",
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="FORMAT=PATH", help="A report in a file. Repeatable."
    ),
]
PrBody = Annotated[
    Path | None,
    typer.Option("--pr-body", metavar="FILE", help="The pull request's text."),
]
Base = Annotated[
    str | None,
    typer.Option("--base", metavar="REF", help="What the change is to be merged into."),
]
NoAnnotations = Annotated[
    bool, typer.Option("--no-annotations", help="In GitHub Actions: none.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="The answer only.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="More findings of each gate.")
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gatekeeper {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Tell it and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def check(
    gates: Annotated[list[str] | None, typer.Argument(metavar="GATE")] = None,
    config: Config = None,
    root: Root = None,
    format_: Format = "console",
    output: Output = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="GATE", help="Leave out, visibly. Repeatable."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Processes at a time.")
    ] = None,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="End the rest when a gate fails.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Measure everything anew.")
    ] = False,
    pr_body: PrBody = None,
    base: Base = None,
    quiet: Quiet = False,
    no_annotations: NoAnnotations = False,
    verbose: Verbose = False,
) -> None:
    """Run all gates, or those named. Exit 0: passed, 1: failed, 2: no verdict."""
    from gatekeeper.commands.check import CheckOptions, run_check

    options = CheckOptions(
        gates=tuple(gates or ()),
        config=config,
        root=root,
        format=format_,
        outputs=tuple(output or ()),
        skip=tuple(skip or ()),
        jobs=jobs,
        fail_fast=fail_fast,
        no_cache=no_cache,
        pr_body=pr_body,
        base=base,
        quiet=quiet,
        verbose=verbose,
        annotations=not no_annotations,
    )
    raise typer.Exit(run_check(options))


@app.command()
def plan(
    gates: Annotated[list[str] | None, typer.Argument(metavar="GATE")] = None,
    config: Config = None,
    root: Root = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", help="text, json or github-matrix.")
    ] = "text",
    parts: Annotated[
        int | None, typer.Option("--parts", min=1, metavar="N", help="At most so many.")
    ] = None,
    times: Annotated[
        list[Path] | None,
        typer.Option(
            "--times", metavar="REPORT", help="Times of earlier runs. Repeatable."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="GATE", help="Leave out. Repeatable."),
    ] = None,
) -> None:
    """Share out the gates among jobs of CI that take about as long."""
    from gatekeeper.commands.plan import PlanOptions, run_plan

    options = PlanOptions(
        gates=tuple(gates or ()),
        config=config,
        root=root,
        format=format_,
        parts=parts,
        times=tuple(times or ()),
        skip=tuple(skip or ()),
    )
    raise typer.Exit(run_plan(options))


@app.command()
def merge(
    reports: Annotated[list[Path] | None, typer.Argument(metavar="REPORT")] = None,
    config: Config = None,
    root: Root = None,
    format_: Format = "console",
    output: Output = None,
    pr_body: PrBody = None,
    base: Base = None,
    quiet: Quiet = False,
    no_annotations: NoAnnotations = False,
    verbose: Verbose = False,
) -> None:
    """One verdict from JSON reports of parts. Exit codes as of `check`."""
    from gatekeeper.commands.merge import MergeOptions, run_merge

    options = MergeOptions(
        reports=tuple(reports or ()),
        config=config,
        root=root,
        format=format_,
        outputs=tuple(output or ()),
        pr_body=pr_body,
        base=base,
        quiet=quiet,
        verbose=verbose,
        annotations=not no_annotations,
    )
    raise typer.Exit(run_merge(options))


@app.command()
def summary(
    format_: Format = "markdown",
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="A JSON report.")
    ] = None,
    root: Root = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            "--earlier", metavar="FILE", help="A report for the trend. Repeatable."
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="FILE", help="A pull request's text, to be filled."
        ),
    ] = None,
) -> None:
    """Render the last report again, or fill a template from it, without any tool."""
    from gatekeeper.commands.summary import run_summary

    raise typer.Exit(run_summary(report, format_, root, template, earlier or ()))


@app.command()
def compare(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[BASELINE CURRENT]")
    ] = None,
    baseline: Annotated[
        list[str] | None,
        typer.Option("--baseline", metavar="FILE", help="Repeatable, once a run."),
    ] = None,
    current: Annotated[
        list[str] | None,
        typer.Option("--current", metavar="FILE", help="Repeatable, once a run."),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(
            "--variance-threshold", metavar="PERCENT", help="How much worse is fine."
        ),
    ] = 10.0,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="WHAT",
            help="latency, p95, throughput, memory, 'GET /users', ... Repeatable.",
        ),
    ] = None,
    direction: Annotated[
        str, typer.Option("--direction", help="worse, or both: better counts too.")
    ] = "worse",
    inconclusive: Annotated[
        str,
        typer.Option(
            "--inconclusive", help="What noise does: fail, error, or pass on estimates."
        ),
    ] = "fail",
    confidence: Annotated[
        float, typer.Option("--confidence", metavar="PERCENT", help="Of intervals.")
    ] = 95.0,
    max_errors: Annotated[
        float,
        typer.Option(
            "--max-errors", metavar="PERCENT", help="Failed requests that may be."
        ),
    ] = 0.0,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            metavar="DIFFERENCE",
            help="connections, duration, hosts or machines may differ. Repeatable.",
        ),
    ] = None,
    format_: Format = "console",
    output: Output = None,
    quiet: Quiet = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="All comparisons.")
    ] = False,
) -> None:
    """Performance against a baseline. Exit 0: within, 1: exceeds, 2: not comparable."""
    from gatekeeper.commands.compare import CompareOptions, run_compare

    options = CompareOptions(
        files=tuple(files or ()),
        baseline=tuple(baseline or ()),
        current=tuple(current or ()),
        threshold=threshold,
        select=tuple(select or ()),
        direction=direction,
        inconclusive=inconclusive,
        confidence=confidence,
        max_errors=max_errors,
        accept=tuple(accept or ()),
        format=format_,
        outputs=tuple(output or ()),
        quiet=quiet,
        verbose=verbose,
    )
    raise typer.Exit(run_compare(options))


@app.command("list")
def list_(config: Config = None, root: Root = None) -> None:
    """The effective policy: each gate, what must hold, and its command."""
    from gatekeeper.commands.show import run_list

    raise typer.Exit(run_list(config, root))


@app.command()
def explain(
    gate: Annotated[str, typer.Argument()], config: Config = None, root: Root = None
) -> None:
    """One gate: what is run, what must hold, how to mend and reproduce it."""
    from gatekeeper.commands.show import run_explain

    raise typer.Exit(run_explain(gate, config, root))


@app.command()
def schema(
    which: Annotated[
        str, typer.Argument(metavar="[policy|report|performance]")
    ] = "policy",
) -> None:
    """The JSON Schema of gates.yaml, of the report, or of performance results."""
    from gatekeeper.commands.show import run_schema

    raise typer.Exit(run_schema(which))


@app.command()
def init(
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help="Which set of gates.")
    ] = "default",
    root: Annotated[
        Path | None,
        typer.Option("--root", metavar="DIR", help="The project; default: here."),
    ] = None,
    ci: Annotated[
        str | None,
        typer.Option(
            "--ci", metavar="SERVICE", help="Also a job for github or gitlab."
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Overwrite a gates.yaml; with --ci, the job's file only."
        ),
    ] = False,
) -> None:
    """Write a commented gates.yaml fitted to the project it finds."""
    from gatekeeper.commands.init import run_init

    raise typer.Exit(run_init(profile, root, ci, force=force))


@app.command()
def doctor(config: Config = None, root: Root = None) -> None:
    """Tools found, and what would stop a gate from being measured. Exit 0 or 2."""
    from gatekeeper.commands.doctor import run_doctor

    raise typer.Exit(run_doctor(config, root))


cache = typer.Typer(
    help="Results of earlier runs, kept for the next one.", no_args_is_help=True
)
app.add_typer(cache, name="cache")


@cache.command()
def clear() -> None:
    """Forget all results of earlier runs."""
    from gatekeeper.commands.cache import run_cache_clear

    raise typer.Exit(run_cache_clear())


@cache.command()
def show() -> None:
    """Where earlier results are kept, and how much room they take."""
    from gatekeeper.commands.cache import run_cache_show

    raise typer.Exit(run_cache_show())
