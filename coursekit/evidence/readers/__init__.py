"""Programs that read slides which a group made with other tools, each run in a process of its own with limits.

They import nothing of coursekit: Python starts them by their path, isolated. Each takes the file on standard
input and prints JSON.
"""
