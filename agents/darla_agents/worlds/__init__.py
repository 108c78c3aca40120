"""The environments that agents act in, showing what each kind of agent sees."""
