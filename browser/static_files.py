"""What the browser gets from this app itself: the scripts of browser/client, and the plotly.js that the Python package carries.

Streamlit serves the folder `static` beside the app. Copies go there, once a version, into names that hold the version: a browser may
keep what it has for as long as it likes. A component's own script is two lines that fetch the rest, since it is sent with every change.
"""

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
import time
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

CLIENT = Path(__file__).parent / "client"
OLD = 30 * 86400  # seconds after which nobody is still looking at what an older version drew
_ENTRY = """
const script = import(new URL("app/static/{folder}/{name}.js", document.baseURI).href);
export default function (call) {{
  const mounted = script.then(({{ mount }}) => mount(call));
  return () => void mounted.then((close) => close());
}}
"""


@functools.cache
def _client() -> str:
    """The name of the folder that the scripts are served in: another content, another name."""
    content = hashlib.blake2b(digest_size=8)
    for file in sorted(CLIENT.iterdir()):
        content.update(file.name.encode() + file.read_bytes())
    return f"lab-{content.hexdigest()}"


def entry(name: str) -> str:
    """What Streamlit is given as the script of a component: `mount` of browser/client/{name}.js does the work."""
    return _ENTRY.format(folder=_client(), name=name)


def publish_scripts() -> bool:
    """Puts the scripts where Streamlit serves them, once a process. Whether the browser can fetch them."""
    folder = _static()
    return folder is not None and _published(folder)


def plotly_urls() -> list[str]:
    """Addresses of plotly.js relative to the page, best first. The browser takes the first that loads."""
    folder = _static()
    name = None if folder is None else _plotly(folder)
    return ([f"app/static/{name}"] if name else []) + bundled()


def _static() -> Path | None:
    """The folder that Streamlit serves; None where it serves none."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not st.get_option("server.enableStaticServing"):
        return None
    return Path(context.main_script_path).resolve().parent / "static"


@functools.cache
def _published(folder: Path) -> bool:
    return publish(folder / _client())


def publish(target: Path) -> bool:
    """Copies the scripts to `target`, if they are not there, and takes versions long gone away from beside it. Whether they are there."""
    folder = target.parent
    try:
        if not target.exists():
            folder.mkdir(exist_ok=True)
            draft = Path(tempfile.mkdtemp(dir=folder, prefix="lab-"))  # a name that .gitignore covers
            draft.chmod(0o755)
            for file in CLIENT.iterdir():
                shutil.copyfile(file, draft / file.name)
            try:
                draft.rename(target)
            except OSError:  # another process was faster
                shutil.rmtree(draft)
            for other in folder.glob("lab-*"):
                if time.time() - other.stat().st_mtime > OLD:
                    shutil.rmtree(other, ignore_errors=True)
    except OSError:
        return False
    return target.is_dir()


@functools.cache
def _plotly(folder: Path) -> str | None:
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
