"""What a number belongs to: one endpoint, a named operation, or the whole service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT".split())
#: Parameters as Flask, FastAPI, Express, Next.js and script authors write them:
#: <int:id>, {id:int}, :id(\d+)?, [id], ${id}, {{ id }}.
_PARAMETER = re.compile(
    r"<[^<>/]+>|\{\{[^{}/]*\}\}|\$?\{[^{}/]*\}|\[[^\[\]/]+\]"
    r"|:[A-Za-z_]\w*(?:\([^()]*\))?[?*+]?"
)
_HOLE = "{}"
_MOST_TRIED = 1_000_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "0.0.0.0"})  # nosec B104  # names, not binds


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """An endpoint by method and route, parameters as `{}`; or the name of something.

    The method is None where the source does not tell it. An empty route is the whole
    service. `shown` is how the source wrote it.
    """

    route: str = ""
    method: str | None = None
    shown: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.shown or "service"

    @property
    def is_service(self) -> bool:
        """Whether this is the service as a whole."""
        return not self.route


SERVICE = Subject()


def subject(text: str, method: str | None = None) -> Subject:
    """The subject that a program's name for it means: `GET http://h:1/users/:id`."""
    words = " ".join(text.split())
    first, _, rest = words.partition(" ")
    if method is None and first.upper() in _METHODS and rest:
        method, words = first.upper(), rest
    route = _path(words)
    shown = f"{method.upper()} {route}" if method else route
    return Subject(_holes(route), method.upper() if method else None, shown)


def host(url: str) -> str | None:
    """The host of a URL, every name of this machine's loopback as `localhost`."""
    if "://" not in url:
        return None
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return "localhost" if name in _LOOPBACK else name


def _path(words: str) -> str:
    if "://" not in words:
        return words
    _, _, rest = words.partition("://")
    authority, slash, path = rest.partition("/")
    return f"/{path}" if slash else "/" + authority[len(authority.split("?")[0]) :]


def _holes(route: str) -> str:
    if not route.startswith("/"):
        return route
    path, question, query = route.partition("?")
    if question and path.endswith(tuple("abcdefghijklmnopqrstuvwxyz")):
        # An optional parameter of Express ends in a question mark: /users/:id?
        if not query and _PARAMETER.search(route):
            path, question = route, ""
    path = _PARAMETER.sub(_HOLE, path)
    path = path if path == "/" else path.rstrip("/")
    return f"{path}{question}{query}"


def pair(
    baseline: Iterable[Subject], current: Iterable[Subject]
) -> Mapping[Subject, Subject]:
    """Which subject of the results is meant by each of the baseline.

    Same method and route first; then what fits though one side does not tell the
    method, or names an example (`/users/7`) of the other's route, where exactly one
    fits. Where either side has one subject only and one of them is not named, that is
    the other.
    """
    left, right = list(baseline), set(current)
    if len(left) == len(right) == 1 and any(one.is_service for one in (*left, *right)):
        return {left[0]: next(iter(right))}
    pairs = {one: one for one in left if one in right}
    rest = [one for one in left if one not in pairs]
    free = sorted(right - set(pairs.values()), key=str)
    if len(rest) * len(free) > _MOST_TRIED:
        return pairs  # so many that fit nowhere were measured on something else
    for one in rest:
        fitting = [other for other in free if _fits(one, other)]
        if len(fitting) != 1:
            continue
        rivals = [another for another in rest if _fits(another, fitting[0])]
        if rivals == [one]:
            pairs[one] = fitting[0]
    return pairs


def _fits(one: Subject, other: Subject) -> bool:
    if one.method and other.method and one.method != other.method:
        return False
    if one.route == other.route:
        return True
    return _matches(one.route, other.route) or _matches(other.route, one.route)


def _matches(template: str, path: str) -> bool:
    """Whether a path is an example of a route with parameters.

    In their place it has something with a digit, since /users/search is another route.
    """
    if _HOLE not in template or _HOLE in path:
        return False
    pattern = re.escape(template).replace(re.escape(_HOLE), r"[^/]*\d[^/]*")
    return re.fullmatch(pattern, path) is not None
