import { html, nothing, render, svg } from '../lib/lit-html/lit-html.js';
import { ms, percent, rate } from './format.js';
import { icon, shapes } from './icons.js';
import { layout } from './layout.js';
import { keyOf, NODE, nodeCard } from './mapnode.js';
import { errorTone } from './status.js';

// The service map. Where there is room layers go from left to right; on a phone from top to
// bottom; where even that does not fit, nothing is drawn and the tables below tell the same.
const MARGIN = 14;
const LAYER_HINT = { entry: 0, visitor: 0, service: 1, external: 2, database: 2 };
const LABELS_UP_TO = 30;

export class ServiceMap extends HTMLElement {
  #overview = null;
  #plan = null;
  #planKey = '';
  #zoom = 1;
  #focus = null;

  connectedCallback() {
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this);
    for (const type of ['focusin', 'pointerover']) this.addEventListener(type, (e) => this.#highlight(e));
    for (const type of ['focusout', 'pointerleave']) this.addEventListener(type, () => this.#setFocus(null));
  }

  disconnectedCallback() {
    this.observer.disconnect();
  }

  set overview(overview) {
    this.#overview = overview;
    this.#draw();
  }

  /** Zooms by a factor; 0 returns to the whole map. */
  zoom(factor) {
    this.#zoom = factor === 0 ? 1 : Math.min(4, Math.max(0.4, this.#zoom * factor));
    this.#draw();
  }

  #draw() {
    if (!this.#overview || !this.clientWidth) return;
    this.#arrange();
    render(this.#plan ? this.#picture() : nothing, this);
    this.hidden = !this.#plan;
    this.closest('.map-panel')?.toggleAttribute('data-too-narrow', !this.#plan);
  }

  /** Lays out anew only when nodes, edges or the room change, never for figures. */
  #arrange() {
    const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 15;
    const room = (this.parentElement.clientWidth || this.clientWidth) / scale - 2 * MARGIN;
    const { nodes, edges } = this.#overview;
    const key = JSON.stringify([Math.round(room / 8), nodes.map((n) => [n.name, n.kind]), edges.map((e) => [e.from, e.to, e.kind])]);
    if (key === this.#planKey) return;
    this.#planKey = key;
    this.#plan = plan(nodes, edges, room, scale);
  }

  #picture() {
    const p = this.#plan;
    const width = p.width * p.scale * this.#zoom;
    const byKey = new Map(this.#overview.nodes.map((node) => [keyOf(node), node]));
    const near = this.#neighbours();
    return html`<svg class="map" width=${width} height=${p.height * p.scale * this.#zoom} viewBox=${`0 0 ${p.width} ${p.height}`}
        role="group" aria-label="Service map: who calls whom">
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0.500L8 4L0 7.500z" class="arrow"/></marker></defs>
      <g>${this.#overview.edges.map((edge) => drawEdge(edge, p.edges.get(edgeKey(edge)), near && !near.has(edgeKey(edge))))}</g>
      <g>${p.order.map((id) => nodeCard(byKey.get(id), p.at.get(id), { focusable: true, dim: near !== null && !near.has(id) }))}</g>
      <g aria-hidden="true">${this.#labels(near)}</g></svg>`;
  }

  #labels(near) {
    const { edges } = this.#overview;
    const taken = [...this.#plan.at.values()].map((p) => ({ ...p, w: NODE.width, h: NODE.height }));
    return edges.map((edge) => {
      const path = this.#plan.edges.get(edgeKey(edge));
      const wanted = near ? near.has(edgeKey(edge)) : edges.length <= LABELS_UP_TO || notable(edge);
      return path && wanted ? drawLabel(edge, path, taken) : nothing;
    });
  }

  #highlight(event) {
    this.#setFocus(event.target.closest?.('[data-node]')?.dataset.node ?? null);
  }

  #setFocus(id) {
    if (this.#focus === id) return;
    this.#focus = id;
    this.#draw();
  }

  /** The focused node, its edges and whoever is at their other ends; null when nothing is focused. */
  #neighbours() {
    if (!this.#focus) return null;
    const near = new Set([this.#focus]);
    for (const edge of this.#overview.edges) {
      const [from, to] = ends(edge);
      if (from === this.#focus || to === this.#focus) near.add(edgeKey(edge)).add(from).add(to);
    }
    return near;
  }
}

customElements.define('service-map', ServiceMap);

const ends = (edge) => [`http/${edge.from}`, `${edge.kind === 'sql' ? 'database' : 'http'}/${edge.to}`];
const edgeKey = (edge) => `${edge.kind} ${edge.from} → ${edge.to}`;
const notable = (edge) => errorTone(edge.errorRate) !== 'ok' || (edge.breaker && edge.breaker !== 'closed');

/** A drawing that fits `room`, or null. Units are pixels at a root font size of 15 px. */
function plan(nodes, edges, room, scale) {
  const links = edges.map((edge) => ({ edge, from: ends(edge)[0], to: ends(edge)[1] }));
  const vertical = room < 620;
  const boxes = nodes.map((node) => ({
    id: keyOf(node), layer: LAYER_HINT[node.kind] ?? 1,
    along: vertical ? NODE.height : NODE.width, across: vertical ? NODE.width : NODE.height,
  }));
  const gaps = vertical ? { along: 58, across: 12, bend: 6 } : { along: 110, across: 30, bend: 26 };
  let drawing = layout(boxes, links, gaps);
  if (!vertical && drawing.layers > 1) {
    const free = (room - drawing.layers * NODE.width) / (drawing.layers - 1);
    drawing = layout(boxes, links, { ...gaps, along: Math.max(96, Math.min(300, free)) });
  }
  const size = vertical ? [drawing.across, drawing.along] : [drawing.along, drawing.across];
  const fit = Math.min(1, room / size[0]);
  if (vertical && fit < 0.8) return null;
  const turn = (p) => ({ x: MARGIN + (vertical ? p.across : p.along), y: MARGIN + (vertical ? p.along : p.across) });
  const at = new Map([...drawing.at].map(([id, p]) => [id, turn(p)]));
  const order = [...at.keys()].sort((a, b) => (vertical ? at.get(a).y - at.get(b).y || at.get(a).x - at.get(b).x : at.get(a).x - at.get(b).x || at.get(a).y - at.get(b).y));
  const paths = new Map(links.map((l) => [edgeKey(l.edge), curve(drawing.paths.get(l)?.map(turn), vertical)]));
  return { at, order, edges: paths, width: size[0] + 2 * MARGIN, height: size[1] + 2 * MARGIN, scale: scale * Math.max(fit, 0.62) };
}

/** Cubic curves through the points, leaving and entering nodes straight. */
function curve(points, vertical) {
  if (!points) return null;
  const [dx, dy] = vertical ? [0, NODE.height / 2] : [NODE.width / 2, 0];
  const sign = vertical ? Math.sign(points.at(-1).y - points[0].y) || 1 : Math.sign(points.at(-1).x - points[0].x) || 1;
  const p = points.map((q) => ({ ...q }));
  p[0].x += sign * dx; p[0].y += sign * dy;
  p.at(-1).x -= sign * (dx + (dx ? 3 : 0)); p.at(-1).y -= sign * (dy + (dy ? 3 : 0));
  const parts = [];
  for (let i = 1; i < p.length; i++) {
    const [a, b] = [p[i - 1], p[i]];
    const c = vertical
      ? [{ x: a.x, y: (a.y + b.y) / 2 }, { x: b.x, y: (a.y + b.y) / 2 }]
      : [{ x: (a.x + b.x) / 2, y: a.y }, { x: (a.x + b.x) / 2, y: b.y }];
    parts.push([a, c[0], c[1], b]);
  }
  const n = (v) => v.toFixed(1);
  const d = `M${n(p[0].x)} ${n(p[0].y)}` + parts.map(([, c1, c2, b]) => `C${n(c1.x)} ${n(c1.y)} ${n(c2.x)} ${n(c2.y)} ${n(b.x)} ${n(b.y)}`).join('');
  return { d, parts, roomy: !vertical && Math.abs(p[1].x - p[0].x) > 150 };
}

function drawEdge(edge, path, dim) {
  if (!path) return nothing;
  const state = edge.breaker === 'open' ? 'open' : edge.breaker === 'half-open' ? 'half' : errorTone(edge.errorRate);
  const width = 1.4 + Math.min(4, Math.log10(1 + (edge.rps ?? 0)) * 1.35);
  return svg`<g class=${`edge edge-${state} edge-${edge.kind}`} ?data-dim=${dim}>
    <path class="edge-line" d=${path.d} stroke-width=${width.toFixed(2)} marker-end="url(#arrow)"/>
    ${edge.rps > 0 && edge.breaker !== 'open' ? svg`<path class="edge-flow" d=${path.d} stroke-width=${(width + 0.9).toFixed(2)}/>` : nothing}</g>`;
}

function drawLabel(edge, path, taken) {
  const lines = labelOf(edge, path.roomy);
  const w = Math.max(...lines.map((l) => l.text.length * 6.3 + (l.shape ? 24 : 0))) + 12;
  const h = lines.length * 15 + 6;
  const { x, y } = spot(path, w, h, taken);
  return svg`<g class="edge-label" transform=${`translate(${x - w / 2} ${y - h / 2})`}>
    <rect width=${w} height=${h} rx="7"/>
    ${lines.map((l, i) => svg`${l.shape ? svg`<svg class=${`label-icon ${l.name}`} x=${w / 2 - l.text.length * 3.15 - 10} y=${i * 15 + 4.5} width="13" height="13" viewBox="0 0 24 24">${shapes[l.shape]}</svg>` : nothing}
      <text class=${l.name} x=${l.shape ? w / 2 + 8 : w / 2} y=${i * 15 + 15}>${l.text}</text>`)}</g>`;
}

function labelOf(edge, roomy) {
  const lines = [];
  if (edge.breaker === 'open') lines.push({ text: 'open', name: 'label-bad', shape: 'open' });
  if (edge.breaker === 'half-open') lines.push({ text: 'probing', name: 'label-warn', shape: 'half' });
  const known = edge.rps > 0 && edge.p99Ms !== null && edge.p99Ms !== undefined;
  if (roomy && known) lines.push({ text: `${rate(edge.rps)} · ${ms(edge.p99Ms)}`, name: 'label' });
  else lines.push({ text: rate(edge.rps ?? 0), name: 'label-main' }, ...(known ? [{ text: ms(edge.p99Ms), name: 'label' }] : []));
  if (errorTone(edge.errorRate) !== 'ok') lines.push({ text: `${percent(edge.errorRate)} err`, name: `label-${errorTone(edge.errorRate)}`, shape: errorTone(edge.errorRate) });
  return lines;
}

/** The place along the edge where a label hides least of nodes and other labels, near its middle. */
function spot(path, w, h, taken) {
  const middle = Math.floor((path.parts.length - 1) / 2);
  const parts = [...path.parts.keys()].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  let best = null;
  for (const part of parts) {
    for (const t of [0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75]) {
      const place = bezier(path.parts[part], t);
      const hidden = taken.reduce((sum, other) => sum + overlap(place, w, h, other), 0);
      if (!best || hidden < best.hidden) best = { ...place, hidden };
    }
    if (best.hidden === 0) break;
  }
  taken.push({ x: best.x, y: best.y, w, h });
  return best;
}

function overlap(place, w, h, other) {
  const across = (other.w + w) / 2 + 2 - Math.abs(other.x - place.x);
  const down = (other.h + h) / 2 + 2 - Math.abs(other.y - place.y);
  return across > 0 && down > 0 ? across * down : 0;
}

function bezier([a, b, c, d], t) {
  const u = 1 - t;
  const mix = (k) => u * u * u * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t * t * t * d[k];
  return { x: mix('x'), y: mix('y') };
}

/** Buttons that zoom the map, for the head of its panel. */
export const zoomButtons = () => {
  const zoom = (factor) => () => document.querySelector('service-map').zoom(factor);
  return html`<span class="buttons"><button class="button button-icon" aria-label="Zoom out" @click=${zoom(0.8)}>${icon('minus')}</button>
    <button class="button button-icon" aria-label="Whole map" @click=${zoom(0)}>${icon('fit')}</button>
    <button class="button button-icon" aria-label="Zoom in" @click=${zoom(1.25)}>${icon('plus')}</button></span>`;
};
