"""The rules, a module a family; see `coursekit.checker.rule`."""
