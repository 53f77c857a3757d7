import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { path } from '../api.js';
import { stackedBar } from '../bars.js';
import { redCharts } from '../chart.js';
import { clock, count, ms, rate } from '../format.js';
import { icon } from '../icons.js';
import { onLive } from '../live.js';
import { Poll } from '../poll.js';
import { badge, breaker, empty, failure, loading, worstBreaker } from '../status.js';
import { table, unfold } from '../table.js';
import { chosenWindow, readEvery, windowPicker } from '../windows.js';

// One database as the proxy sees it: pools, who waits, and which statements cost the time.
let root;
let facts;
let name;
let sort = { id: 'total', down: true };
const open = new Set();
const database = new Poll(readEvery(), draw);

export function show(place, wanted, factsPlace) {
  [root, name, facts] = [place, wanted, factsPlace];
  read();
  onLive(draw);
  draw();
}

function read() {
  database.everyMs = readEvery();
  database.read(path(['v1', 'databases', name], { window: chosenWindow() }));
}

function draw() {
  const data = database.data;
  render(windowPicker(() => { read(); draw(); }), facts);
  if (!data) return render(database.error ? failure(database.error) : loading, root);
  render(html`<div class="stacked">
    ${database.error ? html`<div class="alert alert-warn">${icon('warn')}<span>${database.error.message} What you see is from ${clock(database.at)}.</span></div>` : nothing}
    ${state(data)}
    ${pools(data.pools ?? [])}
    ${holders(data.holders ?? [], data.pins ?? [], data.moreHolders ?? 0)}
    ${data.series?.t?.length ? redCharts(data.series, { rate, ms, rateLabel: 'statements' }) : html`<section class="panel">${empty('No statements yet in this time range. Try', 'eval "$(./mamparo env)"; psql -c "select 1"')}</section>`}
    ${statements(data.statements ?? [])}
  </div>`, root);
}

const TONES = { ready: 'ok', running: 'ok', up: 'ok', starting: 'warn', recovering: 'warn', restarting: 'warn', stopping: 'warn', down: 'bad', failed: 'bad', unreachable: 'bad' };

function state(data) {
  const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const clients = data.clients ?? {};
  return html`<section class="panel" aria-label="State"><dl class="facts">
    ${fact('State', badge(TONES[String(data.state).toLowerCase()] ?? 'idle', data.state ?? 'unknown'))}
    ${data.version ? fact('PostgreSQL', data.version) : nothing}
    ${data.upstream ? fact('Server', html`<code>${data.upstream}</code>`) : nothing}
    ${fact('Clients connected', count(clients.connected))}
    ${fact('Clients active', count(clients.active))}
    ${fact('Clients waiting', clients.waiting > 0 ? html`<span class="tone-warn toned">${icon('warn')}${count(clients.waiting)}</span>` : count(clients.waiting))}
    ${fact('Breaker', breaker(worstBreaker((data.pools ?? []).map((p) => p.breaker))))}</dl></section>`;
}

function pools(rows) {
  const columns = [
    { id: 'login', label: 'Login', wide: true, cell: (p) => html`<span class="cell-name">${icon(p.service ? 'service' : 'visitor')}<span><b class="mono">${p.login}</b>${p.service ? html`<br><span class="muted">of </span><a href=${`/services/${encodeURIComponent(p.service)}`}>${p.service}</a>` : nothing}</span></span>` },
    { id: 'use', label: 'Connections', cell: use },
    { id: 'active', label: 'Active', number: true, cell: (p) => count(p.active) },
    { id: 'idle', label: 'Idle', number: true, cell: (p) => count(p.idle) },
    { id: 'max', label: 'Most', number: true, cell: (p) => count(p.max) },
    { id: 'waiting', label: 'Waiting', number: true, cell: (p) => (p.waiting > 0 ? html`<span class="tone-warn toned">${icon('warn')}${count(p.waiting)}</span>` : count(p.waiting)) },
    { id: 'wait', label: 'Borrow wait p99', number: true, cell: (p) => ms(p.borrowWaitP99Ms) },
    { id: 'refused', label: 'Refused', number: true, cell: (p) => (p.refused > 0 ? html`<span class="tone-bad toned">${icon('bad')}${count(p.refused)}</span>` : count(p.refused)) },
    { id: 'breaker', label: 'Breaker', cell: (p) => breaker(p.breaker) },
  ];
  return html`<section class="panel" aria-labelledby="pools-title"><div class="panel-head"><h2 id="pools-title">Pools</h2><span class="muted">one a login, so that nobody can use up another's connections</span></div>
    ${rows.length ? table(columns, rows, { key: (p) => p.login, caption: 'Pools' }) : empty('Nobody has logged in through the proxy yet.')}</section>`;
}

function use(p) {
  const full = p.active >= p.max;
  return html`<span class="pool-use">${stackedBar([{ value: p.active, tone: full ? 'bad' : 'info' }, { value: p.idle, tone: 'quiet' }], p.max, `${p.active} active and ${p.idle} idle of at most ${p.max}${full ? ': all are in use' : ''}`)}</span>`;
}

const STATES = { waiting: 'warn', active: 'ok', 'idle in transaction': 'warn', pinned: 'info' };

// Clients that hold a server connection or wait for one; the oldest transaction is the first.
function holders(rows, pins, more) {
  const columns = [
    { id: 'client', label: 'Client', wide: true, cell: (h) => html`<span class="cell-name">${icon(h.service ? 'service' : 'visitor')}<span><b class="mono">${h.application || h.address}</b><br><span class="muted">${h.login}${h.application ? ` from ${h.address}` : ''}</span></span></span>` },
    { id: 'state', label: 'State', cell: (h) => badge(STATES[h.state] ?? 'idle', h.state) },
    { id: 'since', label: 'For', number: true, cell: (h) => ms(h.stateMs) },
    { id: 'transaction', label: 'Transaction', number: true, cell: (h) => (h.transactionMs === undefined ? '–' : ms(h.transactionMs)) },
    { id: 'pid', label: 'Backend', number: true, cell: (h) => (h.backendPid ? html`<span class="mono">${h.backendPid}</span>` : '–') },
    { id: 'pin', label: 'Pinned by', cell: (h) => (h.pin ? html`<span title=${h.pin.statement ?? ''}>${h.pin.reason}</span> <span class="muted">${ms(h.pin.ms)}</span>` : '–') },
    { id: 'statement', label: 'Statement', unsorted: true, cell: (h) => html`<span class="statement statement-short">${h.statement ?? ''}</span>` },
  ];
  const causes = pins.map((p) => `${p.clients} by ${p.reason}`).join(', ');
  return html`<section class="panel" aria-labelledby="holders-title"><div class="panel-head"><h2 id="holders-title">Who holds what</h2><span class="muted">${causes ? `pinned: ${causes}` : 'nobody is pinned'}${more ? `; ${count(more)} more are not shown` : ''}</span></div>
    ${rows.length ? table(columns, rows, { key: (h) => String(h.client), caption: 'Who holds what' }) : empty('Nobody holds a server connection or waits for one.')}</section>`;
}

function statements(rows) {
  const whole = rows.reduce((total, s) => total + (s.totalMs ?? 0), 0);
  const columns = [
    { id: 'text', label: 'Statement', wide: true, unsorted: true, cell: (s) => html`<span class="cell-name">${unfold(open.has(key(s)), () => toggle(key(s)), 'Full text')}<span class="statement statement-short">${s.text || '(empty query)'}</span></span>` },
    { id: 'total', label: 'Total time', number: true, value: (s) => s.totalMs, cell: (s) => html`<b>${ms(s.totalMs)}</b>` },
    { id: 'share', label: 'Share', value: (s) => s.totalMs, unsorted: true, cell: (s) => stackedBar([{ value: s.totalMs, tone: 'info' }], whole, `${Math.round((s.totalMs / whole) * 100)}% of all time`) },
    { id: 'calls', label: 'Calls', number: true, value: (s) => s.calls, cell: (s) => count(s.calls) },
    { id: 'rows', label: 'Rows', number: true, value: (s) => s.rows, cell: (s) => count(s.rows) },
    { id: 'p50', label: 'p50', number: true, value: (s) => s.p50Ms, cell: (s) => ms(s.p50Ms) },
    { id: 'p95', label: 'p95', number: true, value: (s) => s.p95Ms, cell: (s) => ms(s.p95Ms) },
    { id: 'p99', label: 'p99', number: true, value: (s) => s.p99Ms, cell: (s) => ms(s.p99Ms) },
    { id: 'errors', label: 'Errors', number: true, value: (s) => s.errors, cell: (s) => (s.errors > 0 ? html`<span class="tone-bad toned">${icon('bad')}${count(s.errors)}</span>` : '0') },
  ];
  return html`<section class="panel" aria-labelledby="statements-title"><div class="panel-head"><h2 id="statements-title">Top statements</h2><span class="muted">by total time in this range</span></div>
    ${rows.length ? table(columns, rows, {
      key, caption: 'Statements', sort, onSort: (next) => { sort = next; draw(); },
      details: (s) => (open.has(key(s)) ? html`<pre class="statement">${s.text}</pre><p class="muted note">Fingerprint <code>${s.fingerprint}</code>${s.service ? html`, of <a href=${`/services/${encodeURIComponent(s.service)}`}>${s.service}</a>` : nothing}${states(s)}</p>` : null),
    }) : empty('No statement has run in this time range.')}</section>`;
}

// The same statement of two services is two rows.
const key = (s) => `${s.service ?? ''}/${s.fingerprint}`;

function states(s) {
  const words = Object.entries(s.errorsByState ?? {}).map(([state, n]) => `${state} ${count(n)} times`);
  const traffic = s.bytesOut === undefined ? '' : `, ${count(s.bytesIn)} bytes in, ${count(s.bytesOut)} out, waited ${ms(s.waitP99Ms)} for a connection in 99%`;
  return `${traffic}${words.length ? `, errors: ${words.join(', ')}` : ''}`;
}

function toggle(which) {
  if (!open.delete(which)) open.add(which);
  draw();
}
