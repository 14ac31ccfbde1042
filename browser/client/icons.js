/** @file Icons of buttons. */

export const ICONS = {
  play: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3.5v17l15-8.5z"/></svg>',
  pause: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4h5v16H5zM14 4h5v16h-5z"/></svg>',
  step: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 4v16l11-8zM16.5 4H20v16h-3.5z"/></svg>',
  arrows: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M11 3h10v10l-3.6-3.6L6 20.8 3.2 18 14.6 6.6z"/></svg>',
  pages: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 7h12v14H3zM6 5V3h15v15h-4v-2h2V5z"/></svg>',
};
