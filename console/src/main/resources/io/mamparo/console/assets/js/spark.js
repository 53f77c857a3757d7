import { nothing, svg, html } from '../lib/lit-html/lit-html.js';

const WIDTH = 120;
const HEIGHT = 28;
const KEPT = 120;
const KEY = 'mamparo.recent';

/** A line without axes: only the shape of the last minutes; the figure stands beside it. */
export function spark(values, colour) {
  const known = values.filter((v) => v !== null && Number.isFinite(v));
  if (known.length < 8) return nothing;
  const top = Math.max(...known, 1e-9) * 1.1;
  const x = (i) => ((i / (KEPT - 1)) * WIDTH + ((KEPT - values.length) / (KEPT - 1)) * WIDTH).toFixed(1);
  const points = values.map((v, i) => `${x(i)},${(HEIGHT - ((v ?? 0) / top) * (HEIGHT - 3) - 1.5).toFixed(1)}`);
  return html`<svg class=${`spark spark-${colour}`} viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
    ${svg`<polygon points=${`${x(0)},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`}/><polyline points=${points.join(' ')}/>`}</svg>`;
}

/** The last two minutes of some figures, remembered by this tab across pages. */
export class Recent {
  constructor() {
    try {
      this.saved = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    } catch {
      this.saved = {};
    }
  }

  /** Adds one value a name for `at` (epoch ms); an older stack's or a long interrupted past is dropped. */
  add(stack, at, values) {
    if (this.saved.stack !== stack || at - (this.saved.at ?? 0) > 30_000 || at < this.saved.at) this.saved = { stack, lines: {} };
    this.saved.at = at;
    for (const [name, value] of Object.entries(values)) {
      const line = (this.saved.lines[name] ??= []);
      line.push(value === null || value === undefined ? null : Math.round(value * 1e6) / 1e6);
      if (line.length > KEPT) line.shift();
    }
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.saved));
    } catch {
      // Forgotten with this page, then.
    }
  }

  line(name) {
    return this.saved.lines?.[name] ?? [];
  }
}
