import { html, render } from '../../lib/lit-html/lit-html.js';
import '../chart.js';
import { path } from '../api.js';
import { count, duration, objective, percent, short } from '../format.js';
import { onLive } from '../live.js';
import { Poll } from '../poll.js';
import { budget, firing, leftInWords, promise, remaining, sloBadge } from '../slo.js';
import { badge, empty, failure, loading } from '../status.js';
import { table } from '../table.js';

// What was promised for one service, how much of the budget is gone, and how fast it goes.
let root;
let name;
let facts;
const slo = new Poll(2_000, draw);

export function show(place, wanted, factsPlace) {
  [root, name, facts] = [place, wanted, factsPlace];
  slo.read(path(['v1', 'slos', name]));
  onLive(draw);
  draw();
}

function draw() {
  render(html`<a class="button" href=${`/services/${encodeURIComponent(name)}`}>Service page</a>`, facts);
  if (!slo.data) return render(slo.error ? failure(slo.error) : loading, root);
  const all = slo.data.slos ?? [slo.data];
  render(all.length ? html`<div class="stacked">${all.map(one)}</div>` : empty('Nothing is promised for this service. In the stack file:', 'slo: {availability: 99.9%}'), root);
}

const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

function one(s) {
  const id = `slo-${s.kind}`;
  return html`<section class="panel stacked" aria-labelledby=${id}>
    <div class="panel-head"><h2 id=${id}>${promise(s)}</h2>${sloBadge(s)}</div>
    <dl class="facts">
      ${fact('Budget left', budget(s))}
      ${fact('Bad requests allowed', short(s.budget?.total))}
      ${fact('Bad requests so far', count(s.budget?.spent ?? s.total - s.good))}
      ${fact('Requests', count(s.total))}
      ${fact('Measured', s.total > 0 ? objective(s.good / s.total) : '–')}
      ${fact('Window', `${s.windowDays} days`)}</dl>
    <p class="explain">${explain(s)}</p>
    ${graphs(s)}
    <div><h3>Burn rates</h3><p class="muted note">1× spends the budget exactly over the window. An alert fires when both the long and the short span burn faster than its factor: the long one says that it matters, the short one that it still goes on.</p>
    ${table(columns, s.burn ?? [], { key: (b) => `${b.severity} ${b.long}`, caption: 'Burn-rate alerts', rowClass: (b) => (b.firing ? 'row-firing' : '') })}</div>
  </section>`;
}

function graphs(s) {
  const series = s.series;
  if (!series?.t?.length) return empty('The graphs begin with the first requests.');
  const percentOf = (v) => percent(v);
  const times = (v) => (v === null || v === undefined ? '–' : `${short(v)}×`);
  return html`<div class="charts">
    <time-chart class="inset" .spec=${{ title: 'Budget left', format: percentOf, top: 1, series: [{ label: 'left', colour: '--c-rate', fill: true }] }} .data=${[series.t, series.remaining]}></time-chart>
    <time-chart class="inset" .spec=${{ title: 'Burn rate over 1 hour', format: times, top: 2, limit: { at: 1, label: '1× lasts the window' }, series: [{ label: 'burn', colour: '--c-errors', fill: true }] }} .data=${[series.t, series.burn1h]}></time-chart>
  </div>`;
}

/** The same in plain words: what was promised, where it stands, how long it lasts. */
function explain(s) {
  const left = remaining(s);
  const promised = `Promised: ${promise(s)}, over ${s.windowDays} days. So ${percent(1 - s.objective)} of them may ${s.kind === 'latency' ? 'be slower' : 'fail'}.`;
  if (!s.total) return `${promised} Nothing has been measured yet.`;
  if (left !== null && left <= 0) return `${promised} ${leftInWords(s)}: by these figures the promise is broken until old errors leave the window.`;
  const fastest = (s.burn ?? []).find((b) => b.long === '1h') ?? s.burn?.[0];
  const speed = fastest?.longBurn ?? 0;
  const pace = speed > 1.05
    ? `At the speed of the last hour (${short(speed)}×) the rest lasts about ${duration((left * s.windowDays * 86400) / speed)}.`
    : 'At the speed of the last hour it lasts longer than the window.';
  const alarms = firing(s);
  const alarm = alarms.length ? ` ${alarms.some((b) => b.severity === 'page') ? 'Somebody should look now.' : 'Somebody should look in the next days.'}` : '';
  return `${promised} ${leftInWords(s)}. ${pace}${alarm}`;
}

const burn = (value, factor) => html`<span class=${value >= factor ? 'tone-bad toned' : ''}>${short(value)}×</span>`;
const columns = [
  { id: 'severity', label: 'Alert', wide: true, cell: (b) => html`<b>${b.severity}</b>` },
  { id: 'state', label: 'State', cell: (b) => (b.firing ? badge(b.severity === 'page' ? 'bad' : 'warn', 'firing') : badge('ok', 'quiet')) },
  { id: 'windows', label: 'Long and short span', cell: (b) => `${b.long} and ${b.short}` },
  { id: 'factor', label: 'Fires at', number: true, cell: (b) => `${short(b.factor)}×` },
  { id: 'long', label: 'Long span burns', number: true, cell: (b) => burn(b.longBurn, b.factor) },
  { id: 'short', label: 'Short span burns', number: true, cell: (b) => burn(b.shortBurn, b.factor) },
];
