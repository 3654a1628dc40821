"""gatekeeper answers one question about a Python change: may it be merged?"""

__version__ = "0.1.0"
