import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { ms, percent, rate, since } from '../format.js';
import { icon } from '../icons.js';
import { live, onLive } from '../live.js';
import { zoomButtons } from '../map.js';
import { shortcut } from '../shortcuts.js';
import { leftInWords, promise, risk, sloBadge } from '../slo.js';
import { doorOf, recent } from '../recent.js';
import { spark } from '../spark.js';
import { badge, breaker, empty, errors, errorTone, loading, nodeBadge, pageOf, worstBreaker } from '../status.js';
import { table } from '../table.js';

// The overview: what the stack is doing this second, and what needs somebody.
const sorts = { services: { id: 'name', down: false }, databases: { id: 'name', down: false } };
const facts = document.getElementById('facts');
let root;

export function show(place) {
  root = place;
  const zoom = (factor) => () => document.querySelector('service-map')?.zoom(factor);
  shortcut(
    { keys: '+', text: 'Zoom into the map', run: zoom(1.25) },
    { keys: '-', text: 'Zoom out of the map', run: zoom(0.8) },
    { keys: '0', text: 'The whole map', run: zoom(0) },
    { keys: 'Tab', text: 'Walk through the map in the direction of calls' },
    { keys: 'Enter', text: 'Open the chosen service or database' },
  );
  onLive(draw);
  draw();
}

function draw() {
  const overview = live.overview;
  if (!overview) return render(loading, root);
  const entry = doorOf(overview);
  render(badge(overview.ready ? 'ok' : 'bad', overview.ready ? 'everything is ready' : 'not everything is ready'), facts);
  render(page(overview, entry), root);
}

const page = (overview, entry) => html`<div class="stacked">
  ${tiles(overview, entry)}
  ${attention(overview)}
  <section class="panel map-panel" aria-labelledby="map-title">
    <div class="panel-head"><h2 id="map-title">Service map</h2>${zoomButtons()}</div>
    <div class="map-scroll"><service-map .overview=${overview}></service-map></div>
    ${overview.nodes.some((node) => node.rps > 0) ? nothing : quiet}
    ${legend}
  </section>
  <div class="stacked">${services(overview)}${databases(overview)}</div>
</div>`;

const quiet = html`<div class="empty"><p>No traffic yet. Try</p><p><code class="command">curl http://127.0.0.1:8080/api/v0.1/cars/</code></p></div>`;

function tiles(overview, entry) {
  const slos = overview.slos ?? [];
  const risky = slos.filter((slo) => risk(slo) > 0);
  const paging = risky.some((slo) => risk(slo) === 2);
  const faults = overview.faults ?? [];
  const tone = errorTone(entry.errorRate);
  return html`<div class="tiles" id="summary">
    ${tile({ id: 'rate', label: 'Requests', value: rate(entry.rps), line: spark(recent.line('rate'), 'rate') })}
    ${tile({ id: 'errors', label: 'Errors', value: percent(entry.errorRate), tone: tone === 'bad' ? 'bad' : '', shape: tone === 'ok' ? null : tone, line: spark(recent.line('errors'), 'errors') })}
    ${tile({ id: 'p99', label: 'p99 duration', value: ms(entry.p99Ms), line: spark(recent.line('p99'), 'p99') })}
    ${tile({ id: 'slos', label: 'SLOs at risk', value: `${risky.length}`, note: `of ${slos.length}`, tone: paging ? 'bad' : risky.length ? 'warn' : '', shape: risky.length ? (paging ? 'bad' : 'warn') : 'ok', href: '/slos' })}
    ${tile({ id: 'faults', label: 'Active faults', value: `${faults.length}`, note: faults.length ? 'injected on purpose' : 'nothing is broken on purpose', tone: faults.length ? 'warn' : '', shape: 'fault', href: '/gamedays' })}
  </div>`;
}

function tile({ id, label, value, note, tone, shape, line, href }) {
  const body = html`<span class="tile-label">${shape ? icon(shape) : nothing}${label}</span>
    <span class="tile-value" id=${`tile-${id}`}>${value}</span>${note ? html`<span class="tile-note">${note}</span>` : nothing}${line ?? nothing}`;
  const name = `tile ${tone ? `tile-${tone}` : ''}`;
  return href ? html`<a class=${name} href=${href}>${body}</a>` : html`<div class=${name}>${body}</div>`;
}

/** Worst first; one calm line when there is nothing. */
function attention(overview) {
  const found = [
    ...overview.nodes.filter((node) => node.ready === false).map((node) => notice('bad', 'bad', html`<strong>${named(node)} is not ready.</strong> ${node.reason ?? ''}`)),
    ...overview.edges.filter((edge) => edge.breaker === 'open' || edge.breaker === 'half-open').map((edge) => notice(edge.breaker === 'open' ? 'bad' : 'warn', edge.breaker === 'open' ? 'open' : 'half',
      html`<strong>The breaker from ${edge.from} to ${edge.to} is ${edge.breaker}.</strong> ${edge.breaker === 'open' ? 'Calls are refused at once until it probes again.' : 'A few calls probe whether it has recovered.'}`)),
    ...(overview.slos ?? []).filter((slo) => risk(slo) > 0).map((slo) => notice(risk(slo) === 2 ? 'bad' : 'warn', risk(slo) === 2 ? 'bad' : 'warn',
      html`<strong><a href=${`/slos/${encodeURIComponent(slo.service)}`}>${slo.service}</a>: ${promise(slo)}.</strong> ${leftInWords(slo)}. ${sloBadge(slo)}`)),
    ...overview.nodes.filter((node) => node.ready !== false && node.replicas && node.replicas.healthy < node.replicas.desired).map((node) => notice('warn', 'warn',
      html`<strong>${named(node)} runs on ${node.replicas.healthy} of ${node.replicas.desired} replicas.</strong> ${node.reason ?? ''}`)),
    ...(overview.faults ?? []).map((fault) => notice('info', 'fault', html`<strong>Fault on purpose: ${fault.kind}</strong> on ${target(fault.target)}, for ${since(fault.since)}.`)),
  ];
  if (!found.length) return nothing;
  return html`<section aria-label="Needs attention"><ul class="alerts" id="attention">${found.slice(0, 12)}</ul>
    ${found.length > 12 ? html`<p class="muted note">And ${found.length - 12} more, in the tables below.</p>` : nothing}</section>`;
}

const notice = (tone, shape, text) => html`<li class=${`alert alert-${tone}`}>${icon(shape)}<span>${text}</span></li>`;
const named = (node) => (pageOf(node) ? html`<a href=${pageOf(node)}>${node.name}</a>` : node.name);
const target = (t) => (t !== null && typeof t === 'object' ? Object.values(t).join(' → ') : t);

const legend = html`<div class="legend" aria-hidden="true">
  <span><svg viewBox="0 0 32 16"><path d="M1 8h30" class="edge-line" stroke-width="2"/></svg>HTTP, thicker is more</span>
  <span class="edge-sql"><svg viewBox="0 0 32 16"><path d="M1 8h30" class="edge-line" stroke-width="2"/><path d="M1 8h30" class="edge-flow" stroke-width="2"/></svg>SQL</span>
  <span class="edge-open"><svg viewBox="0 0 32 16"><path d="M1 8h30" class="edge-line" stroke-width="2"/></svg>breaker open</span>
  <span><svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="8" class="ring ring-ok"/></svg>answers that are fine</span>
  <span><svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="8" class="ring ring-bad"/></svg>errors</span></div>`;

function services(overview) {
  const rows = overview.nodes.filter((node) => node.kind !== 'database');
  return section('services', 'Services', rows, overview, 'Requests');
}

function databases(overview) {
  const rows = overview.nodes.filter((node) => node.kind === 'database');
  return rows.length ? section('databases', 'Databases', rows, overview, 'Statements') : nothing;
}

function section(id, title, rows, overview, what) {
  const columns = [
    { id: 'name', label: 'Name', wide: true, value: (n) => n.name, cell: (n) => html`<span class="cell-name">${icon(['entry', 'visitor', 'database', 'external'].includes(n.kind) ? n.kind : 'service')}${named(n)}${n.kind === 'visitor' ? badge('idle', 'visitor', { shape: 'visitor' }) : nothing}</span>` },
    { id: 'state', label: 'State', value: (n) => Number(n.ready !== false), cell: (n) => (n.kind === 'visitor' ? '–' : nodeBadge(n)) },
    { id: 'rps', label: what, number: true, value: (n) => n.rps, cell: (n) => rate(n.rps) },
    { id: 'errors', label: 'Errors', number: true, value: (n) => n.errorRate, cell: (n) => errors(n.errorRate) },
    { id: 'p50', label: 'p50', number: true, value: (n) => n.p50Ms, cell: (n) => ms(n.p50Ms) },
    { id: 'p99', label: 'p99', number: true, value: (n) => n.p99Ms, cell: (n) => ms(n.p99Ms) },
    ...(id === 'services' ? [{ id: 'replicas', label: 'Replicas', number: true, value: (n) => n.replicas?.healthy ?? null, cell: (n) => (n.replicas ? `${n.replicas.healthy} of ${n.replicas.desired}` : '–') }] : []),
    { id: 'breaker', label: 'Breaker', value: (n) => worst(n, overview), cell: (n) => breaker(worst(n, overview)) },
  ];
  return html`<section class="panel" aria-labelledby=${`${id}-title`}><div class="panel-head"><h2 id=${`${id}-title`}>${title}</h2></div>
    ${rows.length ? table(columns, rows, { key: (n) => `${n.kind}/${n.name}`, caption: title, sort: sorts[id], onSort: (sort) => { sorts[id] = sort; draw(); } })
      : empty(`The stack has no ${title.toLowerCase()} yet. Add some to its file, then`, './mamparo up')}</section>`;
}

/** The worst breaker of all that guard calls to this node. */
const worst = (node, overview) => worstBreaker(overview.edges
  .filter((edge) => edge.to === node.name && (edge.kind === 'sql') === (node.kind === 'database')).map((edge) => edge.breaker));
