"""Starting tools: processes, their environment, the plan and the schedule."""
