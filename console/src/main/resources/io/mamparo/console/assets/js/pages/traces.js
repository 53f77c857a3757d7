import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { path } from '../api.js';
import { stackedBar } from '../bars.js';
import { clock, count, ms } from '../format.js';
import { live, onLive } from '../live.js';
import { Poll } from '../poll.js';
import { shortcut } from '../shortcuts.js';
import { badge, empty, failure, loading } from '../status.js';
import { table } from '../table.js';

// Search over the traces that were kept. The search is the address: it can be sent to somebody.
const LIMIT = 100;
const RANGES = [['5m', 'last 5 minutes', 300], ['15m', 'last 15 minutes', 900], ['1h', 'last hour', 3600], ['6h', 'last 6 hours', 21600], ['24h', 'last day', 86400], ['all', 'all that is kept', null]];
let root;
let sort = null;
const found = new Poll(3_000, draw);

export function show(place) {
  root = place;
  shortcut(
    { keys: 'j', text: 'Next trace', run: () => choose(1) },
    { keys: 'k', text: 'Previous trace', run: () => choose(-1) },
    { keys: 'f', text: 'To the search text', run: () => document.getElementById('q').focus() },
  );
  search();
  onLive(draw);
  addEventListener('popstate', search);
}

const query = () => Object.fromEntries(new URLSearchParams(location.search));

function search() {
  const q = query();
  const range = RANGES.find(([id]) => id === (q.range ?? '1h'));
  const since = range?.[2] ? Math.floor(Date.now() / 1000) - range[2] : '';
  found.data = null;
  found.read(path(['v1', 'traces'], { service: q.service, minMs: q.minMs, error: q.error, q: q.q, limit: LIMIT, since }));
  draw();
}

function submit(event) {
  event.preventDefault();
  const form = new FormData(event.target.closest('form'));
  const wanted = { service: form.get('service'), minMs: form.get('minMs'), error: form.get('error') ? 'true' : '', q: form.get('q'), range: form.get('range') };
  history.pushState(null, '', path(['traces'], wanted));
  search();
}

function draw() {
  render(html`<div class="stacked">${form()}${results()}</div>`, root);
}

function form() {
  const q = query();
  const services = [...new Set([...(live.overview?.nodes ?? []).filter((n) => n.kind !== 'visitor').map((n) => n.name), ...(q.service ? [q.service] : [])])].sort();
  return html`<form class="panel search" role="search" aria-label="Traces" @submit=${submit}>
    <label class="field"><span>Service or database</span><select name="service" @change=${submit}><option value="">any</option>
      ${services.map((s) => html`<option value=${s} ?selected=${s === q.service}>${s}</option>`)}</select></label>
    <label class="field"><span>At least (ms)</span><input name="minMs" type="number" min="0" step="any" inputmode="decimal" placeholder="0" value=${q.minMs ?? ''} @change=${submit}></label>
    <label class="field"><span>Text anywhere in it</span><input id="q" name="q" type="search" spellcheck="false" placeholder="e.g. insert into booking" value=${q.q ?? ''}></label>
    <label class="field"><span>Time</span><select name="range" @change=${submit}>${RANGES.map(([id, text]) => html`<option value=${id} ?selected=${id === (q.range ?? '1h')}>${text}</option>`)}</select></label>
    <label class="check"><input type="checkbox" name="error" ?checked=${q.error === 'true'} @change=${submit}> Errors only</label>
    <button class="button button-main">Search</button></form>`;
}

function results() {
  if (found.error) return html`<section class="panel">${failure(found.error)}</section>`;
  if (!found.data) return html`<section class="panel">${loading}</section>`;
  const rows = found.data.traces ?? [];
  const slowest = Math.max(...rows.map((t) => t.durationMs), 0);
  return html`<section class="panel" aria-labelledby="found-title"><div class="panel-head"><h2 id="found-title">${rows.length >= LIMIT ? `The newest ${rows.length}` : count(rows.length)} ${rows.length === 1 ? 'trace' : 'traces'}</h2>
    <span class="muted">kept: all errors and slow ones, and a sample of the rest</span></div>
    ${rows.length ? table(traceColumns(slowest), rows, { key: (t) => t.traceId, caption: 'Traces found', sort, onSort: (next) => { sort = next; draw(); } })
      : empty(location.search ? 'No trace that was kept matches. Widen the search, or make a request:' : 'No traces yet. Make a request:', 'curl http://127.0.0.1:8080/api/v0.1/cars/')}</section>`;
}

function choose(step) {
  const links = [...root.querySelectorAll('tbody a')];
  if (!links.length) return;
  const current = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, current + step))].focus();
}

const KEPT = { error: ['bad', 'bad'], slow: ['warn', 'warn'], sampled: ['idle', 'ok'], reservoir: ['idle', 'idle'], rate: ['idle', 'idle'] };
const WHY = { error: 'Kept because it failed.', slow: 'Kept because it was among the slowest.', reservoir: 'One of the first each second.', rate: 'Picked at random.', sampled: 'Its caller asked for it.' };

/** Columns for traces; `slowest` (ms) gives every row a bar to compare. */
export function traceColumns(slowest = 0) {
  return [
    { id: 'root', label: 'Request', wide: true, value: (t) => t.root, cell: (t) => html`<span class="cell-name"><a href=${`/traces/${encodeURIComponent(t.traceId)}`}>${t.root || t.traceId}</a></span>` },
    { id: 'entry', label: 'Entered at', value: (t) => t.entry, cell: (t) => t.entry ?? '–' },
    { id: 'duration', label: 'Took', number: true, value: (t) => t.durationMs, cell: (t) => html`<b>${ms(t.durationMs)}</b>` },
    ...(slowest > 0 ? [{ id: 'bar', label: 'Compared', unsorted: true, cell: (t) => stackedBar([{ value: t.durationMs, tone: t.error ? 'bad' : 'info' }], slowest, ms(t.durationMs)) }] : []),
    { id: 'spans', label: 'Spans', number: true, value: (t) => t.spans, cell: (t) => count(t.spans) },
    { id: 'outcome', label: 'Outcome', value: (t) => Number(Boolean(t.error)), cell: (t) => (t.error ? badge('bad', 'error') : badge('ok', 'ok')) },
    { id: 'kept', label: 'Kept as', value: (t) => t.kept, cell: (t) => (t.kept ? badge(KEPT[t.kept]?.[0] ?? 'idle', t.kept, { shape: KEPT[t.kept]?.[1] ?? 'idle', title: WHY[t.kept] ?? '' }) : nothing) },
    { id: 'start', label: 'Started', number: true, value: (t) => t.start, cell: (t) => clock(t.start) },
  ];
}
