"""Workbench: every menu open."""

from lessons.scenes import WORKBENCH
from views.drawer import all_controls
from views.page import close_page, heading, open_page, picture
from views.words import tr

scene = open_page("workbench", WORKBENCH)
heading(tr("Your own experiment: pick a landscape, pick the walkers, and see."))
picture(scene)
all_controls(scene)
close_page(scene)
