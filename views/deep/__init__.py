"""The page of deep networks: its board, its charts, its controls."""
