"""What topics of the page of optimizers need beside its declarations."""
