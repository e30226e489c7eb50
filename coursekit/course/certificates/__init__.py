"""`coursekit certificates`: who gets one and why not, making them, verifying them and taking them back."""

from coursekit.course.certificates.build import Built, Entry, build_certificates
from coursekit.course.certificates.check import Checked, check_certificates
from coursekit.course.certificates.given import Given, list_given, withdraw
from coursekit.course.certificates.look import preview, write_template
from coursekit.course.certificates.verifying import Verified, verify

__all__ = [
    "Built",
    "Checked",
    "Entry",
    "Given",
    "Verified",
    "build_certificates",
    "check_certificates",
    "list_given",
    "preview",
    "verify",
    "withdraw",
    "write_template",
]
