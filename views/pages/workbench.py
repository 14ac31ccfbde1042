"""Workbench: every menu open."""

from lessons.scenes import WORKBENCH
from views import lesson
from views.language import tr
from views.page import body, end_page, heading, open_page, picture, try_next
from views.plane.control_panel import open_controls


@body
def workbench() -> None:
    scene = open_page("workbench", WORKBENCH)
    heading(tr("Your own experiment: pick a landscape, pick the walkers, and see."))
    picture(scene)
    try_next(tr("pick Rosenbrock or Himmelblau under Model and loss, and add an optimizer."))
    open_controls(scene)
    end_page(scene)


workbench()
lesson.links()
