import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { clock, duration } from '../format.js';
import { live, onLive } from '../live.js';
import { Poll } from '../poll.js';
import { icon } from '../icons.js';
import { since } from '../format.js';
import { badge, empty, failure, loading } from '../status.js';
import { table } from '../table.js';

// Rehearsals of failure: what was broken on purpose, and whether the promises held.
let root;
const days = new Poll(5_000, draw);

export function show(place) {
  root = place;
  days.read('/v1/gamedays');
  onLive(draw);
  draw();
}

/** true, false, or null for one that has no verdict (interrupted, still running). */
export function held(day) {
  const verdict = day.passed ?? day.held ?? day.ok ?? day.verdict?.passed ?? day.verdict;
  if (typeof verdict === 'boolean') return verdict;
  if (typeof verdict === 'string') return ['passed', 'pass', 'held', 'ok'].includes(verdict.toLowerCase()) ? true : ['failed', 'fail', 'broken'].includes(verdict.toLowerCase()) ? false : null;
  return null;
}

export const verdictBadge = (day) => {
  const verdict = held(day);
  return verdict === null ? badge('idle', 'no verdict') : badge(verdict ? 'ok' : 'bad', verdict ? 'held' : 'did not hold');
};

export const startOf = (day) => day.started ?? day.start ?? day.startedAt ?? day.at ?? day.time ?? null;
export const nameOf = (day) => day.name ?? day.title ?? day.gameday ?? day.id;

function draw() {
  if (!days.data) return render(days.error ? failure(days.error) : loading, root);
  const rows = Array.isArray(days.data) ? days.data : days.data.gamedays ?? [];
  render(html`<div class="stacked">${faults()}<section class="panel" aria-label="Game days">${rows.length
    ? table(columns, rows, { key: (d) => d.id, caption: 'Game days, newest first' })
    : empty('No game day yet. Break something on purpose and see whether the promises hold:', './mamparo gameday examples/cars/gamedays/replica-killed.yaml')}</section></div>`, root);
}

function faults() {
  const active = live.overview?.faults ?? [];
  if (!active.length) return nothing;
  return html`<ul class="alerts">${active.map((f) => html`<li class="alert alert-info">${icon('fault')}<span><strong>${f.kind}</strong> on ${typeof f.target === 'object' && f.target !== null ? Object.values(f.target).join(' → ') : f.target}, for ${since(f.since)}</span></li>`)}</ul>`;
}

const expectations = (day) => {
  const all = day.expectations ?? day.verdict?.expectations;
  if (Array.isArray(all)) return `${all.filter((e) => e.passed ?? e.held ?? e.ok).length} of ${all.length}`;
  return all && typeof all === 'object' ? `${all.passed ?? all.held} of ${all.total}` : '–';
};

const columns = [
  { id: 'name', label: 'Game day', wide: true, cell: (d) => html`<span class="cell-name">${icon('gameday')}<a href=${`/gamedays/${encodeURIComponent(d.id)}`}>${nameOf(d)}</a></span>` },
  { id: 'verdict', label: 'Verdict', cell: verdictBadge },
  { id: 'expectations', label: 'Held', number: true, cell: expectations },
  { id: 'started', label: 'Started', number: true, cell: (d) => clock(startOf(d)) },
  { id: 'took', label: 'Took', number: true, cell: (d) => duration(d.durationSeconds ?? d.seconds ?? (d.durationMs !== undefined ? d.durationMs / 1000 : null)) },
];
