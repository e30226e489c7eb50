"""What `coursekit report --lint` looks for: classes in modules of this package, found by looking."""
