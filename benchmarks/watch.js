/**
 * @file Runs before anything else of a page and notes, under window.benchmark, when what is painted. Times are in milliseconds.
 *
 * A thing counts as painted when the second animation frame after it begins: the first one is the frame that paints it.
 */
{
  const seen = { key: 0, painted: {}, pictures: [], frames: [] };
  window.benchmark = seen;

  // ------------------------------------------------------------------------------------------------ from a key to the picture

  addEventListener(
    "keydown",
    (event) => {
      seen.key = event.timeStamp;
      seen.painted = {};
    },
    true,
  );

  const next = (then) => requestAnimationFrame(() => requestAnimationFrame(then));

  const changed = (part) => {
    if (part in seen.painted) return;
    const { key, painted } = seen;
    painted[part] = null;
    next(() => (painted[part] = performance.now() - key));
  };

  new MutationObserver((records) => records.forEach((record) => changed(record.attributeName.slice("data-".length)))).observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ["data-drawn", "data-contours", "data-surface"],
  });

  /** The empty page: its text is what is waited for. */
  seen.read = (text) => {
    let before = text.textContent;
    new MutationObserver(() => {
      if (text.textContent === before) return;
      before = text.textContent;
      changed("text");
    }).observe(text, { subtree: true, childList: true, characterData: true });
  };

  // ------------------------------------------------------------------------------------------------ what a moving board shows

  const board = () => document.querySelector(".esl-board");
  const turn = () => board()?.dataset.contours ?? board()?.dataset.drawn;

  const small = document.createElement("canvas");
  [small.width, small.height] = [64, 64];
  const eye = small.getContext("2d", { willReadFrequently: true });

  /** Lines, words and pixels of the contours: two that are equal are one picture. */
  const shown = () => {
    const parts = [];
    for (const node of document.querySelectorAll(".esl-contour :is(path, image, text)")) {
      parts.push(node.getAttribute("d") ?? node.getAttribute("href") ?? node.textContent);
    }
    for (const canvas of document.querySelectorAll(".esl-contour canvas")) {
      if (!canvas.width || !canvas.height) continue;
      eye.clearRect(0, 0, 64, 64);
      eye.drawImage(canvas, 0, 0, 64, 64);
      parts.push(eye.getImageData(0, 0, 64, 64).data.join(""));
    }
    return parts.join(" ");
  };

  /** Notes the time of every new picture of the contours, until `seen.still()`. */
  seen.film = () => {
    let [last, before, filming] = [turn(), shown(), true];
    seen.pictures = [];
    seen.still = () => (filming = false);
    const look = (now) => {
      if (!filming) return;
      if (turn() !== last) {
        last = turn();
        const picture = shown();
        if (picture !== before) {
          before = picture;
          requestAnimationFrame((painted) => seen.pictures.push(painted));
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };

  /** Notes the time of every frame in which the player stands at another update, until `seen.still()`. */
  seen.count = () => {
    const update = document.querySelector(".esl-update");
    let [before, counting] = [update.textContent, true];
    seen.frames = [];
    seen.still = () => (counting = false);
    const look = (now) => {
      if (!counting) return;
      if (update.textContent !== before) seen.frames.push(now);
      before = update.textContent;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  };

  // ---------------------------------------------------------------------------------------------------- contexts of the 3-D

  const contexts = new Map();
  for (const canvas of [HTMLCanvasElement, OffscreenCanvas]) {
    const { getContext } = canvas.prototype;
    canvas.prototype.getContext = function (kind, ...rest) {
      const context = getContext.call(this, kind, ...rest);
      if (context && /webgl/.test(kind) && !contexts.has(this)) contexts.set(new WeakRef(context), kind);
      return context;
    };
  }

  /** How many WebGL contexts are alive. */
  seen.contexts = () => {
    const alive = new Set([...contexts.keys()].map((held) => held.deref()).filter((context) => context && !context.isContextLost()));
    return alive.size;
  };
}
