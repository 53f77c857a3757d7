import { onLive } from './live.js';

// The figures of the last two minutes, kept by this tab, so that a page that was just opened
// already has a past to show.
export const KEPT = 120;
const KEY = 'mamparo.recent';

/** Where traffic enters: the ingress, or all services together where there is none. */
export function doorOf(overview) {
  const entries = overview.nodes.filter((node) => node.kind === 'entry');
  const doors = entries.length ? entries : overview.nodes.filter((node) => node.kind === 'service');
  const rps = sum(doors, (node) => node.rps ?? 0);
  return {
    rps,
    errorRate: rps > 0 ? sum(doors, (node) => (node.rps ?? 0) * (node.errorRate ?? 0)) / rps : 0,
    p99Ms: rps > 0 ? Math.max(...doors.filter((node) => node.rps > 0).map((node) => node.p99Ms ?? 0)) : null,
  };
}

const sum = (items, value) => items.reduce((total, item) => total + value(item), 0);

/** The last two minutes of some figures, remembered by this tab across pages. */
class Recent {
  constructor() {
    try {
      this.saved = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    } catch {
      this.saved = {};
    }
  }

  /** Adds one value a name for `at` (epoch ms); an older stack's or a long interrupted past is dropped. */
  add(stack, at, values) {
    if (this.saved.stack !== stack || at - (this.saved.at ?? 0) > 30_000 || at < this.saved.at) this.saved = { stack, lines: {} };
    this.saved.at = at;
    for (const [name, value] of Object.entries(values)) {
      const line = (this.saved.lines[name] ??= []);
      line.push(value === null || value === undefined ? null : Math.round(value * 1e6) / 1e6);
      if (line.length > KEPT) line.shift();
    }
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.saved));
    } catch {
      // Forgotten with this page, then.
    }
  }

  line(name) {
    return this.saved.lines?.[name] ?? [];
  }
}

export const recent = new Recent();
let counted = null;

/** Takes in every overview once. */
export function startRecent() {
  onLive(({ overview, at }) => {
    if (!overview || at === counted) return;
    counted = at;
    const door = doorOf(overview);
    recent.add(overview.stack, at, { rate: door.rps, errors: door.errorRate, p99: door.p99Ms });
  });
}
