"""What the instructors follow through the course: attendance, progress, verdicts, certificates."""
