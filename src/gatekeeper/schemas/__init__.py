"""JSON Schemas that the package publishes."""
