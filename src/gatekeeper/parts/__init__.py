"""One check made in parts, by several jobs, and the one verdict on all of it."""
