"""Measurements at scale; each module is a command of its own."""
