"""Which endpoint a name means, and which two of them are one."""

from __future__ import annotations

import pytest

from gatekeeper.performance.subjects import Subject, host, pair, subject


@pytest.mark.parametrize(
    "written",
    [
        "/users/:id",
        "/users/{id}",
        "/users/<int:id>",
        "/users/<id>",
        "/users/{id:int}",
        "/users/[id]",
        "/users/${id}",
        "/users/{{ id }}",
        r"/users/:id(\d+)",
        "/users/:id/",
        "http://localhost:3000/users/:id",
        "https://api.example.org/users/{id}",
        "/users/:id?",
    ],
)
def test_a_parameter_is_one_however_it_is_written(written: str) -> None:
    assert subject(written) == Subject("/users/{}")


@pytest.mark.parametrize(
    ("written", "method", "route"),
    [
        ("GET /users", "GET", "/users"),
        ("get  /users", "GET", "/users"),
        ("POST http://127.0.0.1:5000/orders/", "POST", "/orders"),
        ("http://localhost:3000", None, "/"),
        ("http://localhost:3000/", None, "/"),
        ("http://localhost:3000?x=1", None, "/?x=1"),
        ("/search?q=a", None, "/search?q=a"),
        ("/", None, "/"),
        ("list users", None, "list users"),
        ("Get the users", "GET", "the users"),
        ("tests/test_x.py::test_list[10]", None, "tests/test_x.py::test_list[10]"),
    ],
)
def test_method_and_route(written: str, method: str | None, route: str) -> None:
    assert subject(written) == Subject(route, method)


def test_the_report_shows_the_route_as_it_was_written() -> None:
    assert str(subject("GET http://h:1/users/:id")) == "GET /users/:id"
    assert str(Subject()) == "service"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:3000/x", "localhost"),
        ("http://[::1]:3000/x", "localhost"),
        ("http://localhost/x", "localhost"),
        ("https://api.example.org/x", "api.example.org"),
        ("/x", None),
        ("http://[bad", None),
    ],
)
def test_the_host_of_a_url(url: str, expected: str | None) -> None:
    assert host(url) == expected


def test_the_same_method_and_route_are_a_pair() -> None:
    one, other = subject("GET /users/:id"), subject("GET /users/<int:id>")
    assert pair([one], [other]) == {one: other}


def test_another_method_is_another_endpoint() -> None:
    assert pair([subject("GET /users")], [subject("POST /users")]) == {}


def test_a_side_without_methods_fits_the_only_endpoint_of_that_route() -> None:
    one, other = subject("/users"), subject("GET /users")
    assert pair([one], [other]) == {one: other}


def test_a_side_without_methods_fits_none_of_two() -> None:
    current = [subject("GET /users"), subject("POST /users")]
    assert pair([subject("/users")], current) == {}


def test_an_example_of_a_route_is_that_route() -> None:
    one, other = subject("GET /users/7"), subject("GET /users/<int:id>")
    assert pair([one], [other]) == {one: other}
    assert pair([other], [one]) == {other: one}


def test_two_examples_of_one_route_are_ambiguous() -> None:
    baseline = [subject("/users/7"), subject("/users/8")]
    assert pair(baseline, [subject("/users/:id")]) == {}


def test_the_exact_route_wins_over_the_parameter() -> None:
    baseline = [subject("/users/me"), subject("/users/:id")]
    current = [subject("/users/{id}"), subject("/users/me")]
    assert pair(baseline, current) == {
        baseline[0]: subject("/users/me"),
        baseline[1]: subject("/users/{id}"),
    }


def test_a_parameter_is_one_segment() -> None:
    assert pair([subject("/users/7/orders")], [subject("/users/:id")]) == {}


def test_a_word_in_the_place_of_a_parameter_is_another_route() -> None:
    assert pair([subject("/users/:id")], [subject("/users/search")]) == {}


def test_many_renamed_endpoints_take_no_time() -> None:
    baseline = [subject(f"/a/{i}") for i in range(20_000)]
    assert pair(baseline, [subject(f"/b/{i}") for i in range(20_000)]) == {}
