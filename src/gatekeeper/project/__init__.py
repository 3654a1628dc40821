"""What we know of the project without any tool: files, comments, interpreter, git."""
