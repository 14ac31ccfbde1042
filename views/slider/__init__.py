"""A slider that sends its value while it is dragged."""

from views.slider.slider import slider, slider_value

__all__ = ["slider", "slider_value"]
