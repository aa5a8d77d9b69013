"""e-Retribusi: who owes what and why, what was paid, who holds the cash, when it reached the treasury."""
