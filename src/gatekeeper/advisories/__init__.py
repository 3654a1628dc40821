"""What the vulnerability tools are asked about, and the database they ask."""
