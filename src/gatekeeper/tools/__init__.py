"""The registry: every tool gatekeeper drives, one file each."""

from gatekeeper.tools.bandit import BANDIT
from gatekeeper.tools.base import Adapter
from gatekeeper.tools.coverage import COVERAGE
from gatekeeper.tools.flake8 import FLAKE8
from gatekeeper.tools.mypy import MYPY
from gatekeeper.tools.performance import PERFORMANCE
from gatekeeper.tools.pip_audit import PIP_AUDIT
from gatekeeper.tools.pytest import PYTEST
from gatekeeper.tools.requirements import REQUIREMENTS
from gatekeeper.tools.routes import ROUTES
from gatekeeper.tools.ruff import RUFF
from gatekeeper.tools.safety import SAFETY
from gatekeeper.tools.variables import ENVIRONMENT

ADAPTERS: dict[str, Adapter] = {
    "flake8": FLAKE8,
    "mypy": MYPY,
    "bandit": BANDIT,
    "safety": SAFETY,
    "pip-audit": PIP_AUDIT,
    "pytest": PYTEST,
    "coverage": COVERAGE,
    "ruff": RUFF,
    "requirements": REQUIREMENTS,
    "environment": ENVIRONMENT,
    "routes": ROUTES,
    "performance": PERFORMANCE,
}
