"""One Plotly figure by itself."""

from views.chart.chart import chart

__all__ = ["chart"]
