"""Writes a project to measure with: typed, tested, clean under every tool.

The same seed and number of modules give the same bytes on every machine. Each module
holds a record with fields of its own, its parser, a store and a small simulation, and
builds on modules written before it, so that the tools meet what they meet elsewhere:
imports across the package, dataclasses, enums, generics, loops and branches.

    python benchmarks/generate.py FOLDER [--modules 120] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

PACKAGE = "depot"
_TEMPLATES = Path(__file__).parent / "templates"
_FIRST = "amber basalt cedar delta ember flint garnet hazel indigo jasper".split()
_SECOND = "batch crate ledger parcel pallet receipt shelf ticket vessel wagon".split()
_STATES = "open packed sent held lost returned closed".split()
_NUMBERS = "quantity weight priority distance volume margin rank delay height".split()
_WORDS = "label origin target owner colour carrier note shift zone".split()


@dataclass(frozen=True, slots=True)
class Plan:
    """What distinguishes one module from the others."""

    name: str
    title: str
    numbers: tuple[str, ...]
    words: tuple[str, ...]
    states: tuple[str, ...]
    limits: tuple[int, ...]
    weights: tuple[int, ...]
    step: int
    earlier: str
    earlier_title: str


def main() -> None:
    """Write one project where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--modules", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write_project(given.folder, given.modules, given.seed)


def write_project(folder: Path, modules: int, seed: int) -> None:
    """Write a project of so many modules, and one file of tests for each."""
    package, tests = folder / "src" / PACKAGE, folder / "tests"
    package.mkdir(parents=True)
    tests.mkdir()
    _write(folder / "pyproject.toml", "pyproject.toml", {"package": PACKAGE})
    for name in ("__init__.py", "errors.py", "numbers.py"):
        _write(package / name, name, {"package": PACKAGE})
    for plan in _plans(modules, random.Random(seed)):
        fields = _fields(plan)
        _write(package / f"{plan.name}.py", "module.py", fields)
        _write(tests / f"test_{plan.name}.py", "tests.py", fields)


def _write(path: Path, template: str, fields: Mapping[str, str]) -> None:
    text = (_TEMPLATES / f"{template}.txt").read_text("utf-8")
    path.write_text(Template(text).substitute(fields), "utf-8")


def _plans(count: int, dice: random.Random) -> list[Plan]:
    plans: list[Plan] = []
    for index in range(count):
        first, second = dice.choice(_FIRST), dice.choice(_SECOND)
        numbers = tuple(dice.sample(_NUMBERS, dice.randint(3, 5)))
        earlier = dice.choice(plans) if plans else None
        plans.append(
            Plan(
                name=f"{first}_{second}_{index:03}",
                title=f"{first.title()}{second.title()}",
                numbers=numbers,
                words=tuple(dice.sample(_WORDS, dice.randint(2, 4))),
                states=tuple(dice.sample(_STATES, dice.randint(3, 5))),
                limits=tuple(dice.randint(100, 9_999) for _ in numbers),
                weights=tuple(dice.randint(1, 40) for _ in numbers),
                step=dice.randrange(3, 400, 2),
                earlier=earlier.name if earlier else "",
                earlier_title=earlier.title if earlier else "",
            )
        )
    return plans


def _fields(plan: Plan) -> dict[str, str]:
    """What the templates ask for."""
    return {
        "package": PACKAGE,
        "name": plan.name,
        "title": plan.title,
        "step": str(plan.step),
        "first_number": plan.numbers[0],
        "first_limit": str(plan.limits[0]),
        "first_word": plan.words[0],
        "first_state": plan.states[0].upper(),
        "last_state": plan.states[-1].upper(),
        **_record_fields(plan),
        **_parser_fields(plan),
        **_link_fields(plan),
        **_test_fields(plan),
    }


def _lines(lines: list[str], indent: int) -> str:
    return "\n".join(" " * indent + line for line in lines)


def _record_fields(plan: Plan) -> dict[str, str]:
    members = [f'{state.upper()} = "{state}"' for state in plan.states]
    pairs = zip(plan.states, (*plan.states[1:], plan.states[0]), strict=True)
    moves = [f"State.{a.upper()}: State.{b.upper()}," for a, b in pairs]
    weighed = [
        f"result += self.{number} * {weight}"
        for number, weight in zip(plan.numbers, plan.weights, strict=True)
    ]
    return {
        "states": _lines(members, 4),
        "moves": _lines(moves, 4),
        "number_fields": _lines([f"{n}: int" for n in plan.numbers], 4),
        "word_fields": _lines([f"{w}: str" for w in plan.words], 4),
        "weighed": _lines(weighed, 8),
        "written": _lines(
            [f'"{n}": str(self.{n}),' for n in plan.numbers]
            + [f'"{w}": self.{w},' for w in plan.words],
            12,
        ),
    }


def _parser_fields(plan: Plan) -> dict[str, str]:
    limits = [
        f'"{number}": Limit(0, {limit}),'
        for number, limit in zip(plan.numbers, plan.limits, strict=True)
    ]
    return {
        "limits": _lines(limits, 4),
        "parsed": _lines(
            [f'{n}=read_number(row, "{n}", LIMITS),' for n in plan.numbers]
            + [f'{w}=read_word(row, "{w}"),' for w in plan.words],
            8,
        ),
    }


def _link_fields(plan: Plan) -> dict[str, str]:
    imports = [
        f"from {PACKAGE}.errors import DepotError, UnknownRecordError",
        f"from {PACKAGE}.numbers import Limit, read_number, read_word, sequence",
    ]
    other = "Record"
    if plan.earlier:
        other = f"Other{plan.earlier_title}"
        imports.append(f"from {PACKAGE}.{plan.earlier} import Record as {other}")
    return {"imports": _lines(sorted(imports), 0), "other": other}


def _test_fields(plan: Plan) -> dict[str, str]:
    samples = [f'"{number}": str(index % 90 + 1),' for number in plan.numbers]
    samples += [f'"{word}": f"{word} {{index}}",' for word in plan.words]
    number = plan.numbers[0]
    return {
        "sample": _lines(samples, 8),
        "bad_cases": f'("{number}", "-1"), ("{number}", "x")',
        "state_count": str(len(plan.states)),
    }


if __name__ == "__main__":
    main()
