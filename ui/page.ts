/** The entry of the page. */

import { render } from 'preact';
import { App } from './app.ts';
import { html } from './html.ts';
import { keepScroll } from './route.ts';

const root = document.getElementById('page');
if (root) {
  keepScroll();
  root.replaceChildren();
  render(html`<${App} />`, root);
}
