"""What worlds are, as data: factors, domains, tasks, palettes, shapes. NumPy alone."""
