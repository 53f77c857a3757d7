import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { path } from '../api.js';
import { redCharts } from '../chart.js';
import { clock, count, ms, rate, since } from '../format.js';
import { icon } from '../icons.js';
import { live, onLive } from '../live.js';
import { Poll } from '../poll.js';
import { budget, promise, sloBadge } from '../slo.js';
import { badge, breaker, empty, errors, failure, loading, nodeBadge, worstBreaker } from '../status.js';
import { table } from '../table.js';
import { chosenWindow, readEvery, windowPicker } from '../windows.js';
import { traceColumns } from './traces.js';

// One service: is it well, who calls it, whom does it call, and which requests went wrong.
let root;
let facts;
let name;
const service = new Poll(readEvery(), draw);
const failed = new Poll(5_000, draw);
const slow = new Poll(5_000, draw);

export function show(place, wanted, factsPlace) {
  [root, name, facts] = [place, wanted, factsPlace];
  read();
  failed.read(path(['v1', 'traces'], { service: name, error: true, limit: 8 }));
  slow.read(path(['v1', 'traces'], { service: name, minMs: 1, limit: 200 }));
  onLive(draw);
  draw();
}

function read() {
  service.everyMs = readEvery();
  service.read(path(['v1', 'services', name], { window: chosenWindow() }));
}

function draw() {
  const data = service.data;
  render(windowPicker(() => { read(); draw(); }), facts);
  if (!data) return render(service.error ? failure(service.error) : loading, root);
  render(html`<div class="stacked">
    ${service.error ? html`<div class="alert alert-warn">${icon('warn')}<span>${service.error.message} What you see is from ${clock(service.at)}.</span></div>` : nothing}
    ${state(data)}
    ${charts(data)}
    <div class="aside">${slos(data)}<div class="stacked">${edges('in', 'Called by', data.edgesIn ?? [], 'from')}${edges('out', 'Calls', data.edgesOut ?? [], 'to')}</div></div>
    ${replicas(data.replicas ?? [])}
    ${traces()}
  </div>`, root);
}

function state({ node, edgesIn }) {
  if (!node) return nothing;
  const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`<section class="panel" aria-label="State"><dl class="facts">
    ${fact('State', nodeBadge(node))}
    ${fact('Requests', rate(node.rps))}
    ${fact('Errors', errors(node.errorRate))}
    ${fact('p50', ms(node.p50Ms))}
    ${fact('p99', ms(node.p99Ms))}
    ${node.replicas ? fact('Replicas', `${node.replicas.healthy} of ${node.replicas.desired} healthy`) : nothing}
    ${fact('Breaker of its callers', breaker(worstBreaker((edgesIn ?? []).map((e) => e.breaker))))}
    ${fact('Its output', html`<code>./mamparo logs ${name} -f</code>`)}</dl>
    ${node.reason ? html`<p class="note toned tone-bad">${icon('warn')}${node.reason}</p>` : nothing}</section>`;
}

function charts(data) {
  const latency = slosOf(data).find((slo) => slo.kind === 'latency' && slo.thresholdMs);
  const limit = latency ? { at: latency.thresholdMs, label: `objective ${ms(latency.thresholdMs)}` } : undefined;
  return data.series?.t?.length ? redCharts(data.series, { rate, ms, limit }) : html`<section class="panel">${empty('No requests yet in this time range. Try', 'curl http://127.0.0.1:8080/')}</section>`;
}

const slosOf = (data) => (data.slo ? [].concat(data.slo.slos ?? data.slo) : []);

function slos(data) {
  const all = slosOf(data);
  return html`<section class="panel" aria-labelledby="slo-title"><div class="panel-head"><h2 id="slo-title">Objectives</h2>
    ${all.length ? html`<a href=${`/slos/${encodeURIComponent(name)}`}>Budget and burn rate</a>` : nothing}</div>
    ${all.length ? html`<ul class="stacked">${all.map((slo) => html`<li><p>${promise(slo)} ${sloBadge(slo)}</p><p>${budget(slo)}</p></li>`)}</ul>`
      : empty('Nothing is promised for this service. In the stack file:', 'slo: {availability: 99.9%, latency: 99% under 250ms}')}</section>`;
}

function edges(id, title, rows, end) {
  const columns = [
    { id: 'name', label: end === 'from' ? 'Caller' : 'Callee', wide: true, cell: (e) => html`<span class="cell-name">${icon(end === 'to' && e.kind === 'sql' ? 'database' : kindOf(e[end]))}${link(e, end)}</span>` },
    { id: 'rate', label: 'Rate', number: true, cell: (e) => rate(e.rps) },
    { id: 'errors', label: 'Errors', number: true, cell: (e) => errors(e.errorRate) },
    { id: 'p50', label: 'p50', number: true, cell: (e) => ms(e.p50Ms) },
    { id: 'p99', label: 'p99', number: true, cell: (e) => ms(e.p99Ms) },
    { id: 'flight', label: 'In flight', number: true, cell: (e) => count(e.inFlight) },
    { id: 'retries', label: 'Retries', number: true, cell: (e) => rate(e.retriesPerSecond) },
    { id: 'breaker', label: 'Breaker', cell: (e) => breaker(e.breaker) },
  ];
  return html`<section class="panel" aria-labelledby=${`edges-${id}`}><div class="panel-head"><h2 id=${`edges-${id}`}>${title}</h2></div>
    ${rows.length ? table(columns, rows, { key: (e) => `${e.kind} ${e.from} ${e.to}`, caption: title }) : empty(end === 'from' ? 'Nobody has called it yet.' : 'It has called nobody yet.')}</section>`;
}

/** Callers and callees over HTTP may be doors, visitors or strangers: the live map knows. */
const kindOf = (name) => live.overview?.nodes.find((node) => node.name === name && node.kind !== 'database')?.kind ?? 'service';

function link(edge, end) {
  const other = edge[end];
  if (end === 'to' && edge.kind === 'sql') return html`<a href=${`/databases/${encodeURIComponent(other)}`}>${other}</a>`;
  return kindOf(other) !== 'service' ? other : html`<a href=${`/services/${encodeURIComponent(other)}`}>${other}</a>`;
}

const TONES = {
  running: 'ok', healthy: 'ok', passing: 'ok', ready: 'ok', starting: 'warn', draining: 'warn', stopping: 'warn', backing: 'warn',
  unhealthy: 'bad', failing: 'bad', failed: 'bad', crash: 'bad', exited: 'bad', unreachable: 'bad',
};

function replicas(rows) {
  const tell = (state) => {
    const words = String(state ?? 'unknown').toLowerCase().replaceAll('_', ' ');
    return badge(TONES[words.split(/[ -]/)[0]] ?? 'idle', words);
  };
  const columns = [
    { id: 'index', label: 'Replica', cell: (r) => html`<b>${r.index}</b>` },
    { id: 'state', label: 'State', cell: (r) => html`${tell(r.state)}${r.reason ? html`<br><span class="muted">${r.reason}</span>` : nothing}` },
    { id: 'health', label: 'Health', cell: (r) => tell(r.health) },
    { id: 'ejected', label: 'Balancing', cell: (r) => (r.ejected ? badge('bad', 'ejected', { title: 'Left out of balancing for a while, because it failed more than its peers.' }) : html`<span class="muted">in rotation</span>`) },
    { id: 'pid', label: 'pid', number: true, cell: (r) => r.pid ?? '–' },
    { id: 'port', label: 'Port', number: true, cell: (r) => r.port ?? '–' },
    { id: 'flight', label: 'In flight', number: true, cell: (r) => count(r.inFlight) },
    { id: 'restarts', label: 'Restarts', number: true, cell: (r) => (r.restarts > 0 ? html`<b>${count(r.restarts)}</b>` : count(r.restarts)) },
    { id: 'since', label: 'In this state for', number: true, cell: (r) => html`<span title=${clock(r.since)}>${since(r.since)}</span>` },
  ];
  return html`<section class="panel" aria-labelledby="replicas-title"><div class="panel-head"><h2 id="replicas-title">Replicas</h2></div>
    ${rows.length ? table(columns, rows, { key: (r) => r.index, caption: 'Replicas' }) : empty('No replicas run here: the service lives elsewhere or wants none.')}</section>`;
}

/** Errors of the last while, and the slowest of what was kept. */
function traces() {
  const slowest = [...(slow.data?.traces ?? [])].sort((a, b) => b.durationMs - a.durationMs).slice(0, 8);
  const part = (id, title, poll, rows, query) => html`<section class="panel" aria-labelledby=${id}><div class="panel-head"><h2 id=${id}>${title}</h2>
      <a href=${path(['traces'], { service: name, ...query })}>Search</a></div>
    ${poll.error ? failure(poll.error) : poll.data === null ? loading
      : rows.length ? table(traceColumns().filter((c) => !['entry', 'kept'].includes(c.id)), rows, { key: (t) => t.traceId, caption: title })
      : empty('None were kept.')}</section>`;
  return html`<div class="columns">${part('failed-title', 'Recent errors', failed, failed.data?.traces ?? [], { error: true })}${part('slow-title', 'Slowest traces kept', slow, slowest, {})}</div>`;
}
