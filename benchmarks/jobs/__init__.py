"""What is timed: each program is one whole process."""
