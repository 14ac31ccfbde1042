"""Loss: the surface that the loss makes. Output space, two classes, encodings; classifiers and masks are pages of their own."""

from collections.abc import Callable

from lessons.scenes import ENCODINGS, OUTPUT, TWO
from views import lesson
from views.loss.encodings import encodings
from views.loss.output import other_surface, output
from views.loss.topics import loss_topics
from views.loss.two import two
from views.page import body, end_page, open_page
from views.session import Scene

SCENES = {"output": OUTPUT, "two": TWO, "encodings": ENCODINGS}
TOPICS: dict[str, Callable[[Scene], None]] = {"output": output, "two": two, "encodings": encodings}


@body
def loss() -> None:
    scene = open_page("loss", OUTPUT, SCENES)
    if not lesson.hidden(scene):
        topic = loss_topics(scene, SCENES)
        fits = topic == "encodings" or scene.experiment.surface.name == SCENES[topic].surface.name
        (TOPICS[topic] if fits else other_surface)(scene)
    end_page(scene)


loss()
lesson.links()
