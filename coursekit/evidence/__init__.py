"""What check and report both look for in a submission: own text, the summary, slides, links."""
