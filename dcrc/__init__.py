"""dcrc: customers and a task calendar for a car dealer's customer relations centre."""

__version__ = "0.1.0"
