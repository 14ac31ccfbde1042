"""Static files that this app serves: the scripts of browser/client, and the plotly.js of the Plotly package.

They are routes of the app beside Streamlit's own, and nothing is written to disk, so a checkout may be read-only. The name of their folder
is a hash of their content, so browsers can cache them. A component's own script is two lines that import the rest, since Streamlit sends
it with every change.
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
    """All files of browser/client as of the server's start: later versions may not match the Python code that is running."""
    return {file.name: file.read_bytes() for file in sorted(CLIENT.iterdir())}


@functools.cache
def _folder() -> str:
    """The name of the folder in the URL: a hash of the content."""
    content = hashlib.blake2b(distribution("plotly").version.encode(), digest_size=8)
    for name, script in _scripts().items():
        content.update(name.encode() + script)
    return f"lab-{content.hexdigest()}"


def entry(name: str) -> str:
    """The script of a component for Streamlit. It calls `mount` of browser/client/{name}.js."""
    return _ENTRY.format(folder=_folder(), name=name)


def component(name: str, *, isolate_styles: bool = True) -> ComponentRenderer:
    """The Streamlit component implemented in browser/client/{name}.js. isolate_styles: use a shadow root."""
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
    """Routes of these files for `st.App`. They match under any server.baseUrlPath, which is unknown when the app is created."""
    folder = f"/{{base:path}}app/static/{_folder()}"
    return [Route(f"{folder}/plotly.min.js", _plotly), Route(f"{folder}/{{name}}", _script)]
