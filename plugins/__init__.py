"""The functions of a customer relations centre, one folder each."""
