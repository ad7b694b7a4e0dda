"""The keyboard-first terminal interface."""
