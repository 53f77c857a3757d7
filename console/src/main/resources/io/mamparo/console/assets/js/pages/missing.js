import { html, render } from '../../lib/lit-html/lit-html.js';

export function show(root) {
  render(html`<div class="empty"><p>Nothing lives at this address. It may have been removed from the stack.</p>
    <p><a href="/">Back to the overview</a></p></div>`, root);
}
