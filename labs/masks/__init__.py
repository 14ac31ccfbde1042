"""Softmax over a sequence of which some positions are padding: what every way to mask gives in every number format."""
