import { html } from '../lib/lit-html/lit-html.js';
import { css } from './css.js';

const share = (part, whole) => `${Math.max(0, Math.min(100, whole > 0 ? (part / whole) * 100 : 0)).toFixed(1)}%`;

/** Parts of a whole side by side, each {value, tone}; `label` says it in words. */
export const stackedBar = (parts, whole, label) => html`<span class="meter" role="img" aria-label=${label} title=${label}>
  ${parts.map((part) => html`<i class=${`meter-${part.tone}`} ${css({ width: share(part.value, whole) })}></i>`)}</span>`;

/** What is left of an error budget: 1 untouched, 0 used up, below 0 overspent. */
export function budgetBar(remaining) {
  const tone = remaining >= 0.25 ? 'ok' : remaining > 0 ? 'warn' : 'bad';
  const words = remaining > 0 ? `${Math.round(remaining * 100)}% of the error budget remains` : 'The error budget is used up';
  return stackedBar([{ value: remaining > 0 ? remaining : 1, tone }], 1, words);
}
