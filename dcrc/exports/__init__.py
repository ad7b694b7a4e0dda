"""Tables go out: spreadsheets, CSV and JSON, with every text kept as text."""

from dcrc.exports.tables import Exported, export_table
from dcrc.exports.writing import Table, defused, undefused, write_tables

__all__ = ["Exported", "Table", "defused", "export_table", "undefused", "write_tables"]
