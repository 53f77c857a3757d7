import { html, render } from '../../lib/lit-html/lit-html.js';
import { count } from '../format.js';
import { onLive } from '../live.js';
import { Poll } from '../poll.js';
import { budget, firing, promise, remaining, sloBadge } from '../slo.js';
import { empty, failure, loading } from '../status.js';
import { table } from '../table.js';

// All objectives, the one with the least budget left on top.
let root;
let sort = { id: 'budget', down: false };
const slos = new Poll(2_000, draw);

export function show(place) {
  root = place;
  slos.read('/v1/slos');
  onLive(draw);
  draw();
}

function draw() {
  if (!slos.data) return render(slos.error ? failure(slos.error) : loading, root);
  const rows = slos.data.slos ?? [];
  render(html`<section class="panel" aria-label="All objectives">${rows.length
    ? table(columns, rows, { key: (s) => `${s.service} ${s.kind}`, caption: 'Objectives, least budget first', sort, onSort: (next) => { sort = next; draw(); } })
    : empty('Nothing is promised yet. Give a service objectives in the stack file:', 'slo: {availability: 99.9%, latency: 99% under 250ms}')}</section>`, root);
}

const columns = [
  { id: 'service', label: 'Service', wide: true, value: (s) => s.service, cell: (s) => html`<span class="cell-name"><a href=${`/slos/${encodeURIComponent(s.service)}`}>${s.service}</a></span>` },
  { id: 'promise', label: 'Promise', wide: true, value: (s) => s.kind, cell: promise },
  { id: 'state', label: 'State', value: (s) => firing(s).length, cell: sloBadge },
  { id: 'budget', label: 'Budget left', wide: true, value: remaining, cell: budget },
  { id: 'bad', label: 'Bad', number: true, value: (s) => s.total - s.good, cell: (s) => count(s.total - s.good) },
  { id: 'total', label: 'Requests', number: true, value: (s) => s.total, cell: (s) => count(s.total) },
  { id: 'window', label: 'Over', number: true, value: (s) => s.windowDays, cell: (s) => `${s.windowDays}\u00a0d` },
];
