"""Where the page of deep networks opens: six layers on two spirals at a rate that only the normalized network stands."""

from deep.experiment import Deep
from settings import pick

DEEP = Deep(optimizer=pick("gradient_descent", rate=0.8))
