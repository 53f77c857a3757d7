// Numbers with their units, for people. Every function takes null and answers with a dash.
export const NONE = '–';
const NBSP = '\u00a0';

const missing = (x) => x === null || x === undefined || !Number.isFinite(x);

/** 1234567 → "1,234,567" */
export function count(x) {
  return missing(x) ? NONE : Math.round(x).toLocaleString('en-US');
}

/** Three significant digits: 0.123, 4.56, 78.9, 123, 4.5 k, 6.7 M */
export function short(x) {
  if (missing(x)) return NONE;
  const a = Math.abs(x);
  if (a >= 1e6) return `${trim((x / 1e6).toFixed(a >= 1e7 ? 1 : 2))}${NBSP}M`;
  if (a >= 1e4) return `${trim((x / 1e3).toFixed(1))}${NBSP}k`;
  if (a >= 100) return Math.round(x).toLocaleString('en-US');
  if (a >= 10) return trim(x.toFixed(1));
  if (a >= 0.005 || a === 0) return trim(x.toFixed(2));
  return '<0.01';
}

const trim = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Per second: 128 → "128/s" */
export function rate(x) {
  return missing(x) ? NONE : `${short(x)}/s`;
}

/** Milliseconds: 0.4 → "0.4 ms", 1234 → "1.23 s", 75000 → "1 min 15 s" */
export function ms(x) {
  if (missing(x)) return NONE;
  const a = Math.abs(x);
  if (a === 0) return `0${NBSP}ms`;
  if (a < 0.01) return `${trim((x * 1000).toFixed(1))}${NBSP}µs`;
  if (a < 10) return `${trim(x.toFixed(2))}${NBSP}ms`;
  if (a < 100) return `${trim(x.toFixed(1))}${NBSP}ms`;
  if (a < 1000) return `${Math.round(x)}${NBSP}ms`;
  if (a < 10000) return `${trim((x / 1000).toFixed(2))}${NBSP}s`;
  if (a < 60000) return `${trim((x / 1000).toFixed(1))}${NBSP}s`;
  return duration(x / 1000);
}

/** Microseconds, see ms. */
export const us = (x) => (missing(x) ? NONE : ms(x / 1000));

/** A ratio: 0.0123 → "1.23%" */
export function percent(x) {
  if (missing(x)) return NONE;
  const p = x * 100;
  const a = Math.abs(p);
  if (a === 0) return '0%';
  if (a < 0.01) return p < 0 ? '-<0.01%' : '<0.01%';
  if (a < 10) return `${trim(p.toFixed(2))}%`;
  if (a < 1000) return `${trim(p.toFixed(1))}%`;
  return `${count(p)}%`;
}

/** An objective such as 0.9995 with all its digits: "99.95%" */
export function objective(x) {
  return missing(x) ? NONE : `${trim((x * 100).toFixed(4))}%`;
}

/** Seconds: 72 → "1 min 12 s", 90000 → "1 d 1 h" */
export function duration(seconds) {
  if (missing(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s}${NBSP}s`;
  if (s < 3600) return pair(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86400) return pair(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return pair(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h');
}

const pair = (a, unitA, b, unitB) =>
  b === 0 ? `${a}${NBSP}${unitA}` : `${a}${NBSP}${unitA} ${b}${NBSP}${unitB}`;

/** Epoch seconds, milliseconds, micro- or nanoseconds, or an ISO date → epoch milliseconds, or null. */
export function instant(x) {
  if (x === null || x === undefined || x === '') return null;
  if (typeof x === 'string' && !/^\d+(\.\d+)?$/.test(x)) {
    const parsed = Date.parse(x);
    return Number.isNaN(parsed) ? null : parsed;
  }
  let t = Number(x);
  if (t < 1e11) t *= 1000;
  while (t > 1e14) t /= 1000;
  return t;
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Local time of day, with the date if it could be mistaken for another day's. */
export function clock(x) {
  const t = instant(x);
  if (t === null) return NONE;
  const date = new Date(t);
  const near = Math.abs(Date.now() - t) < 12 * 3600 * 1000;
  return near ? clockFormat.format(date) : `${dayFormat.format(date)}, ${clockFormat.format(date)}`;
}

/** How long ago: "12 s" */
export function since(x, now = Date.now()) {
  const t = instant(x);
  return t === null ? NONE : duration((now - t) / 1000);
}
