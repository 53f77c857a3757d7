import { html, nothing, render } from '../../lib/lit-html/lit-html.js';
import { repeat } from '../../lib/lit-html/directives/repeat.js';
import { css } from '../css.js';
import { us } from '../format.js';
import { icon } from '../icons.js';
import { statementOf } from './details.js';
import { below, walk } from './tree.js';

/**
 * The waterfall: <trace-waterfall .view=${{tree, segments, colours, matches}}>. Only the rows on the
 * screen exist, so ten thousand spans scroll as smoothly as ten. It is a tree to screen readers and
 * to the keyboard. Fires 'choose' with the chosen node and 'range' with {from, to} in microseconds.
 */
const SPARE_ROWS = 8;

class TraceWaterfall extends HTMLElement {
  #view = null;
  #rows = [];
  #folded = new Set();
  #chosen = null;
  #range = null;

  connectedCallback() {
    this.addEventListener('keydown', (event) => this.#key(event));
    this.addEventListener('scroll', () => this.#draw(), { passive: true });
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
  }

  set view(view) {
    if (view.tree !== this.#view?.tree) {
      this.#chosen = view.tree.all[0] ?? null;
      this.#range = { from: view.tree.from, to: view.tree.to };
    }
    this.#view = view;
    this.#unfold();
  }

  get range() {
    return this.#range;
  }

  set range(range) {
    this.#range = range;
    this.#draw();
    this.dispatchEvent(new CustomEvent('range', { detail: range }));
  }

  /** Chooses a node, unfolds what hides it and brings it on the screen. */
  choose(node) {
    for (let up = node.parent; up; up = up.parent) this.#folded.delete(up);
    this.#chosen = node;
    this.#unfold();
    this.#reveal();
    this.dispatchEvent(new CustomEvent('choose', { detail: node }));
  }

  get chosen() {
    return this.#chosen;
  }

  #unfold() {
    this.#rows = walk(this.#view.tree.roots, (node) => !this.#folded.has(node));
    this.#draw();
  }

  get #rowHeight() {
    return Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 2);
  }

  #reveal() {
    const h = this.#rowHeight;
    const top = this.#rows.indexOf(this.#chosen) * h;
    const head = this.querySelector('.wf-head')?.offsetHeight ?? 0;
    if (top < this.scrollTop) this.scrollTop = top;
    else if (top + h > this.scrollTop + this.clientHeight - head) this.scrollTop = top + h - this.clientHeight + head;
  }

  #draw() {
    if (!this.#view) return;
    const h = this.#rowHeight;
    const first = Math.max(0, Math.floor(this.scrollTop / h) - SPARE_ROWS);
    const last = Math.min(this.#rows.length, Math.ceil((this.scrollTop + this.clientHeight) / h) + SPARE_ROWS);
    const shown = this.#rows.slice(first, last);
    this.style.setProperty('--rows', this.#rows.length);
    render(html`<div class="wf-head" aria-hidden="true"><span></span><span class="wf-ticks">${this.#ticks()}</span></div>
      <div class="wf-rows" role="tree" aria-label="Spans" tabindex="0" aria-activedescendant=${this.#chosen ? `span-${this.#chosen.span.spanId}` : nothing}
        ${css({ height: `${this.#rows.length * h}px` })}>
        ${repeat(shown, (node) => node.span.spanId, (node, i) => this.#row(node, (first + i) * h, h))}</div>`, this);
  }

  #ticks() {
    const { from, to } = this.#range;
    const origin = this.#view.tree.from;
    const lane = this.querySelector('.wf-ticks')?.clientWidth || this.clientWidth * 0.6;
    const steps = Math.max(1, Math.min(8, Math.floor(lane / (this.#rowHeight * 3))));
    return Array.from({ length: steps + 1 }, (_, i) => html`<span ${css({ left: `${(i / steps) * 100}%` })} data-last=${i === steps ? '' : nothing}>${us(from - origin + ((to - from) * i) / steps)}</span>`);
  }

  #row(node, top, height) {
    const { span } = node;
    const { matches, colours } = this.#view;
    const open = node.children.length ? !this.#folded.has(node) : null;
    const name = ['wf-row', node === this.#chosen ? 'wf-chosen' : '', matches?.has(node) ? 'wf-match' : '', span.error ? 'wf-error' : ''].join(' ');
    return html`<div id=${`span-${span.spanId}`} class=${name} role="treeitem" aria-level=${node.level} aria-selected=${node === this.#chosen ? 'true' : 'false'}
        aria-expanded=${open === null ? nothing : String(open)} aria-label=${label(node)} @click=${() => { this.choose(node); this.#focus(); }} ${css({ transform: `translateY(${top}px)`, height: `${height}px` })}>
      <span class="wf-name" ${css({ 'padding-left': `${Math.min(node.level - 1, 14) * 0.85 + 0.3}rem` })}>
        ${open === null ? html`<i class="wf-leaf"></i>` : html`<span class="wf-fold" @click=${(e) => { e.stopPropagation(); this.#fold(node, open); }}>${icon(open ? 'down' : 'right')}</span>`}
        <i class="wf-key" ${css({ background: `var(${colours.get(span.service)})` })}></i>
        ${span.error ? html`<span class="tone-bad wf-mark">${icon('bad')}</span>` : nothing}
        <b>${span.service}</b> <span class="wf-what">${statementOf(span) ?? span.name}</span>
        ${open === false ? html`<span class="wf-hidden">+${below(node)}</span>` : nothing}</span>
      <span class="wf-lane">${this.#bar(node)}</span></div>`;
  }

  #bar(node) {
    const { from, to } = this.#range;
    const share = (t) => ((t - from) / (to - from)) * 100;
    const left = Math.max(-1, share(node.start));
    const right = Math.min(101, share(node.end));
    if (right < 0 || left > 100) return nothing;
    const width = right - left;
    const critical = (this.#view.segments.get(node) ?? []).map((s) => [Math.max(-1, share(s.start)), Math.min(101, share(s.end))]).filter(([a, b]) => b > a);
    return html`<i class="wf-bar" ${css({ left: `${left}%`, width: `max(${width}%, 2px)`, background: `var(${this.#view.colours.get(node.span.service)})` })}></i>
      ${critical.map(([a, b]) => html`<i class="wf-critical" ${css({ left: `${a}%`, width: `max(${b - a}%, 2px)` })}></i>`)}
      <span class=${right > 84 && left < 16 ? 'wf-time wf-time-in' : 'wf-time'} ${css(beside(left, right))}>${us(node.end - node.start)}</span>`;
  }

  #fold(node, fold) {
    if (fold) this.#folded.add(node);
    else this.#folded.delete(node);
    this.#unfold();
  }

  #focus() {
    this.querySelector('.wf-rows').focus({ preventScroll: true });
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#chosen) return;
    const at = this.#rows.indexOf(this.#chosen);
    const page = Math.max(1, Math.floor(this.clientHeight / this.#rowHeight) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (step) this.choose(this.#rows[Math.max(0, Math.min(this.#rows.length - 1, at + step))]);
    else if (event.key === 'ArrowRight') this.#inward();
    else if (event.key === 'ArrowLeft') this.#outward();
    else if (event.key === 'Enter') this.dispatchEvent(new CustomEvent('open', { detail: this.#chosen }));
    else return;
    event.preventDefault();
  }

  #inward() {
    const node = this.#chosen;
    if (this.#folded.has(node)) this.#fold(node, false);
    else if (node.children.length) this.choose(node.children[0]);
  }

  #outward() {
    const node = this.#chosen;
    if (node.children.length && !this.#folded.has(node)) this.#fold(node, true);
    else if (node.parent) this.choose(node.parent);
  }
}

customElements.define('trace-waterfall', TraceWaterfall);

/** Where the duration stands: right of the bar, left of it, or on it where neither has room. */
function beside(left, right) {
  if (right <= 84) return { left: `${Math.max(right, 0)}%`, right: 'auto' };
  return { left: 'auto', right: left < 16 ? `${100 - Math.min(right, 100)}%` : `${100 - left}%` };
}

const label = ({ span, start, end }) => `${span.service}: ${statementOf(span) ?? span.name}, ${us(end - start)}${span.error ? ', error' : ''}`;
