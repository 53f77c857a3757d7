import { html, nothing } from '../lib/lit-html/lit-html.js';
import { icon } from './icons.js';
import { percent } from './format.js';

// Words, shapes and tones for states, in one place. Tones: ok, warn, bad, info, idle.

/** A small label with an icon; `title` is what it means in a sentence. */
export const badge = (tone, text, { shape = tone, title = '' } = {}) => html`<span
  class="badge badge-${tone}" title=${title || nothing}>${icon(shape === 'info' ? 'fault' : shape)}<span>${text}</span></span>`;

const BREAKERS = {
  closed: { tone: 'ok', shape: 'ok', text: 'closed', title: 'Breaker closed: calls go through.' },
  open: { tone: 'bad', shape: 'open', text: 'open', title: 'Breaker open: calls are refused at once, to let the callee recover.' },
  'half-open': { tone: 'warn', shape: 'half', text: 'half-open', title: 'Breaker half-open: a few calls probe whether the callee has recovered.' },
};

export function breaker(state) {
  const b = BREAKERS[state];
  return b ? badge(b.tone, b.text, b) : html`<span class="muted">–</span>`;
}

/** The more worrying of several breaker states. */
export const worstBreaker = (states) =>
  ['open', 'half-open', 'closed'].find((state) => states.includes(state)) ?? null;

/** From which error ratio a figure is drawn as a worry, and as a failure. */
export const errorTone = (ratio) => (!ratio || ratio < 0.001 ? 'ok' : ratio < 0.02 ? 'warn' : 'bad');

/** An error ratio whose tone is also told by an icon. */
export function errors(ratio) {
  const tone = errorTone(ratio);
  return tone === 'ok'
    ? html`<span>${percent(ratio)}</span>`
    : html`<span class="tone-${tone} toned">${icon(tone)}${percent(ratio)}</span>`;
}

/** What a node is worth saying: not ready, failing, idle or fine. */
export function nodeTone(node) {
  if (node.ready === false) return 'bad';
  if (short(node.replicas)) return 'warn';
  return errorTone(node.errorRate);
}

const short = (replicas) => replicas && replicas.healthy < replicas.desired;

export function nodeBadge(node) {
  if (node.ready === false) return badge('bad', 'not ready', { title: node.reason ?? '' });
  if (short(node.replicas)) return badge('warn', 'degraded', { title: node.reason ?? 'Some replicas are not healthy.' });
  return badge('ok', 'ready');
}

/** Failure inside a panel: what happened, what to do. */
export const failure = (error) => html`<div class="empty empty-bad" role="alert">
  ${icon('warn')}<p>${error.message}</p>${error.remedy ? html`<p class="muted">${error.remedy}</p>` : nothing}</div>`;

/** Nothing to show, and how to get something. */
export const empty = (text, command) => html`<div class="empty"><p>${text}</p>${command
  ? html`<p><code class="command">${command}</code></p>` : nothing}</div>`;

export const loading = html`<p class="loading">Loading…</p>`;

/** Address of a node's page, or null for kinds without one. */
export function pageOf(node) {
  const name = encodeURIComponent(node.name);
  switch (node.kind) {
    case 'service':
      return `/services/${name}`;
    case 'database':
      return `/databases/${name}`;
    default:
      return null;
  }
}
