import { html, nothing } from '../../lib/lit-html/lit-html.js';
import { percent, us } from '../format.js';
import { icon } from '../icons.js';
import { badge } from '../status.js';

// Everything known of one span. Attribute values are whatever services put there: text, all of it.
const STATEMENTS = ['db.statement', 'db.query.text', 'sql', 'statement'];

export function details(node, tree, segments, close) {
  const { span } = node;
  const critical = (segments.get(node) ?? []).reduce((total, s) => total + s.end - s.start, 0);
  const fact = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`<section class="panel span-details" aria-labelledby="span-title" id="span-details" tabindex="-1">
    <div class="panel-head"><h2 id="span-title">${span.name}</h2>
      <button class="button button-icon" aria-label="Close the details" @click=${close}>${icon('close')}</button></div>
    <dl class="facts">
      ${fact('Service', span.kind === 'sql' || span.kind === 'database' ? span.service : html`<a href=${`/services/${encodeURIComponent(span.service)}`}>${span.service}</a>`)}
      ${fact('Kind', span.kind ?? '–')}
      ${fact('Outcome', span.error ? badge('bad', span.status ? `error ${span.status}` : 'error') : badge('ok', span.status ? `${span.status}` : 'ok'))}
      ${fact('Began at', us(node.start - tree.from))}
      ${fact('Took', us(node.end - node.start))}
      ${fact('Of the trace', percent((node.end - node.start) / (tree.to - tree.from)))}
      ${fact('On the critical path', critical > 0 ? us(critical) : 'not at all')}
    </dl>
    ${statementOf(span) ? html`<h3>Statement</h3><pre class="statement command" tabindex="0">${statementOf(span)}</pre>` : nothing}
    ${attributes(span)}
    <p class="muted note">Span <code>${span.spanId}</code>${span.parentId ? html`, child of <code>${span.parentId}</code>` : nothing}</p>
  </section>`;
}

/** The SQL of a span, or null. */
export function statementOf(span) {
  const key = STATEMENTS.find((name) => span.attributes?.[name]);
  return key ? String(span.attributes[key]) : null;
}

function attributes(span) {
  const rows = Object.entries(span.attributes ?? {}).filter(([key]) => !STATEMENTS.includes(key));
  if (!rows.length) return nothing;
  return html`<h3>Attributes</h3><dl class="attributes">${rows.map(([key, value]) => html`<dt>${key}</dt><dd>${typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>`)}</dl>`;
}
