"""The demonstration: role accounts, the sample spreadsheet, and enough life for each first page.

Everybody here is invented; the e-mail addresses end in exemple.qc.ca, which is reserved for that.
"""
