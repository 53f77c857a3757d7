import { get } from './api.js';
import { live, onLive } from './live.js';

/**
 * Reads one address of the control API again and again while the page is visible and connected.
 * Requests never overlap; the old answer stays when one fails.
 */
export class Poll {
  constructor(everyMs, changed) {
    this.everyMs = everyMs;
    this.changed = changed;
    this.data = null;
    this.error = null;
    this.at = null;
    this.path = null;
    this.timer = null;
    this.wasLost = false;
    onLive(() => this.#watch());
    document.addEventListener('visibilitychange', () => document.hidden || this.#soon(0));
  }

  /** Reads this address from now on, at once. */
  read(path) {
    this.path = path;
    this.abort?.abort();
    this.#soon(0);
  }

  #soon(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#fetch(), ms);
  }

  #watch() {
    if (this.wasLost && live.state === 'live') this.#soon(0);
    this.wasLost = live.state === 'lost';
  }

  async #fetch() {
    if (document.hidden || live.state === 'lost') return this.#soon(this.everyMs);
    const abort = (this.abort = new AbortController());
    try {
      this.data = await get(this.path, abort.signal);
      this.error = null;
      this.at = Date.now();
    } catch (e) {
      if (abort.signal.aborted) return;
      this.error = e;
    }
    this.changed(this);
    this.#soon(this.everyMs);
  }
}
