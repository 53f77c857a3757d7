// The live feed: one event a second. It knows four states and says them plainly:
// connecting, live, stale (connected, but nothing came for a while) and lost.
const STALE_AFTER_MS = 4_000;
const DEAD_AFTER_MS = 15_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 5_000];

const listeners = new Set();
let source = null;
let retryTimer = null;
let attempts = 0;

/** Read-only to others: state, last overview, when it came, since when it is missing, next try. */
export const live = { state: 'connecting', overview: null, at: null, lostSince: null, retryAt: null };

/** Calls back on every event and at least once a second; returns how to stop that. */
export function onLive(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function startLive() {
  connect();
  setInterval(tick, 1_000);
  addEventListener('online', retryNow);
  // A browser keeps six connections a server for all its tabs: hidden ones give theirs back.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) disconnect();
    else if (source === null) retryNow();
  });
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', (e) => e.persisted && retryNow());
}

export function retryNow() {
  disconnect();
  connect();
}

function connect() {
  live.retryAt = null;
  const opened = performance.now();
  const mine = new EventSource('/v1/live');
  source = mine;
  source.addEventListener('overview', (event) => mine === source && receive(event.data));
  source.addEventListener('error', () => mine === source && lose(performance.now() - opened));
}

function disconnect() {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}

function receive(text) {
  const overview = JSON.parse(text);
  attempts = 0;
  Object.assign(live, { state: 'live', overview, at: Date.now(), lostSince: null, retryAt: null });
  announce();
}

function lose() {
  disconnect();
  const wait = RETRY_MS[Math.min(attempts++, RETRY_MS.length - 1)];
  live.lostSince ??= live.at ?? Date.now();
  live.state = 'lost';
  live.retryAt = Date.now() + wait;
  retryTimer = setTimeout(connect, wait);
  announce();
}

function tick() {
  const age = live.at === null ? 0 : Date.now() - live.at;
  if (live.state === 'live' && age > STALE_AFTER_MS && !document.hidden) live.state = 'stale';
  if (live.state === 'stale' && age > DEAD_AFTER_MS) lose();
  else announce();
}

function announce() {
  listeners.forEach((listener) => listener(live));
}
