"""What documents say and how they are proved, without a database and without a clock."""
