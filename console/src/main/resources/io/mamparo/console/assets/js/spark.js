import { html, nothing, svg } from '../lib/lit-html/lit-html.js';
import { KEPT } from './recent.js';

const WIDTH = 120;
const HEIGHT = 28;

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
