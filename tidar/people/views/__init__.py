"""Pages of people: sign-in, accounts and roles, own profile, notices, the audit trail."""
