import { html } from '../lib/lit-html/lit-html.js';
import { budgetBar } from './bars.js';
import { ms, objective, percent } from './format.js';
import { badge } from './status.js';

// Objectives in words, and how worried one should be about them.

/** The control API gives the budget in full or, in the overview, as one figure. */
export const remaining = (slo) => slo.budget?.remaining ?? slo.remaining ?? null;
export const firing = (slo) => (slo.burn ? slo.burn.filter((b) => b.firing) : slo.firing ? [].concat(slo.firing) : []);

/** "99% of requests under 250 ms" */
export function promise(slo) {
  return slo.kind === 'latency'
    ? `${objective(slo.objective)} of requests under ${ms(slo.thresholdMs)}`
    : `${objective(slo.objective)} of requests succeed`;
}

/** "8% of the budget remains", or by how much it is overspent. */
export function leftInWords(slo) {
  const left = remaining(slo);
  if (left === null) return 'Nothing has been measured yet';
  return left >= 0 ? `${percent(left)} of the budget remains` : `The budget is overspent by ${percent(-left)}`;
}

/** 0 fine, 1 a ticket's worth or half the budget gone, 2 page now or budget used up. */
export function risk(slo) {
  const alarms = firing(slo);
  const left = remaining(slo);
  if ((left !== null && left <= 0) || alarms.some((b) => (b.severity ?? b) === 'page' || b === true)) return 2;
  return alarms.length || (left !== null && left < 0.25) ? 1 : 0;
}

export function sloBadge(slo) {
  const left = remaining(slo);
  if (left !== null && left <= 0) return badge('bad', 'budget used up');
  const level = risk(slo);
  if (level === 2) return badge('bad', 'burning: page', { title: 'At this speed the budget will not last. Somebody should look now.' });
  if (level === 1) return badge('warn', firing(slo).length ? 'burning: ticket' : 'budget low');
  return badge('ok', 'on track');
}

export const budget = (slo) => {
  const left = remaining(slo);
  return left === null ? html`<span class="muted">–</span>` : html`<span class="budget">${budgetBar(left)}<b class=${left <= 0 ? 'tone-bad' : left < 0.25 ? 'tone-warn' : ''}>${percent(left)}</b></span>`;
};
