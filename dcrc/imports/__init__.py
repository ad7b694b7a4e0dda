"""Tables come in: dealers' spreadsheets become customers, vehicles and events."""
