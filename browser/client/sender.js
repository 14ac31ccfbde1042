/**
 * @file Back-pressure: at most one value is on its way to Python. Each carries a running number, `turn`; Python answers with the last
 * one that it received.
 *
 * The next value, always the newest, is sent once the last one has been answered and the page's script has ended, so that a fast drag
 * never interrupts the drawing that it is waiting for.
 */

const LOST = 8000; // ms after which a missing answer is given up

export class Sender {
  /** @param {(value: any, turn: number) => void} [post] */
  constructor(post = () => {}) {
    this.post = post;
    this.turn = 0; // of the value that was last sent
    this.answered = 0; // of the value that Python last took
    this.waiting = false; // a value is on its way
    this.frame = 0;
    this.queue = new Map(); // slot -> the newest value for it, in the order of their first offer
  }

  /** The newest value: at once, or as soon as the one before has arrived. Values of two slots do not replace one another. */
  offer(value, slot = "") {
    this.queue.set(slot, value);
    this.push();
  }

  /** Python's data are older than the value that was last sent. */
  get behind() {
    return this.waiting && this.answered < this.turn;
  }

  /** Python's data answer everything that was sent. */
  get settled() {
    return !this.behind && this.queue.size === 0;
  }

  /** Nothing is on its way and nothing is waiting. */
  get idle() {
    return !this.waiting && this.queue.size === 0;
  }

  /** Python received the value of this turn. */
  answer(turn) {
    if (!this.waiting) this.turn = Math.max(this.turn, turn);
    this.answered = turn;
    if (this.waiting && turn >= this.turn) this.confirmed();
  }

  push() {
    if (this.waiting || this.queue.size === 0 || this.closed) return;
    const [[slot, value]] = this.queue;
    this.queue.delete(slot);
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
