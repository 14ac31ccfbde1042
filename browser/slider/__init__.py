"""A slider that sends its value while it is dragged."""

from browser.slider.slider import slider, slider_dragging, slider_value, stops

__all__ = ["slider", "slider_dragging", "slider_value", "stops"]
