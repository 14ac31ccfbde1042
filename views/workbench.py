"""Workbench: every menu open."""

from lessons.scenes import WORKBENCH
from views.drawer import drawer
from views.page import heading, next_step, open_page, picture
from views.session import leave
from views.words import tr

scene = open_page("workbench", WORKBENCH)
heading(tr("Your own experiment: pick a landscape, pick the walkers, and see."))
picture(scene)
drawer(scene, expanded=True)
next_step(tr("pick Rosenbrock or Himmelblau under Model and loss, and add an optimizer."))
leave(scene)
