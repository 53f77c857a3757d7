import uPlot from '../lib/uplot/uPlot.esm.js';
import { html, render } from '../lib/lit-html/lit-html.js';
import { css } from './css.js';
import { colour, onTheme } from './theme.js';

/**
 * A time series graph: <time-chart .spec=${spec} .data=${[t, …values]}>.
 *
 * spec: {title, unit, format, series: [{label, colour, fill, dash}], top, zero, stepped}
 *   unit what the values are in, for the heading · format number → text with unit · colour a custom
 *   property · top the least upper end of the scale · limit {at, label} a horizontal line
 * data: t in epoch seconds, null where nothing was measured.
 *
 * All graphs of a page share one cursor; arrow keys move it. The figures under the cursor stand in
 * the legend, as text.
 */
const pad = (n) => String(n).padStart(2, '0');
const hhmm = (t) => `${pad(t.getHours())}:${pad(t.getMinutes())}`;

class TimeChart extends HTMLElement {
  #plot = null;
  #data = null;
  #spec = null;
  #built = '';

  connectedCallback() {
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(this);
    this.forget = onTheme(() => this.#rebuild());
    this.addEventListener('keydown', (event) => this.#key(event));
  }

  disconnectedCallback() {
    this.observer.disconnect();
    this.forget();
    this.#plot?.destroy();
    this.#plot = null;
    this.#built = '';
  }

  set spec(spec) {
    this.#spec = spec;
  }

  set data(data) {
    this.#data = data;
    const shape = JSON.stringify([this.#spec.title, this.#spec.series.map((s) => s.label), this.#spec.limit]);
    if (this.#plot && shape === this.#built) this.#plot.setData(data);
    else this.#rebuild(shape);
    this.#legend(this.#plot?.cursor.idx ?? null);
  }

  #rebuild(shape = this.#built) {
    if (!this.#data || !this.isConnected || !this.clientWidth) return;
    this.#plot?.destroy();
    this.#built = shape;
    if (!this.querySelector('.chart-plot')) {
      render(html`<div class="chart-head"></div><div class="chart-plot" tabindex="0" role="img"></div>`, this);
    }
    this.#plot = new uPlot(this.#options(), this.#data, this.querySelector('.chart-plot'));
    this.#legend(null);
  }

  #resize() {
    if (!this.#plot) return this.#rebuild();
    const size = this.#size();
    if (size.width !== this.#plot.width || size.height !== this.#plot.height) this.#plot.setSize(size);
  }

  #size() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return { width: Math.floor(this.clientWidth), height: Math.round(rem * 11.5) };
  }

  #options() {
    const spec = this.#spec;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(rem * 0.78)}px system-ui, sans-serif`;
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--c-grid'), width: 1 }, ticks: { show: false }, font };
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { sync: { key: 'page' }, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: true }, y: { range: (u, low, high) => rangeOf(spec, low, high) } },
      axes: [
        { ...axis, size: rem * 1.9, space: rem * 3.6, values: (u, ticks) => ticks.map((t) => tick(t, u.scales.x.max - u.scales.x.min)) },
        { ...axis, size: rem * 4.4, space: rem * 2.4, values: (u, ticks) => ticks.map((v) => spec.format(v)) },
      ],
      series: [{}, ...spec.series.map((s) => seriesOf(s, spec))],
      hooks: {
        setCursor: [(u) => this.#legend(u.cursor.idx)],
        draw: spec.limit ? [(u) => drawLimit(u, spec.limit, `${Math.round(rem * 0.78 * devicePixelRatio)}px system-ui, sans-serif`)] : [],
      },
    };
  }

  /** Figures under the cursor, or the latest. */
  #legend(index) {
    const head = this.querySelector('.chart-head');
    if (!head || !this.#data) return;
    const times = this.#data[0];
    const at = index ?? lastKnown(this.#data);
    const value = (i) => this.#spec.format(this.#data[i + 1]?.[at]);
    render(
      html`<h3>${this.#spec.title}</h3><span class="chart-when">${index === null || times[at] === undefined ? 'now' : new Date(times[at] * 1000).toLocaleTimeString('en-GB')}</span>
        <ul class="chart-legend">${this.#spec.series.map((s, i) => html`<li><i class="swatch" ${css({ background: `var(${s.colour})` })}></i>${s.label} <b>${value(i)}</b></li>`)}</ul>`,
      head,
    );
    this.querySelector('.chart-plot').setAttribute('aria-label', this.#summary(value));
  }

  #summary(value) {
    const parts = this.#spec.series.map((s, i) => {
      const known = this.#data[i + 1].filter((v) => v !== null && v !== undefined);
      if (!known.length) return `${s.label} without figures`;
      return `${s.label} ${value(i)}, between ${this.#spec.format(min(known))} and ${this.#spec.format(max(known))}`;
    });
    return `Graph of ${this.#spec.title}: ${parts.join('; ')}. Arrow keys move the cursor.`;
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (!step || !this.#plot) return;
    event.preventDefault();
    const times = this.#data[0];
    const next = Math.max(0, Math.min(times.length - 1, (this.#plot.cursor.idx ?? times.length) + step));
    this.#plot.setCursor({ left: this.#plot.valToPos(times[next], 'x'), top: 20 }, true, true);
  }
}

customElements.define('time-chart', TimeChart);

const min = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
const max = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

function seriesOf(s, spec) {
  const line = colour(s.colour);
  return {
    label: s.label, stroke: line, width: 1.75, dash: s.dash, spanGaps: false,
    points: { show: true, size: 4, fill: line, filter: (u, i) => lonely(u.data[i]) },
    fill: s.fill ? line.replace(')', ' / 0.14)').replace(/^rgb\((\d+), (\d+), (\d+)/, 'rgb($1 $2 $3') : undefined,
    paths: spec.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
  };
}

/** Points without a neighbour, which no line would show. */
function lonely(values) {
  const known = (v) => v !== null && v !== undefined;
  return values.flatMap((v, i) => (known(v) && !known(values[i - 1]) && !known(values[i + 1]) ? [i] : []));
}

function rangeOf(spec, low, high) {
  const top = Math.max(high ?? 0, spec.top ?? 0, spec.limit?.at ?? 0);
  return [Math.min(0, low ?? 0), top > 0 ? top * 1.08 : 1];
}

function tick(t, span) {
  const date = new Date(t * 1000);
  if (span > 2 * 86400) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return span < 4 * 60 ? `${hhmm(date)}:${pad(date.getSeconds())}` : hhmm(date);
}

function drawLimit(u, limit, font) {
  const y = u.valToPos(limit.at, 'y', true);
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour('--warn');
  ctx.setLineDash([6, 5]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = font;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.fillText(limit.label, bbox.left + 6, y - 4);
  ctx.restore();
}

function lastKnown(data) {
  for (let i = data[0].length - 1; i >= 0; i--) {
    if (data.slice(1).some((values) => values[i] !== null && values[i] !== undefined)) return i;
  }
  return data[0].length - 1;
}

/** RED graphs of one thing, as the control API's series. */
export function redCharts(series, format) {
  const { t } = series;
  return html`<div class="charts">
    <time-chart class="panel" .spec=${{ title: 'Rate', format: format.rate, series: [{ label: format.rateLabel ?? 'requests', colour: '--c-rate', fill: true }] }} .data=${[t, series.rate]}></time-chart>
    <time-chart class="panel" .spec=${{ title: 'Errors', format: format.rate, top: 1, series: [{ label: 'errors', colour: '--c-errors', fill: true }] }} .data=${[t, series.errors]}></time-chart>
    <time-chart class="panel" .spec=${{ title: 'Duration', format: format.ms, limit: format.limit, series: [{ label: 'p50', colour: '--c-p50' }, { label: 'p99', colour: '--c-p99', fill: true }] }} .data=${[t, series.p50, series.p99]}></time-chart>
  </div>`;
}
