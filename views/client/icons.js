/** @file Icons of buttons. */

export const ICONS = {
  play: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3.5v17l15-8.5z"/></svg>',
  pause: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4h5v16H5zM14 4h5v16h-5z"/></svg>',
  step: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 4v16l11-8zM16.5 4H20v16h-3.5z"/></svg>',
};
