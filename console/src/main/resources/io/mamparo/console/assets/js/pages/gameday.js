import { html, render } from '../../lib/lit-html/lit-html.js';
import { get, path } from '../api.js';
import { clock } from '../format.js';
import { icon } from '../icons.js';
import { failure, loading } from '../status.js';
import { nameOf, startOf, verdictBadge } from './gamedays.js';

// One report. It is stored HTML and may come from anywhere: the frame allows it no scripts, no
// forms, no navigation and no access to this console.
export async function show(root, id, facts) {
  render(loading, root);
  const report = path(['v1', 'gamedays', id, 'report.html']);
  try {
    const data = await get(path(['v1', 'gamedays', id]));
    const day = data.gameday ?? data;
    document.querySelector('h1').textContent = nameOf({ id, ...day });
    render(html`${verdictBadge(day)}<span class="muted">${clock(startOf(day))}</span>
      <a class="button" href=${report} target="_blank" rel="noopener noreferrer">${icon('external_link')}Report alone</a>`, facts);
    render(html`<iframe class="report" sandbox="" src=${report} title="Report of the game day"></iframe>`, root);
  } catch (e) {
    render(failure(e), root);
  }
}
