"""What people type on the pages of e-Retribusi, read and checked for courtesy; constraints and actions hold the truth."""
