import { render } from '../lib/lit-html/lit-html.js';
import { startFrame } from './frame.js';
import { startLive } from './live.js';
import { startRecent } from './recent.js';
import { startShortcuts } from './shortcuts.js';
import { failure } from './status.js';

// Boots the frame, then the module of the page that the server named in the document.
startFrame();
startShortcuts();
startRecent();
startLive();

const { page, name } = document.body.dataset;
const root = document.getElementById('page');
const { show } = await import(`./pages/${page}.js`);
root.replaceChildren();
try {
  show(root, name, document.getElementById('facts'));
} catch (e) {
  render(failure(e), root);
  throw e;
}
