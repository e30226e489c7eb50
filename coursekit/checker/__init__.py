"""Do submissions meet the requirements? Facts in, findings out; nothing of the group's is run."""

from coursekit.checker.engine import Check, check, check_path
from coursekit.checker.profile import load_profile, profile_names
from coursekit.checker.rule import Rule, all_rules

__all__ = ["Check", "Rule", "all_rules", "check", "check_path", "load_profile", "profile_names"]
