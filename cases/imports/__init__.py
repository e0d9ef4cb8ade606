"""Reading a spreadsheet of participants: file → records → typed, cleaned rows or problems.

Nothing here touches the database: the caller gives the lookups and decides what to write.
"""
