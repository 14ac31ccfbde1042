"""The topics of the page of losses."""
