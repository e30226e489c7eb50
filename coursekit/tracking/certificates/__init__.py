"""Certificates: what they state, how they are signed and drawn, and how they are verified.

A certificate is a PDF. In it lies, as an attachment, its statement with a signature: all that is printed, as text. The
file ends with a seal, a signature of all bytes before it. So whoever has the course's public key can tell without the
course's database that a file is as it was made, and where it was saved anew by another program, what was signed.
"""
