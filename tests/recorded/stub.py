"""A stand-in for an OSV service on the loopback, so that nothing is fetched."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: (package, version): the advisories on it.
_KNOWN: dict[tuple[str, str], tuple[dict[str, Any], ...]] = {}


def advisory(name: str, fixed: str | None, **more: Any) -> dict[str, Any]:
    """An advisory as OSV words it: every version before `fixed` is affected."""
    ends = [{"fixed": fixed}] if fixed else []
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *ends]}]
    package = {"name": name, "ecosystem": "PyPI"}
    return {"affected": [{"package": package, "ranges": ranges}], **more}


_KNOWN["flask", "0.12.2"] = (
    advisory(
        "flask",
        "0.12.3",
        id="SYN-2018-1",
        aliases=["CVE-2018-9999"],
        summary="Uses much memory",
    ),
    advisory("flask", None, id="SYN-2018-2", details="Line one.\n\nLine <two>."),
)
_KNOWN["flask", "0.12.1"] = _KNOWN["flask", "0.12.2"][:1]
_KNOWN["odd", "1.0rc1"] = (
    advisory("odd", "1.0", id="SYN-2020-3", summary="Only before the release"),
)


class _Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        query = json.loads(self.rfile.read(length))
        wanted = query["package"]["name"], query["version"]
        found = list(_KNOWN.get(wanted, ()))
        broken = self.path == "/broken"
        body = b"<html>" if self.path == "/html" else json.dumps({"vulns": found})
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(503 if broken else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@contextmanager
def advisory_service() -> Iterator[str]:
    """Run the service; gives its address, without a path."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
