"""What the page "Stuck?" is made of."""
