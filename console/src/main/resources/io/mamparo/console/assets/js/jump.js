import { html, render } from '../lib/lit-html/lit-html.js';
import { icon } from './icons.js';
import { live } from './live.js';
import { pageOf } from './status.js';

// One field that leads to every page: type a few letters, choose, Enter.
const PAGES = [
  { name: 'Overview', kind: 'page', shape: 'service', address: '/' },
  { name: 'Service level objectives', kind: 'page', shape: 'slo', address: '/slos' },
  { name: 'Traces', kind: 'page', shape: 'trace', address: '/traces' },
  { name: 'Game days', kind: 'page', shape: 'gameday', address: '/gamedays' },
];

const SHOWN = 30;
let query = '';
let chosen = 0;

export function openJump() {
  query = '';
  chosen = 0;
  draw();
  document.getElementById('jump-dialog').showModal();
}

function candidates() {
  const nodes = (live.overview?.nodes ?? [])
    .filter((node) => pageOf(node))
    .map((node) => ({ name: node.name, kind: node.kind, shape: node.kind, address: pageOf(node) }));
  const slos = [...new Set((live.overview?.slos ?? []).map((slo) => slo.service))].map((service) => ({
    name: service, kind: 'SLOs', shape: 'slo', address: `/slos/${encodeURIComponent(service)}`,
  }));
  const wanted = query.toLowerCase().trim();
  return [...nodes, ...slos, ...PAGES]
    .filter((entry) => `${entry.name} ${entry.kind}`.toLowerCase().includes(wanted))
    .sort((a, b) => starts(b, wanted) - starts(a, wanted))
    .slice(0, SHOWN);
}

const starts = (entry, wanted) => Number(entry.name.toLowerCase().startsWith(wanted));

function draw() {
  const found = candidates();
  chosen = Math.max(0, Math.min(chosen, found.length - 1));
  render(
    html`<dialog id="jump-dialog" aria-label="Jump to" @close=${() => render('', place())} @click=${backdrop}>
      <input class="jump-field" type="text" role="combobox" aria-expanded="true" aria-controls="jump-list"
        aria-activedescendant=${`jump-${chosen}`} aria-label="Jump to a service, database or page" autocomplete="off"
        spellcheck="false" placeholder="Jump to…" .value=${query} @input=${typed} @keydown=${(e) => key(e, found)} autofocus>
      <ul class="jump-list" id="jump-list" role="listbox" aria-label="Found">
        ${found.map((entry, i) => html`<li id=${`jump-${i}`} role="option" aria-selected=${i === chosen ? 'true' : 'false'}
          @click=${() => location.assign(entry.address)}>${icon(entry.shape)}<span class="clip">${entry.name}</span>
          <span class="jump-kind">${entry.kind}</span></li>`)}
        ${found.length ? '' : html`<li class="empty">Nothing is called “${query}”.</li>`}
      </ul></dialog>`,
    place(),
  );
  document.getElementById(`jump-${chosen}`)?.scrollIntoView({ block: 'nearest' });
}

const place = () => document.getElementById('overlays');

function typed(event) {
  query = event.target.value;
  chosen = 0;
  draw();
}

function key(event, found) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    chosen = (chosen + step + found.length) % Math.max(1, found.length);
    draw();
  } else if (event.key === 'Enter' && found[chosen]) {
    location.assign(found[chosen].address);
  }
}

function backdrop(event) {
  if (event.target.id === 'jump-dialog') event.target.close();
}
