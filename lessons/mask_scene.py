"""Where the page of masks opens: every position is padding, where all ways to mask part."""

from labs.masks.setup import LENGTH, Masked

MASKED = Masked().padded((True,) * LENGTH)
