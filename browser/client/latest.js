/** @file Slow work that is requested faster than it is done: one run at a time, and one more for all requests that came during it. */

export class Latest {
  /** @param {() => Promise<unknown>} work */
  constructor(work) {
    this.work = work;
    this.stale = false; // there are newer data: the work may stop early
    this.running = null; // settles when nothing is left to do
    this.closed = false;
  }

  request() {
    this.stale = true;
    this.running ??= this.run();
  }

  async run() {
    try {
      while (this.stale && !this.closed) {
        this.stale = false;
        await this.work();
      }
    } finally {
      this.running = null;
    }
  }

  /** Whether the running work is no longer needed. */
  get overtaken() {
    return this.stale || this.closed;
  }

  close() {
    this.closed = true;
  }
}
