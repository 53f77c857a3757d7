import { html, svg } from '../lib/lit-html/lit-html.js';

// Icons say in shape what colour says too: no state is told by colour alone.
const stroke = (body) => html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${body}</svg>`;

/** Paths on a 24 × 24 grid, also drawn inside the service map. */
export const shapes = {
  entry: svg`<path d="M4 12h11M11 7l5 5-5 5M20 4v16"/>`,
  visitor: svg`<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.6-4 3.400-6 7-6s6.400 2 7 6"/>`,
  service: svg`<path d="M12 3l8 4.500v9L12 21l-8-4.500v-9z"/><path d="M4 7.500l8 4.500 8-4.500M12 12v9"/>`,
  database: svg`<ellipse cx="12" cy="5.500" rx="7.500" ry="2.800"/><path d="M4.500 5.500v13c0 1.500 3.400 2.800 7.500 2.800s7.500-1.300 7.500-2.800v-13M4.500 12c0 1.500 3.400 2.800 7.500 2.800s7.500-1.300 7.500-2.800"/>`,
  external: svg`<circle cx="12" cy="12" r="8.500"/><path d="M3.500 12h17M12 3.500c3 3 3 14 0 17M12 3.500c-3 3-3 14 0 17"/>`,
  ok: svg`<path d="M5 12.500l4.500 4.500L19 7.500"/>`,
  warn: svg`<path d="M12 4l9 16H3z"/><path d="M12 10v4.500M12 17.300v.1"/>`,
  bad: svg`<path d="M6.500 6.500l11 11M17.500 6.500l-11 11"/>`,
  idle: svg`<path d="M7 12h10"/>`,
  open: svg`<path d="M3 12h5M16 12h5M8 12l6.500-5.500"/><circle cx="8" cy="12" r="1"/><circle cx="16" cy="12" r="1"/>`,
  half: svg`<path d="M3 12h5M16 12h5M8 12l7-3"/><circle cx="8" cy="12" r="1"/><circle cx="16" cy="12" r="1"/>`,
  fault: svg`<path d="M13 3L5 13.500h6L10 21l8-10.500h-6z"/>`,
  search: svg`<circle cx="11" cy="11" r="6.500"/><path d="M16 16l4.500 4.500"/>`,
  sun: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400"/>`,
  moon: svg`<path d="M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z"/>`,
  help: svg`<path d="M9 9.200A3 3 0 1 1 12 13v1.500M12 18v.1"/>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"/>`,
  down: svg`<path d="M6 9.500l6 6 6-6"/>`,
  right: svg`<path d="M9.500 6l6 6-6 6"/>`,
  slo: svg`<circle cx="12" cy="12" r="8.500"/><circle cx="12" cy="12" r="4"/><path d="M12 12v.1"/>`,
  trace: svg`<path d="M4 6h9M8 12h9M12 18h8"/>`,
  gameday: svg`<path d="M6 21V4M6 4h11l-2 4 2 4H6"/>`,
  plus: svg`<path d="M12 6v12M6 12h12"/>`,
  minus: svg`<path d="M6 12h12"/>`,
  fit: svg`<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>`,
  external_link: svg`<path d="M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"/>`,
};

export const icon = (name) => stroke(shapes[name]);
export const dot = html`<svg viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="4.500" fill="currentColor"/></svg>`;
