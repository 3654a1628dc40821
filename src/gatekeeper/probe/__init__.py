"""Files that run inside another interpreter; they import nothing of gatekeeper."""
