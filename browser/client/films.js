/**
 * @file Films: pictures that Python sends ahead of the hand, those of a slider's stops or of each mini-batch.
 *
 * The page has one; the sliders, the board and the component that fetches them (ahead.js) meet here.
 */

const FRAMES = 140; // of a film that are kept
const FAR = 60; // pictures from the hand: no further are fetched
const BATCH = 24; // pictures that are asked for at once
const KEPT = 3; // films
const AGAIN = 5000; // ms after which a film that took too long is tried again; each time twice as many
const LOST = 4000; // ms after which an answer is no longer waited for

class Films {
  constructor() {
    this.turn = 0; // of the message that the names are of
    this.release = null; // () => void, while a board is there: back to what Python last drew
    this.names = {}; // slider -> the name of its film, which holds as long as nothing but its own value changes
    this.films = new Map(); // "slider name" -> { frames: Map(stop -> picture), slow: until then, as it takes too long, pause: ms }
    this.ask = null; // (wish) => void, while the fetching component is there
    this.show = null; // (picture) => void, while a board is there
    this.drawn = null; // (edit) => void, while a board is there: the change of a person that Python last drew
    this.waiting = new Set(); // (control) => void of those who wait for pictures
    this.wanted = null; // { control, count, stop() } of what has the hand: how many pictures there are, and where it is
  }

  /** What Python sent. */
  take({ turn, films, drawn, control, name, frames, slow }) {
    this.drawn?.(drawn);
    if (turn >= this.turn) [this.turn, this.names] = [turn, films]; // unpacking takes longer for more: an older message may come later
    if (control) {
      const film = this.film(control, name);
      if (slow) this.postpone(film);
      for (const [stop, picture] of Object.entries(frames)) film.frames.set(Number(stop), picture);
      this.prune(film);
      for (const tell of this.waiting) tell(control);
    }
    this.free(); // an answer, or the page has run anew and forgotten the question
    this.fetch();
  }

  /** Of a film of thousands of pictures only those around the hand are kept. */
  prune({ frames }) {
    const here = this.wanted?.stop() ?? 0;
    const far = [...frames.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const stop of far.slice(0, Math.max(0, frames.size - FRAMES))) frames.delete(stop);
  }

  film(control, name = this.names[control]) {
    if (!name) return { frames: new Map(), slow: 0, pause: AGAIN }; // nobody has offered it yet
    const key = `${control} ${name}`;
    const film = this.films.get(key) ?? { frames: new Map(), slow: 0, pause: AGAIN };
    this.films.delete(key); // to the end: the newest
    this.films.set(key, film);
    for (const old of this.films.keys()) {
      if (this.films.size <= KEPT) break;
      this.films.delete(old);
    }
    return film;
  }

  /** Python took too long for it. Perhaps somebody else was in the way: it is tried again, ever more seldom. */
  postpone(film) {
    film.slow = performance.now() + film.pause;
    setTimeout(() => this.fetch(), film.pause + 20);
    film.pause *= 2;
  }

  /** A hand is on this slider: its pictures are fetched, the nearest to where it is first. */
  want(wanted) {
    this.wanted = wanted;
    this.fetch();
  }

  /** No hand is on it any more. */
  forget(control) {
    if (this.wanted?.control === control) this.wanted = null;
  }

  /** New data have been drawn: who has a hand shows its picture again. */
  replay() {
    for (const tell of this.waiting) tell(this.wanted?.control);
  }

  fetch() {
    const { wanted } = this;
    if (!wanted || !this.ask || this.asking || !this.names[wanted.control]) return;
    const film = this.film(wanted.control);
    if (this.slow(film)) return;
    const here = wanted.stop();
    const missing = [];
    // From where the hand is outward; a film may have thousands of pictures.
    for (let gap = 0; gap < wanted.count && missing.length < BATCH; gap++) {
      for (const i of gap ? [here + gap, here - gap] : [here]) {
        if (i >= 0 && i < wanted.count && !film.frames.has(i) && Math.abs(i - here) <= FAR) missing.push(i);
      }
    }
    if (missing.length === 0) return;
    this.asking = setTimeout(() => this.free(), LOST);
    this.ask({ control: wanted.control, stops: missing.slice(0, BATCH) });
  }

  slow(film) {
    return performance.now() < film.slow;
  }

  free() {
    clearTimeout(this.asking);
    this.asking = null;
  }

  /** Whether the picture of a stop is worth waiting for: it is on its way. */
  awaits(control, stop) {
    return Boolean(this.names[control] && this.ask) && !this.slow(this.film(control)) && !this.film(control).frames.has(stop);
  }

  /** Shows the picture of a stop, if it is here. */
  play(control, stop) {
    const picture = this.names[control] && this.film(control).frames.get(stop);
    if (!picture || !this.show) return false;
    this.show(picture);
    return true;
  }
}

export const films = new Films();
