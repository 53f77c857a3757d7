import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { get, path } from '../api.js';
import { count, us } from '../format.js';
import { css } from '../css.js';
import { icon } from '../icons.js';
import { shortcut } from '../shortcuts.js';
import { badge, failure, loading } from '../status.js';
import { criticalPath } from '../trace/critical.js';
import { details } from '../trace/details.js';
import { treeOf } from '../trace/tree.js';
import '../trace/minimap.js';
import '../trace/waterfall.js';

// One trace: who worked for the request, when, and what it had to wait for.
const COLOURS = 8;
const state = { tree: null, segments: new Map(), colours: new Map(), showCritical: true, text: '', matches: null, chosen: null };
let root;
let facts;

export async function show(place, id, factsPlace) {
  [root, facts] = [place, factsPlace];
  keys();
  render(loading, root);
  try {
    load(await get(path(['v1', 'traces', id])));
  } catch (e) {
    render(failure(e), root);
  }
}

function load(trace) {
  const tree = treeOf(trace.spans ?? []);
  state.tree = tree;
  state.path = tree.roots.length ? criticalPath(tree.roots.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a))) : new Map();
  [...tree.services.keys()].forEach((service, i) => state.colours.set(service, `--span-${i % COLOURS}`));
  const first = tree.roots[0]?.span;
  if (first) document.querySelector('h1').textContent = first.name;
  document.querySelector('.kind').textContent = `Trace ${trace.traceId}`;
  drawFacts();
  draw();
}

function drawFacts() {
  const { tree } = state;
  const bad = tree.all.filter((node) => node.span.error).length;
  render(html`<span><b>${us(tree.to - tree.from)}</b></span><span class="muted">${count(tree.all.length)} spans, ${tree.services.size} services</span>
    ${bad ? badge('bad', `${count(bad)} ${bad === 1 ? 'error' : 'errors'}`) : badge('ok', 'no errors')}`, facts);
}

function draw() {
  const { tree, colours, matches, chosen } = state;
  const segments = state.showCritical ? state.path : new Map();
  render(html`<div class="trace ${chosen ? 'trace-split' : ''}">
    <section class="panel trace-panel" aria-label="Waterfall">
      <div class="panel-head trace-tools">
        <label class="field trace-search"><span class="visually-hidden">Search in this trace</span><input id="in-trace" type="search" placeholder="Search in this trace" spellcheck="false" @input=${search} @keydown=${searchKey}></label>
        <span class="muted" role="status">${matches ? `${count(matches.size)} of ${count(tree.all.length)} match` : nothing}</span>
        <label class="check"><input type="checkbox" id="critical" .checked=${state.showCritical} @change=${toggleCritical}> Critical path</label>
        <button class="button" id="whole" @click=${whole}>Whole trace</button></div>
      <ul class="trace-services">${[...tree.services].map(([service, spans]) => html`<li><i class="wf-key" ${css({ background: `var(${colours.get(service)})` })}></i>${service} <span class="muted">${count(spans)}</span></li>`)}
        <li class="muted"><i class="wf-critical-key"></i>critical path</li></ul>
      <trace-minimap .view=${{ tree, colours, range: waterfall()?.range ?? { from: tree.from, to: tree.to } }} @range=${(e) => (waterfall().range = e.detail)}></trace-minimap>
      <trace-waterfall .view=${{ tree, segments, colours, matches }} @choose=${(e) => choose(e.detail)} @open=${open} @range=${() => draw()}></trace-waterfall>
    </section>
    ${chosen ? details(chosen, tree, state.path, close) : nothing}</div>`, root);
}

const waterfall = () => root.querySelector('trace-waterfall');

function choose(node) {
  state.chosen = node;
  draw();
}

function open(event) {
  choose(event.detail);
  document.getElementById('span-details').focus();
}

function close() {
  state.chosen = null;
  draw();
  root.querySelector('.wf-rows').focus();
}

function whole() {
  waterfall().range = { from: state.tree.from, to: state.tree.to };
}

function toggleCritical() {
  state.showCritical = !state.showCritical;
  draw();
}

function search(event) {
  const text = event.target.value.trim().toLowerCase();
  state.matches = text ? new Set(state.tree.all.filter(({ span }) => haystack(span).includes(text))) : null;
  draw();
}

const haystack = (span) => `${span.service} ${span.name} ${span.kind} ${span.status} ${Object.entries(span.attributes ?? {}).flat().join(' ')}`.toLowerCase();

function searchKey(event) {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  next((node) => state.matches?.has(node), event.shiftKey ? -1 : 1);
}

/** The next node in drawing order, around the end, for which `wanted` holds. */
function next(wanted, step) {
  const { all } = state.tree;
  const at = all.indexOf(waterfall().chosen);
  for (let i = 1; i <= all.length; i++) {
    const node = all[(at + step * i + all.length * 2) % all.length];
    if (wanted(node)) return waterfall().choose(node);
  }
}

function zoom() {
  const node = waterfall().chosen;
  if (node) waterfall().range = { from: node.start, to: Math.max(node.end, node.start + 1) };
}

function keys() {
  shortcut(
    { keys: '↑ ↓', text: 'Previous, next span' },
    { keys: '← →', text: 'Fold, unfold; to the parent, to the child' },
    { keys: 'Enter', text: 'Details of the span' },
    { keys: 'Escape', text: 'Close the details; the whole trace', run: () => (state.chosen ? close() : whole()) },
    { keys: 'z', text: 'Zoom to the span', run: zoom },
    { keys: 'c', text: 'Critical path', run: toggleCritical },
    { keys: 'e', text: 'Next error', run: () => next((node) => node.span.error, 1) },
    { keys: 'n', text: 'Next match', run: () => next((node) => state.matches?.has(node), 1) },
    { keys: 'p', text: 'Previous match', run: () => next((node) => state.matches?.has(node), -1) },
    { keys: 'f', text: 'Search in this trace', run: () => document.getElementById('in-trace').focus() },
  );
}
