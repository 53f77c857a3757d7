import { html, render } from '../lib/lit-html/lit-html.js';
import { icon } from './icons.js';
import { toggleTheme } from './theme.js';
import { openJump } from './jump.js';

// Single keys, as in other consoles of the trade. They can be switched off (WCAG 2.1.4) and never
// act while something is being typed.
const OFF = 'mamparo.shortcuts.off';
const pageKeys = [];
let pending = '';
let pendingTimer = null;

const GLOBAL = [
  { keys: '/', text: 'Jump to a service, database or page', run: openJump },
  { keys: 'g o', text: 'Overview', run: () => go('/') },
  { keys: 'g s', text: 'Service level objectives', run: () => go('/slos') },
  { keys: 'g t', text: 'Traces', run: () => go('/traces') },
  { keys: 'g g', text: 'Game days', run: () => go('/gamedays') },
  { keys: 'd', text: 'Light or dark', run: toggleTheme },
  { keys: '?', text: 'These shortcuts', run: () => openHelp() },
];

const go = (address) => location.assign(address);
const off = () => {
  try {
    return localStorage.getItem(OFF) === 'yes';
  } catch {
    return false;
  }
};

/** Adds a shortcut of this page: {keys, text, run}. Without run it is only listed. */
export function shortcut(...entries) {
  pageKeys.push(...entries);
}

export function startShortcuts() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (off() || typing(event.target) || document.querySelector('dialog[open]')) return;
    pressed(event);
  });
}

function pressed(event) {
  const typed = (pending ? `${pending} ` : '') + event.key;
  const known = [...pageKeys, ...GLOBAL].filter((entry) => entry.run);
  const match = known.find((entry) => entry.keys === typed) ?? known.find((entry) => entry.keys === event.key);
  setPending(match || !known.some((entry) => entry.keys.startsWith(`${typed} `)) ? '' : typed);
  if (match) {
    event.preventDefault();
    match.run(event);
  }
}

function setPending(keys) {
  clearTimeout(pendingTimer);
  pending = keys;
  if (keys) pendingTimer = setTimeout(() => (pending = ''), 1_200);
}

const typing = (target) => target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;

/** Shows all shortcuts that hold on this page. */
export function openHelp() {
  const place = document.getElementById('overlays');
  render(help(), place);
  place.querySelector('#help-dialog').showModal();
}

const help = () => html`<dialog id="help-dialog" aria-labelledby="help-title" @close=${close}>
  <div class="dialog-head"><h2 id="help-title">Keyboard shortcuts</h2>
    <form method="dialog"><button class="button" aria-label="Close">${icon('close')}</button></form></div>
  <div class="dialog-body">
    <dl class="keys">
      ${pageKeys.length ? html`<dt class="keys-title">On this page</dt>${pageKeys.map(row)}` : ''}
      <dt class="keys-title">Everywhere</dt>${GLOBAL.map(row)}
    </dl>
    <p class="switch"><label><input type="checkbox" .checked=${!off()} @change=${remember}> Single-key shortcuts are on</label></p>
  </div></dialog>`;

const row = (entry) => html`<dt>${entry.keys.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${entry.text}</dd>`;

function remember(event) {
  try {
    if (event.target.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, 'yes');
  } catch {
    // Not remembered, then.
  }
}

function close() {
  render('', document.getElementById('overlays'));
}
