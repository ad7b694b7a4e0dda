"""Tables go out: spreadsheets, CSV and JSON, with every text kept as text."""
