"""What the browser gets from this app itself: the scripts of browser/client, and the plotly.js that the Python package carries.

Streamlit's server answers for them beside its own routes, and nothing is written: a checkout may be read-only. Their folder is named by
their content, so that a browser may keep what it has. A component's own script is two lines that fetch the rest, since it is sent with
every change.
"""

import functools
import hashlib
from importlib.metadata import distribution
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from streamlit.components.v2.types import ComponentRenderer

CLIENT = Path(__file__).parent / "client"
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
_ENTRY = """
const script = import(new URL("app/static/{folder}/{name}.js", document.baseURI).href);
export default function (call) {{
  const mounted = script.then(({{ mount }}) => mount(call));
  return () => void mounted.then((close) => close());
}}
"""


@functools.cache
def _scripts() -> dict[str, bytes]:
    """Every file of browser/client as it was when the server started. What is checked out later fits other Python than this process has."""
    return {file.name: file.read_bytes() for file in sorted(CLIENT.iterdir())}


@functools.cache
def _folder() -> str:
    """The name of the folder that the files are served in: another content, another name."""
    content = hashlib.blake2b(distribution("plotly").version.encode(), digest_size=8)
    for name, script in _scripts().items():
        content.update(name.encode() + script)
    return f"lab-{content.hexdigest()}"


def entry(name: str) -> str:
    """What Streamlit is given as the script of a component: `mount` of browser/client/{name}.js does the work."""
    return _ENTRY.format(folder=_folder(), name=name)


def component(name: str, *, isolate_styles: bool = True) -> ComponentRenderer:
    """The Streamlit component whose work browser/client/{name}.js does. isolate_styles: it has a shadow root."""
    return st.components.v2.component(f"error_surface_{name}", html="", js=entry(name), isolate_styles=isolate_styles)


async def _plotly(_: Request) -> Response:
    file = distribution("plotly").locate_file("plotly/package_data/plotly.min.js")
    return FileResponse(str(file), media_type=_TYPES[".js"], headers=_HEADERS)


async def _script(request: Request) -> Response:
    name: str = request.path_params["name"]
    if name not in _scripts():
        return Response(status_code=404)
    return Response(_scripts()[name], media_type=_TYPES[Path(name).suffix], headers=_HEADERS)


def routes() -> list[Route]:
    """The routes of these files, for `st.App`. They match behind any server.baseUrlPath, which is not known before the app is made."""
    folder = f"/{{base:path}}app/static/{_folder()}"
    return [Route(f"{folder}/plotly.min.js", _plotly), Route(f"{folder}/{{name}}", _script)]
