"""Business rules that know nothing of HTTP."""
