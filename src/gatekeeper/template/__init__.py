"""Pull-request templates: the boxes that people tick."""
