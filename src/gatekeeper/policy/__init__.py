"""gates.yaml: from text to a policy that is checked whole before anything starts."""
