/**
 * @file Back-pressure: at most one value is under way to Python. Each carries a running number, `turn`; Python says which one it took.
 *
 * The next value, always the newest, leaves once the last one was seen and the page's script has come to its end, so that a fast hand
 * never interrupts the drawing that it waits for.
 */

const LOST = 8000; // ms after which an answer is no longer waited for

export class Sender {
  /** @param {(value: unknown, turn: number) => void} post */
  constructor(post) {
    this.post = post;
    this.turn = 0; // of the value that was last sent
    this.seen = 0; // of the value that Python last took
    this.under = false; // one is under way
    this.wishes = new Map(); // slot -> the newest value for it, in the order of their first wish
  }

  /** The newest value: at once, or as soon as the one before has arrived. Values of two slots do not replace one another. */
  offer(value, slot = "") {
    this.wishes.set(slot, value);
    this.push();
  }

  /** Whether what Python says now is older than what it was told. */
  get behind() {
    return this.under && this.seen < this.turn;
  }

  /** What Python says now is its answer to all that it was told. */
  get settled() {
    return !this.behind && this.wishes.size === 0;
  }

  /** Nothing is under way, nothing is to go. */
  get idle() {
    return !this.under && this.wishes.size === 0;
  }

  /** Python took the value of this turn. */
  heard(turn) {
    if (!this.under) this.turn = Math.max(this.turn, turn);
    this.seen = turn;
    if (this.under && turn >= this.turn) this.confirmed();
  }

  push() {
    if (this.under || this.wishes.size === 0 || this.closed) return;
    const [[slot, value]] = this.wishes;
    this.wishes.delete(slot);
    this.under = true;
    this.turn += 1;
    this.lost = setTimeout(() => this.free(), LOST);
    this.post(value, this.turn);
  }

  confirmed() {
    clearTimeout(this.lost);
    cancelAnimationFrame(this.frame);
    const look = () => {
      const state = document.querySelector("[data-test-script-state]")?.getAttribute("data-test-script-state");
      if (state === "running" && this.under) this.frame = requestAnimationFrame(look);
      else this.free();
    };
    this.frame = requestAnimationFrame(look);
  }

  free() {
    clearTimeout(this.lost);
    cancelAnimationFrame(this.frame);
    this.under = false;
    this.push();
  }

  close() {
    this.closed = true;
    clearTimeout(this.lost);
    cancelAnimationFrame(this.frame);
  }
}
