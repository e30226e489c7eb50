"""The kinds of hosts: a module each, with a class called ``Kind``."""
