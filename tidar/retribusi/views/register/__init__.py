"""Pages of the register, the census, tariffs and days that are not charged."""
