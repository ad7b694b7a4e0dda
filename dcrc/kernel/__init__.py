"""Customers and a task calendar: what every function of a customer relations centre stands on."""
