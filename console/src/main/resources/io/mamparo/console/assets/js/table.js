import { html, nothing } from '../lib/lit-html/lit-html.js';
import { repeat } from '../lib/lit-html/directives/repeat.js';
import { icon } from './icons.js';

/**
 * A table that can be sorted and whose rows can unfold; on a phone each row becomes a card whose
 * cells carry their column's name.
 *
 * columns: [{id, label, value: row → number|string, cell: row → template, number, wide, unsorted}]
 * options: {key: row → id, sort: {id, down}, onSort, details: row → template|null, caption, most}
 */
export function table(columns, rows, options) {
  const sorted = sortRows(rows, columns, options.sort);
  const shown = sorted.slice(0, options.most ?? 500);
  return html`<div class="table-scroll"><table>
    <caption class="visually-hidden">${options.caption}</caption>
    <thead><tr>${columns.map((column) => header(column, options))}</tr></thead>
    <tbody>${repeat(shown, options.key, (row) => line(columns, row, options))}</tbody></table></div>
    ${shown.length < rows.length ? html`<p class="muted note">The first ${shown.length} of ${rows.length} are shown.</p>` : nothing}`;
}

function header(column, options) {
  const current = options.sort?.id === column.id;
  const order = current ? (options.sort.down ? 'descending' : 'ascending') : nothing;
  const name = column.number ? 'number' : '';
  if (!options.onSort || column.unsorted) return html`<th scope="col" class=${name}>${column.label}</th>`;
  return html`<th scope="col" class=${name} aria-sort=${order}><button class="sort" @click=${() => options.onSort(next(column, options.sort))}>
    ${column.label}<span class="sort-mark" aria-hidden="true">${current ? (options.sort.down ? '▾' : '▴') : ''}</span></button></th>`;
}

const next = (column, sort) => ({ id: column.id, down: sort?.id === column.id ? !sort.down : Boolean(column.number) });

function line(columns, row, options) {
  const details = options.details?.(row);
  return html`<tr class=${options.rowClass?.(row) ?? ''}>${columns.map((column) => html`<td class=${`${column.number ? 'number' : ''} ${column.wide ? 'wide' : ''}`} data-label=${column.label}>${column.cell(row)}</td>`)}</tr>
    ${details ? html`<tr class="details"><td colspan=${columns.length}>${details}</td></tr>` : nothing}`;
}

function sortRows(rows, columns, sort) {
  const column = columns.find((c) => c.id === sort?.id);
  if (!column) return rows;
  const sign = sort.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (x === y) return 0;
    if (x === null || x === undefined) return 1;
    if (y === null || y === undefined) return -1;
    return (typeof x === 'string' ? x.localeCompare(y) : x - y) * sign;
  });
}

/** A button that folds a row's details out and in. */
export const unfold = (open, toggle, label) => html`<button class="unfold" aria-expanded=${open ? 'true' : 'false'}
  aria-label=${label} @click=${toggle}>${icon(open ? 'down' : 'right')}</button>`;
