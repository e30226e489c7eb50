"""One module a workload: a title, and a function for each peer."""
