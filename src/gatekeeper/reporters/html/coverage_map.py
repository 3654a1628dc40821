"""Coverage by file as a map: areas are statements, the dark part is what was missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatekeeper.decimals import display
from gatekeeper.model import Counts, Report
from gatekeeper.reporters.text import literal

WIDTH, HEIGHT = 1120.0, 340.0
#: What is smaller than this part of all is drawn together with its neighbours, in at
#: most so many groups, so that the picture stays small.
_SMALLEST = 1 / 400
_GROUPS = 60
_LISTED = 15
_TITLE = 16.0
_CHARACTER = 6.4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the map."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A file, or all the rest. `missed` is the height of its dark part."""

    box: Box
    title: str
    name: str
    share: str
    missed: float


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with its files; `name` is empty where there is no room for it."""

    box: Box
    name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A file in numbers."""

    path: str
    covered: str
    missed: int
    statements: int
    branches: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The map and the numbers behind it, the most missed statements first."""

    folders: tuple[Folder, ...]
    rows: tuple[Row, ...]
    total: Row
    left: int


def coverage(report: Report) -> Coverage | None:
    """What is known of the coverage by file, None where nothing is."""
    known: dict[str, Counts] = {}
    for run in report.runs:
        known |= run.measurement.counts if run.measurement else {}
    counts = {path: c for path, c in sorted(known.items()) if c.statements}
    if not counts:
        return None
    gaps = [path for path in counts if _percent(counts[path]) < 100]
    worst = sorted(
        gaps, key=lambda path: (-_missed(counts[path]), _percent(counts[path]))
    )[:_LISTED]
    return Coverage(
        folders=tuple(_folders(counts)),
        rows=tuple(_row(path, counts[path]) for path in worst),
        total=_row(f"all {len(counts):,} files", sum(counts.values(), Counts())),
        left=len(counts) - len(worst),
    )


def _missed(counts: Counts) -> int:
    return counts.statements - counts.covered


def _percent(counts: Counts) -> float:
    return counts.percentages()["percent"]


def _share(counts: Counts) -> str:
    """In percent; what is not covered in full is never shown as 100."""
    return display(_percent(counts), 100.0, None)


def _row(path: str, counts: Counts) -> Row:
    branches = f"{counts.covered_branches} / {counts.branches}"
    return Row(
        path=path,
        covered=_share(counts),
        missed=_missed(counts),
        statements=counts.statements,
        branches=branches if counts.branches else "",
    )


def _folders(counts: Mapping[str, Counts]) -> Iterator[Folder]:
    shown = _grouped(counts)
    sizes = {name: sum(c.statements for _, c in files) for name, files in shown.items()}
    names = sorted(shown, key=lambda name: -sizes[name])
    places = squarified([sizes[name] for name in names], Box(0, 0, WIDTH, HEIGHT))
    for name, box in zip(names, places, strict=True):
        files = sorted(shown[name], key=lambda file: -file[1].statements)
        yield _folder(name, box, files)


def _grouped(counts: Mapping[str, Counts]) -> dict[str, list[tuple[str, Counts]]]:
    """Files by folder; small ones as one, below a folder that may be farther up."""
    least = sum(each.statements for each in counts.values()) * _SMALLEST
    shown: dict[str, list[tuple[str, Counts]]] = defaultdict(list)
    small = [path for path in counts if counts[path].statements < least]
    for path in counts:
        if counts[path].statements >= least:
            shown[path.rpartition("/")[0]].append((path, counts[path]))
    for name, group in _gathered(small).items():
        more = " more" if name in shown else ""
        title = f"{len(group):,}{more} file{'s' if len(group) > 1 else ''}"
        shown[name].append((title, sum((counts[path] for path in group), Counts())))
    return shown


def _gathered(paths: Sequence[str]) -> dict[str, list[str]]:
    """Paths by their folder, or by one farther up where there are too many."""
    folders = [path.split("/")[:-1] for path in paths]
    groups: dict[str, list[str]] = {}
    for depth in range(max(map(len, folders), default=0), -1, -1):
        groups = defaultdict(list)
        for path, folder in zip(paths, folders, strict=True):
            groups["/".join(folder[:depth])].append(path)
        if len(groups) <= _GROUPS:
            break
    return groups


def _folder(name: str, box: Box, inside: Sequence[tuple[str, Counts]]) -> Folder:
    title = _fitting(literal(name), box.width) if box.height > 3 * _TITLE else ""
    top = _TITLE if title else 0.0
    room = Box(box.x, box.y + top, box.width, box.height - top)
    places = squarified([counts.statements for _, counts in inside], room)
    tiles = (_tile(*file, box) for file, box in zip(inside, places, strict=True))
    return Folder(box, title, tuple(tiles))


def _tile(path: str, counts: Counts, box: Box) -> Tile:
    percent = _percent(counts)
    share = f"{_share(counts)} %"
    short = _fitting(literal(path.rpartition("/")[2]), box.width)
    missed = round(box.height * (1 - percent / 100), 1)
    return Tile(
        box=box,
        title=f"{path}: {share} covered, {_missed(counts)} of"
        f" {counts.statements} statements missed",
        name=short if box.height > 2.4 * _TITLE else "",
        share=_fitting(share, box.width) if box.height > 1.2 * _TITLE else "",
        missed=max(missed, 1.0) if percent < 100 else 0.0,
    )


def _fitting(text: str, width: float) -> str:
    """As much of a text as has room, nothing where that would tell nothing."""
    most = int((width - 10) / _CHARACTER)
    if len(text) <= most:
        return text
    return f"{text[: most - 1]}\u2026" if most >= 6 and not text.endswith("%") else ""


def squarified(sizes: Sequence[int], room: Box) -> list[Box]:
    """Rectangles of these areas, largest first, as square as can be (Bruls 2000)."""
    scale = room.width * room.height / (sum(sizes) or 1)
    areas = [size * scale for size in sizes]
    boxes: list[Box] = []
    while areas:
        side = min(room.width, room.height)
        count = 1
        while count < len(areas) and (
            _worst(areas[: count + 1], side) <= _worst(areas[:count], side)
        ):
            count += 1
        placed, room = _strip(areas[:count], room)
        boxes += placed
        areas = areas[count:]
    return boxes


def _worst(areas: Iterable[float], side: float) -> float:
    """How far the least square of these is from a square, in a strip along a side."""
    parts = list(areas)
    depth = sum(parts) / side if side else 0.0
    if not depth or not min(parts):
        return float("inf")
    ratios = (area / depth**2 for area in parts)
    return max(max(ratio, 1 / ratio) for ratio in ratios)


def _strip(areas: Sequence[float], room: Box) -> tuple[list[Box], Box]:
    """Rectangles along the shorter side, and the room that is left."""
    total, x, y = sum(areas), room.x, room.y
    boxes = []
    if room.width >= room.height:
        depth = total / room.height if room.height else 0.0
        for area in areas:
            boxes.append(Box(x, y, depth, area / depth if depth else 0.0))
            y += boxes[-1].height
        return boxes, Box(x + depth, room.y, room.width - depth, room.height)
    depth = total / room.width
    for area in areas:
        boxes.append(Box(x, y, area / depth if depth else 0.0, depth))
        x += boxes[-1].width
    return boxes, Box(room.x, y + depth, room.width, room.height - depth)
