"""Tables go out: spreadsheets, CSV and JSON, with every text kept as text."""

from dcrc.exports.tables import Exported, export_table
from dcrc.exports.writing import Table, defused, write_tables

__all__ = ["Exported", "Table", "defused", "export_table", "write_tables"]
