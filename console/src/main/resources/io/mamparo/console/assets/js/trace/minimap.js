import { colour, onTheme } from '../theme.js';

/**
 * The whole trace at a glance on a canvas: <trace-minimap>. Dragging over it chooses a range and
 * fires 'range' with {from, to}; a click without dragging chooses all. By keyboard the waterfall's
 * z and Escape do the same.
 */
const LEAST_DRAG_PX = 4;

class TraceMinimap extends HTMLElement {
  #view = null;
  #drag = null;

  connectedCallback() {
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.append(this.canvas);
    this.observer = new ResizeObserver(() => this.#draw());
    this.observer.observe(this);
    this.forget = onTheme(() => this.#draw());
    this.addEventListener('pointerdown', (e) => this.#start(e));
    this.addEventListener('pointermove', (e) => this.#move(e));
    this.addEventListener('pointerup', () => this.#end());
    this.addEventListener('pointercancel', () => (this.#drag = null));
  }

  disconnectedCallback() {
    this.observer.disconnect();
    this.forget();
  }

  /** {tree, range, colours: Map service → custom property} */
  set view(view) {
    this.#view = view;
    this.#draw();
  }

  #start(event) {
    this.setPointerCapture(event.pointerId);
    this.#drag = { from: this.#x(event), to: this.#x(event) };
  }

  #move(event) {
    if (!this.#drag) return;
    this.#drag.to = this.#x(event);
    this.#draw();
  }

  #end() {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    const { tree } = this.#view;
    const [a, b] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    const time = (x) => tree.from + (x / this.clientWidth) * (tree.to - tree.from);
    const range = b - a < LEAST_DRAG_PX ? { from: tree.from, to: tree.to } : { from: time(a), to: time(b) };
    this.dispatchEvent(new CustomEvent('range', { detail: range }));
  }

  #x(event) {
    const box = this.getBoundingClientRect();
    return Math.max(0, Math.min(this.clientWidth, event.clientX - box.left));
  }

  #draw() {
    if (!this.#view || !this.clientWidth || !this.canvas) return;
    const { tree, range, colours } = this.#view;
    const [w, h] = [this.clientWidth, this.clientHeight];
    const density = devicePixelRatio || 1;
    this.canvas.width = w * density;
    this.canvas.height = h * density;
    const ctx = this.canvas.getContext('2d');
    ctx.scale(density, density);
    const x = (t) => ((t - tree.from) / (tree.to - tree.from)) * w;
    const paint = new Map([...colours].map(([service, property]) => [service, colour(property)]));
    const bad = colour('--bad');
    const step = (h - 4) / tree.all.length;
    tree.all.forEach((node, i) => {
      ctx.fillStyle = node.span.error ? bad : (paint.get(node.span.service) ?? bad);
      ctx.fillRect(x(node.start), 2 + i * step, Math.max(1, x(node.end) - x(node.start)), Math.max(0.75, Math.min(4, step)));
    });
    this.#shade(ctx, this.#drag ? [Math.min(this.#drag.from, this.#drag.to), Math.max(this.#drag.from, this.#drag.to)] : [x(range.from), x(range.to)], w, h);
  }

  /** What lies outside of the range is dimmed. */
  #shade(ctx, [a, b], w, h) {
    ctx.fillStyle = colour('--surface');
    ctx.globalAlpha = 0.72;
    ctx.fillRect(0, 0, a, h);
    ctx.fillRect(b, 0, w - b, h);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour('--accent');
    if (a > 0) ctx.fillRect(a - 1, 0, 2, h);
    if (b < w) ctx.fillRect(b - 1, 0, 2, h);
  }
}

customElements.define('trace-minimap', TraceMinimap);
