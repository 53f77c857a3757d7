import { html, nothing, render } from '../lib/lit-html/lit-html.js';
import { clock, duration, since } from './format.js';
import { dot, icon } from './icons.js';
import { live, onLive, retryNow } from './live.js';
import { theme, toggleTheme, onTheme } from './theme.js';
import { openHelp } from './shortcuts.js';
import { openJump } from './jump.js';

// What stands around every page and lives as long as it: the bar's tools and the banner.
const tools = document.getElementById('tools');
const banner = document.getElementById('banner');
const stack = document.getElementById('stack');
const title = document.title;

export function startFrame() {
  drawTools();
  onTheme(drawTools);
  onLive(() => {
    drawTools();
    drawBanner();
    drawStack();
    document.body.toggleAttribute('data-stale', live.state === 'lost' || live.state === 'stale');
  });
}

function drawTools() {
  const dark = theme() === 'dark';
  render(
    html`${pill()}
      <button class="tool" id="jump" @click=${openJump} aria-label="Jump to a service, database or page">
        ${icon('search')}<span class="tool-label">Jump</span><kbd>/</kbd>
      </button>
      <button class="tool" id="theme" @click=${toggleTheme} aria-label="Switch to ${dark ? 'light' : 'dark'} colours">
        ${icon(dark ? 'sun' : 'moon')}
      </button>
      <button class="tool" id="help" @click=${openHelp} aria-label="Keyboard shortcuts">${icon('help')}</button>`,
    tools,
  );
}

const PILL = {
  connecting: () => ['Connecting…', 'Connecting to Mamparo'],
  live: () => ['Live', `Figures arrive every second; the last at ${clock(live.at)}`],
  stale: () => [`Stale ${since(live.at)}`, `Connected, but no figures since ${clock(live.at)}`],
  lost: () => [`Lost ${since(live.lostSince)}`, `No connection since ${clock(live.lostSince)}`],
};

function pill() {
  const [text, meaning] = PILL[live.state]();
  return html`<span class="live" id="live" data-state=${live.state} title=${meaning}>${dot}<span>${text}</span></span>`;
}

function drawBanner() {
  render(live.state === 'lost' ? lost() : live.state === 'stale' ? stale() : nothing, banner);
}

// The countdown is kept from screen readers, which would otherwise read it out every second.
const lost = () => html`<div class="banner" id="connection-lost">${icon('warn')}
  <strong>Connection to Mamparo lost since ${clock(live.lostSince)}.</strong>
  <span>${live.at ? `What you see is from ${clock(live.at)}.` : 'Nothing has been received yet.'}</span>
  <span aria-hidden="true">Gone for ${since(live.lostSince)}; next try in ${duration(Math.max(0, (live.retryAt ?? 0) - Date.now()) / 1000)}.</span>
  <button class="button" @click=${retryNow}>Try now</button></div>`;

const stale = () => html`<div class="banner banner-warn" id="connection-stale">${icon('warn')}
  <strong>No new figures since ${clock(live.at)}.</strong>
  <span>The connection stands, but Mamparo sends nothing: what you see is old.</span></div>`;

function drawStack() {
  const name = live.overview?.stack ?? '';
  if (stack.textContent !== name) {
    stack.textContent = name;
    document.title = name ? `${title} (${name})` : title;
  }
}
