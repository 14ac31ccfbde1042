"""The board: pictures of error surfaces with the walks on them, drawn and played in the browser."""

from browser.board.board import BoardState, board, board_state

__all__ = ["BoardState", "board", "board_state"]
