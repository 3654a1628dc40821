"""Search in the old order archive."""

import subprocess

from flask import Blueprint, Response, jsonify, request

from shop.auth import require_role

blueprint = Blueprint("export", __name__, url_prefix="/archive")


@blueprint.get("")
@require_role("admin")
def search_archive() -> Response:
    """Return the lines of the archive that contain `q`."""
    command = f"grep {request.args.get('q', '')} archive.txt"
    found = subprocess.run(command, shell=True, capture_output=True, text=True)
    return jsonify(found.stdout.splitlines())
