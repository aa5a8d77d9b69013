"""What changes accounts, roles, sessions, links and notices. Every verb keeps one audit entry."""
