"""The item of the navigation that a page belongs to which is not listed there."""

from browser.static_files import component

_NAVIGATION = component("navigation")


def belongs_to(path: str) -> None:
    """The item of the page at this path is marked as the current one."""
    _NAVIGATION(key="navigation", data={"path": path})  # for a string alone Streamlit would import pandas
