"""What the load of the whole service says of an endpoint that tells less of itself."""

from __future__ import annotations

from dataclasses import replace

from gatekeeper.performance.trial import Load


def inherit(own: Load, service: Load) -> Load:
    """The load of an endpoint, with the service's conditions where it has none.

    Which endpoint the failures of the service hit is not known, so they count against
    each that does not tell its own.
    """
    if own.failures is None and service.failures is not None:
        own = replace(
            own,
            requests=service.requests,
            failures=service.failures,
            failure_words=service.failure_words,
        )
    elif own.duration_seconds is None and own.requests is None and not own.failures:
        # With the time of the service goes the number of requests in that time.
        own = replace(own, requests=service.requests)
    connections, duration = own.connections, own.duration_seconds
    return replace(
        own,
        connections=service.connections if connections is None else connections,
        duration_seconds=service.duration_seconds if duration is None else duration,
        host=service.host if own.host is None else own.host,
    )
