"""Pure rules of `places`: codes, calendar, region files, geometry. No Django, no database, no clock."""
