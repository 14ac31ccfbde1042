"""Where the browser finds plotly.js: a copy of the one that the Python package carries, served by this app itself."""

import functools
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def plotly_urls() -> list[str]:
    """Addresses relative to the page, best first. The browser takes the first that loads."""
    context = get_script_run_ctx(suppress_warning=True)
    urls = []
    if context is not None and st.get_option("server.enableStaticServing"):
        name = published(Path(context.main_script_path).resolve().parent / "static")
        urls += [f"app/static/{name}"] if name else []
    return urls + bundled()


@functools.cache
def published(folder: Path) -> str | None:
    """Puts plotly.min.js into the folder that Streamlit serves, once a version; None where the folder cannot be written."""
    source = _package("plotly") / "package_data" / "plotly.min.js"
    target = folder / f"plotly-{importlib.metadata.version('plotly')}.min.js"
    try:
        if not target.exists() or target.stat().st_size != source.stat().st_size:
            folder.mkdir(exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=folder, prefix="plotly-", suffix=".js")  # one that .gitignore covers
            os.close(handle)
            try:
                shutil.copyfile(source, draft)
                os.chmod(draft, 0o644)
                os.replace(draft, target)  # another process may serve it this very moment
            finally:
                Path(draft).unlink(missing_ok=True)
    except OSError:
        return None
    return target.name


@functools.cache
def bundled() -> list[str]:
    """Streamlit's own chart module, which leaves `window.Plotly` behind when it is loaded. Its name holds a hash."""
    return [f"static/js/{chunk.name}" for chunk in (_package("streamlit") / "static" / "static" / "js").glob("PlotlyChart.*.js")]


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {name} is not installed")
    return Path(spec.origin).parent
