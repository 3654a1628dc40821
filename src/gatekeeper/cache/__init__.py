"""Results of earlier runs: kept where only we write, used only on the same input."""
