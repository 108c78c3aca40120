"""How fast worlds are drawn and stepped, beside stock MiniWorld."""
