import { nothing, svg } from '../lib/lit-html/lit-html.js';
import { ms, percent, rate } from './format.js';
import { shapes } from './icons.js';
import { errorTone, nodeTone, pageOf } from './status.js';

// One node of the service map: a card with its rate, tail latency, replicas and a ring of outcomes.
export const NODE = { width: 178, height: 86 };
const RING = 10.5;
const KINDS = { entry: 'Entry', visitor: 'Visitor', service: 'Service', database: 'Database', external: 'External' };

export function nodeCard(node, place, { focusable, dim }) {
  const tone = nodeTone(node);
  const address = pageOf(node);
  const card = svg`<g class=${`node node-${tone} node-${node.kind}`} ?data-dim=${dim}
      transform=${`translate(${place.x - NODE.width / 2} ${place.y - NODE.height / 2})`}>
    <title>${describe(node)}</title>
    <rect class="node-box" width=${NODE.width} height=${NODE.height} rx="10"/>
    <rect class="node-edge" width="4" height=${NODE.height - 22} x="0" y="11" rx="2"/>
    <svg class="node-icon" x="14" y="12" width="17" height="17" viewBox="0 0 24 24">${shapes[node.kind] ?? shapes.service}</svg>
    <text class="node-name" x="37" y="26">${clip(node.name, 13)}</text>
    <text class="node-figures" x="15" y="51">${rate(node.rps)}<tspan class="node-quiet" dx="8">${node.p99Ms === null || node.p99Ms === undefined || !node.rps ? '' : `p99 ${ms(node.p99Ms)}`}</tspan></text>
    ${foot(node)}${trouble(node)}${ring(node)}</g>`;
  return address && focusable
    ? svg`<a class="node-link" href=${address} data-node=${keyOf(node)} aria-label=${describe(node)}>${card}</a>`
    : svg`<g class="node-link" data-node=${keyOf(node)} tabindex=${focusable ? '0' : nothing} role="img" aria-label=${describe(node)}>${card}</g>`;
}

/** A database and a service may share a name: the key keeps them apart. */
export const keyOf = (node) => (node.kind === 'database' ? `database/${node.name}` : `http/${node.name}`);

/** Everything the card shows, as a sentence for screen readers and tooltips. */
export function describe(node) {
  const parts = [`${KINDS[node.kind] ?? node.kind} ${node.name}: ${rate(node.rps)}, ${percent(node.errorRate)} errors`];
  if (node.p99Ms !== null && node.p99Ms !== undefined) parts.push(`p99 ${ms(node.p99Ms)}`);
  if (node.replicas) parts.push(`${node.replicas.healthy} of ${node.replicas.desired} replicas healthy`);
  if (node.ready === false) parts.push(`not ready${node.reason ? `: ${node.reason}` : ''}`);
  return parts.join(', ');
}

function foot(node) {
  if (node.ready === false) {
    return svg`<text class="node-alarm" x="15" y="72.500">✕ not ready</text>`;
  }
  if (node.kind === 'visitor') return svg`<text class="node-quiet" x="15" y="72.500">built-in visitor</text>`;
  if (!node.replicas) return svg`<text class="node-quiet" x="15" y="72.500">${KINDS[node.kind]?.toLowerCase() ?? node.kind}</text>`;
  return replicas(node.replicas);
}

/** Dots for replicas: filled is healthy, hollow is not; numbers beside them, and alone from six on. */
function replicas({ healthy, desired }) {
  const dots = desired > 5 ? [] : Array.from({ length: desired }, (_, i) => i < healthy);
  return svg`<g class="node-replicas">${dots.map((up, i) => svg`<circle cx=${19 + i * 11} cy="68.500" r="3.800" class=${up ? 'up' : 'down'}/>`)}
    <text class=${healthy < desired ? 'node-alarm' : 'node-quiet'} x=${15 + dots.length * 11 + (dots.length ? 5 : 0)} y="72.500">${healthy}/${desired}${desired > 5 ? ' replicas' : ''}</text></g>`;
}

/** The share of errors, in words, where there are any. */
const trouble = (node) => (node.errorRate > 0
  ? svg`<text class=${`node-errors errors-${errorTone(node.errorRate)}`} x=${NODE.width - 12} y="72.500">${percent(node.errorRate)} err</text>`
  : nothing);

/** Outcomes as a ring: server errors, client errors where the API tells them apart, the rest fine. */
function ring(node) {
  const x = NODE.width - 22;
  const y = 22;
  const around = 2 * Math.PI * RING;
  const bad = Math.min(1, node.errorRate ?? 0);
  const refused = Math.min(1 - bad, node.clientErrorRate ?? 0);
  const idle = !node.rps;
  const arc = (from, share, name) => (share <= 0 ? nothing : svg`<circle class=${`ring ${name}`} cx=${x} cy=${y} r=${RING}
    stroke-dasharray=${`${(visible(share) * around).toFixed(2)} ${around.toFixed(2)}`} transform=${`rotate(${from * 360 - 90} ${x} ${y})`}/>`);
  return svg`<circle class=${`ring ${idle ? 'ring-idle' : 'ring-ok'}`} cx=${x} cy=${y} r=${RING}/>
    ${arc(0, refused, 'ring-refused')}${arc(refused, bad, 'ring-bad')}
    <svg class=${`ring-mark ring-mark-${idle ? 'idle' : errorTone(bad)}`} x=${x - 5.5} y=${y - 5.5} width="11" height="11" viewBox="0 0 24 24">${shapes[idle ? 'idle' : errorTone(bad)]}</svg>`;
}

/** A sliver that exists must be seen. */
const visible = (share) => Math.max(share, 0.03);

export const clip = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
