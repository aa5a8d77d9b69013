"""The agency's spreadsheet against the register: read, decide line by line, apply, explain, settle what waits."""
