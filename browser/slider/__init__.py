"""A slider that sends its value while it is dragged."""

from browser.slider.slider import slider, slider_held, slider_value, stops

__all__ = ["slider", "slider_held", "slider_value", "stops"]
