"""What people type on the pages of e-Retribusi, checked for courtesy; constraints and actions hold the truth."""
