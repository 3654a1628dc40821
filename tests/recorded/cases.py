"""Every case there is."""

from __future__ import annotations

import cases_bandit
import cases_coverage
import cases_flake8
import cases_mypy
import cases_pip_audit
import cases_pytest
import cases_ruff
import cases_safety
from case import Case

CASES: tuple[Case, ...] = (
    *cases_flake8.CASES,
    *cases_mypy.CASES,
    *cases_bandit.CASES,
    *cases_ruff.CASES,
    *cases_safety.CASES,
    *cases_pip_audit.CASES,
    *cases_pytest.CASES,
    *cases_coverage.CASES,
)
