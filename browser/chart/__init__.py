"""One Plotly figure by itself."""

from browser.chart.chart import chart

__all__ = ["chart"]
