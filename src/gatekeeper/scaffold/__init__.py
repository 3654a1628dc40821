"""From a project as it is to the text of a gates.yaml: read, then written by hand."""
