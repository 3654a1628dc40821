"""Requirements: what is declared, what is locked, and what of it is not."""
