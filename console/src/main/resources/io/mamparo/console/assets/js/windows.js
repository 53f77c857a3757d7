import { html } from '../lib/lit-html/lit-html.js';

// How far back the graphs of a page look; kept in the address, so that a link shows the same.
const WINDOWS = ['5m', '15m', '1h', '6h', '24h'];
const SHORT = new Set(['5m', '15m']);

export function chosenWindow() {
  const wanted = new URLSearchParams(location.search).get('window');
  return WINDOWS.includes(wanted) ? wanted : '15m';
}

/** How often a window of this length is worth reading again. */
export const readEvery = () => (SHORT.has(chosenWindow()) ? 2_000 : 10_000);

export const windowPicker = (choose) => html`<div class="segments" role="group" aria-label="Time range of the graphs">
  ${WINDOWS.map((w) => html`<button class="segment" aria-pressed=${w === chosenWindow() ? 'true' : 'false'} @click=${() => {
    const address = new URL(location.href);
    address.searchParams.set('window', w);
    history.replaceState(null, '', address);
    choose(w);
  }}>${w}</button>`)}</div>`;
