/**
 * @file Back-pressure: at most one value is under way to Python. Each carries a running number, `turn`; Python says which one it took.
 *
 * The next value, always the newest, leaves once the last one was seen and the page's script has come to its end, so that a fast hand
 * never interrupts the drawing that it waits for.
 */

const LOST = 8000; // ms after which an answer is no longer waited for

export class Sender {
  /** @param {(value: any, turn: number) => void} [post] */
  constructor(post = () => {}) {
    this.post = post;
    this.turn = 0; // of the value that was last sent
    this.answered = 0; // of the value that Python last took
    this.waiting = false; // a value is under way
    this.frame = 0;
    this.wishes = new Map(); // slot -> the newest value for it, in the order of their first wish
  }

  /** The newest value: at once, or as soon as the one before has arrived. Values of two slots do not replace one another. */
  offer(value, slot = "") {
    this.wishes.set(slot, value);
    this.push();
  }

  /** What Python says now is older than what it was sent. */
  get behind() {
    return this.waiting && this.answered < this.turn;
  }

  /** What Python says now is its answer to all that it was sent. */
  get settled() {
    return !this.behind && this.wishes.size === 0;
  }

  /** Nothing is under way, nothing is to go. */
  get idle() {
    return !this.waiting && this.wishes.size === 0;
  }

  /** Python took the value of this turn. */
  answer(turn) {
    if (!this.waiting) this.turn = Math.max(this.turn, turn);
    this.answered = turn;
    if (this.waiting && turn >= this.turn) this.confirmed();
  }

  push() {
    if (this.waiting || this.wishes.size === 0 || this.closed) return;
    const [[slot, value]] = this.wishes;
    this.wishes.delete(slot);
    this.waiting = true;
    this.turn += 1;
    this.lost = setTimeout(() => this.free(), LOST);
    this.post(value, this.turn);
  }

  confirmed() {
    clearTimeout(this.lost);
    cancelAnimationFrame(this.frame);
    const watch = () => {
      const state = document.querySelector("[data-test-script-state]")?.getAttribute("data-test-script-state");
      if (state === "running" && this.waiting) this.frame = requestAnimationFrame(watch);
      else this.free();
    };
    this.frame = requestAnimationFrame(watch);
  }

  free() {
    clearTimeout(this.lost);
    cancelAnimationFrame(this.frame);
    this.waiting = false;
    this.push();
  }

  close() {
    this.closed = true;
    clearTimeout(this.lost);
    cancelAnimationFrame(this.frame);
  }
}
