/**
 * @file Prefetched pictures: those of a slider's stops or of each mini-batch, sent by Python before a drag reaches them.
 *
 * A page has one `Prefetch` (page.js). Sliders and board name the control in use (`want`), a component requests its pictures from
 * Python (`connect`, prefetcher.js), the board shows them (`display`), and listeners hear of their arrival (`listen`).
 */

import { setNewest } from "./values.js";

const PICTURES = 140; // pictures kept of a sequence
const REACH = 60; // stops to each side of the control's position within which pictures are fetched
const BATCH = 24; // pictures in one request
const SEQUENCES = 3; // sequences kept
const AGAIN = 5000; // ms after which a sequence that took too long is tried again; doubled each time
const LOST = 4000; // ms after which a missing answer is given up

/**
 * @typedef {{control: string, count: number, stop: () => number}} Wanted the control in use, how many pictures it has, and its stop
 * @typedef {{pictures: Map<number, any>, slowUntil: number, pause: number}} Sequence the pictures of one control by their stops
 * @typedef {{show: (picture: any) => boolean, restore: () => void, check: (edit: number) => void}} Screen
 *   show returns whether it could; restore shows what Python last drew; check: Python has drawn the change of this number
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

  /** Connects the component that requests pictures from Python. @returns disconnects it */
  connect(request) {
    return this.attach("request", request);
  }

  /** Connects the board. @param {Screen} screen @returns disconnects it */
  display(screen) {
    return this.attach("screen", screen);
  }

  /** Calls `listener` with each control whose pictures have arrived. @returns stops that */
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
    this.free(); // an answer, or the page's script ran again and dropped the request
    this.fetch();
  }

  /** A person uses this control: its pictures are fetched, the nearest ones first. @param {Wanted} wanted */
  want(wanted) {
    this.wanted = wanted;
    this.fetch();
  }

  /** The control is no longer in use. */
  forget(control) {
    if (this.wanted?.control === control) this.wanted = null;
  }

  /** Calls the listeners with a control, by default the one in use. */
  notify(control = this.wanted?.control) {
    for (const listener of this.listeners) listener(control);
  }

  /** The picture of a stop, if it has arrived. */
  picture(control, stop) {
    return this.names[control] && this.sequence(control).pictures.get(stop);
  }

  /** Whether the picture of a stop can be expected soon. */
  awaits(control, stop) {
    if (!this.names[control] || !this.request) return false;
    const sequence = this.sequence(control);
    return !isSlow(sequence) && !sequence.pictures.has(stop);
  }

  /** Shows the picture of a stop. @returns {boolean} whether it has arrived and a board could show it */
  show(control, stop) {
    const picture = this.picture(control, stop);
    return Boolean(picture && this.screen?.show(picture));
  }

  /** Shows what Python last drew. */
  restore() {
    this.screen?.restore();
  }

  // ---------------------------------------------------------------------------------------------------------------- private

  /** @returns detaches the part, unless another has replaced it */
  attach(role, part) {
    this[role] = part;
    return () => {
      if (this[role] === part) this[role] = null;
    };
  }

  /** @returns {Sequence} */
  sequence(control, name = this.names[control]) {
    const key = `${control} ${name}`;
    const sequence = this.sequences.get(key) ?? { pictures: new Map(), slowUntil: 0, pause: AGAIN };
    return setNewest(this.sequences, key, sequence, SEQUENCES);
  }

  /** Keeps the pictures around the control's position, of thousands. */
  prune({ pictures }) {
    const here = this.wanted?.stop() ?? 0;
    const farthest = [...pictures.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const stop of farthest.slice(0, Math.max(0, pictures.size - PICTURES))) pictures.delete(stop);
  }

  /** Python took too long for it, perhaps because the server was busy: it is tried again later, less and less often. */
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

/** The next stops whose pictures are to be fetched, from the control's position outward. */
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
