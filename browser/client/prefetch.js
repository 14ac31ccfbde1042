/**
 * @file Prefetched pictures: those of a slider's stops or of each mini-batch, which Python sends before the hand comes there.
 *
 * A page has one `Prefetch` (page.js). Sliders and board say what has the hand (`want`), a component asks Python for it (`connect`,
 * prefetcher.js), the board shows pictures (`display`), and whoever waits for some listens (`listen`).
 */

import { renew } from "./values.js";

const PICTURES = 140; // of a sequence that are kept
const REACH = 60; // pictures from the hand: no further are fetched
const BATCH = 24; // pictures that are asked for at once
const SEQUENCES = 3; // that are kept
const AGAIN = 5000; // ms after which a sequence that took too long is tried again; each time twice as many
const LOST = 4000; // ms after which an answer is no longer waited for

/**
 * @typedef {{control: string, count: number, stop: () => number}} Wanted what has the hand: how many pictures there are, and where it is
 * @typedef {{pictures: Map<number, any>, slowUntil: number, pause: number}} Sequence the pictures of one control by their stops
 * @typedef {{show: (picture: any) => boolean, restore: () => void, check: (edit: number) => void}} Screen
 *   show says whether it could; restore: back to what Python last drew; check: Python has drawn the person's change of this number
 */

export class Prefetch {
  constructor() {
    this.turn = 0; // of the newest message
    /** @type {Record<string, string>} */
    this.names = {}; // control -> the name of its sequence, which stays as long as nothing but its own value changes
    /** @type {Map<string, Sequence>} */
    this.sequences = new Map(); // by control and name
    /** @type {Wanted | null} */
    this.wanted = null;
    /** @type {Set<(control?: string) => void>} */
    this.listeners = new Set();
    /** @type {((request: {control: string, stops: number[]}) => void) | null} */
    this.request = null;
    /** @type {Screen | null} */
    this.screen = null;
  }

  /** Connects who asks Python for pictures. @returns disconnects it, if no other has taken its place */
  connect(request) {
    this.request = request;
    return () => {
      if (this.request === request) this.request = null;
    };
  }

  /** Connects the board. @param {Screen} screen @returns disconnects it, if no other has taken its place */
  display(screen) {
    this.screen = screen;
    return () => {
      if (this.screen === screen) this.screen = null;
    };
  }

  /** `listener` is called with the control whose pictures have come. @returns ends that */
  listen(listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What Python sent. */
  receive({ turn, sequences, edit, control, name, pictures, slow }) {
    this.screen?.check(edit);
    if (turn >= this.turn) [this.turn, this.names] = [turn, sequences]; // unpacking takes longer for more: an older message may come later
    if (control) {
      const sequence = this.sequence(control, name);
      if (slow) this.postpone(sequence);
      for (const [stop, picture] of Object.entries(pictures)) sequence.pictures.set(Number(stop), picture);
      this.prune(sequence);
      this.notify(control);
    }
    this.free(); // an answer, or the page has run anew and forgotten the question
    this.fetch();
  }

  /** A hand is on this control: its pictures are fetched, the nearest to where it is first. @param {Wanted} wanted */
  want(wanted) {
    this.wanted = wanted;
    this.fetch();
  }

  /** No hand is on it any more. */
  forget(control) {
    if (this.wanted?.control === control) this.wanted = null;
  }

  /** Who waits for pictures of a control, else of what has the hand, looks whether they are here. */
  notify(control = this.wanted?.control) {
    for (const listener of this.listeners) listener(control);
  }

  /** The picture of a stop, if it is here. */
  picture(control, stop) {
    return this.names[control] && this.sequence(control).pictures.get(stop);
  }

  /** Whether the picture of a stop is worth waiting for: it is on its way. */
  awaits(control, stop) {
    if (!this.names[control] || !this.request) return false;
    const sequence = this.sequence(control);
    return !isSlow(sequence) && !sequence.pictures.has(stop);
  }

  /** Shows the picture of a stop. @returns {boolean} whether it is here, and a board to show it */
  show(control, stop) {
    const picture = this.picture(control, stop);
    return Boolean(picture && this.screen?.show(picture));
  }

  /** Back to what Python last drew. */
  restore() {
    this.screen?.restore();
  }

  // -------------------------------------------------------------------------------------------------------------- for itself

  /** @returns {Sequence} */
  sequence(control, name = this.names[control]) {
    const key = `${control} ${name}`;
    const sequence = this.sequences.get(key) ?? { pictures: new Map(), slowUntil: 0, pause: AGAIN };
    return renew(this.sequences, key, sequence, SEQUENCES);
  }

  /** Of thousands of pictures only those around the hand are kept. */
  prune({ pictures }) {
    const here = this.wanted?.stop() ?? 0;
    const farthest = [...pictures.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const stop of farthest.slice(0, Math.max(0, pictures.size - PICTURES))) pictures.delete(stop);
  }

  /** Python took too long for it. Perhaps somebody else was in the way: it is tried again, ever more seldom. */
  postpone(sequence) {
    sequence.slowUntil = performance.now() + sequence.pause;
    setTimeout(() => this.fetch(), sequence.pause + 20);
    sequence.pause *= 2;
  }

  fetch() {
    const { wanted } = this;
    if (!wanted || !this.request || this.pending || !this.names[wanted.control]) return;
    const sequence = this.sequence(wanted.control);
    if (isSlow(sequence)) return;
    const stops = missing(sequence, wanted);
    if (stops.length === 0) return;
    this.pending = setTimeout(() => this.free(), LOST);
    this.request({ control: wanted.control, stops });
  }

  free() {
    clearTimeout(this.pending);
    this.pending = undefined;
  }
}

const isSlow = (sequence) => performance.now() < sequence.slowUntil;

/** The next stops whose pictures are to be fetched, from where the hand is outward. */
function missing({ pictures }, { count, stop }) {
  const here = stop();
  const stops = [];
  for (let gap = 0; gap <= REACH && stops.length < BATCH; gap++) {
    for (const i of gap ? [here + gap, here - gap] : [here]) {
      if (i >= 0 && i < count && !pictures.has(i)) stops.push(i);
    }
  }
  return stops.slice(0, BATCH);
}
