/** A button that copies a text. */

import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.ts';

const SHEETS =
  'M5.5 5.5V3a1 1 0 0 1 1-1H13a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1h-2.5M3 5.5h6.5a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1z';
const TICK = 'M3 8.5l3.5 3.5L13 4.5';

const SHOWN_MS = 1_500;

/** Not shown where the browser has no clipboard for the page, as over plain HTTP. */
export function CopyButton({ text, label = `Copy ${text}` }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  if (!navigator.clipboard) return null;
  const onCopy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
  const name = isCopied ? 'Copied' : label;
  return html`
    <button type="button" class="copy" aria-label=${name} title=${name} onClick=${onCopy}>
      <svg class="shape" viewBox="0 0 16 16" aria-hidden="true"><path d=${isCopied ? TICK : SHEETS} /></svg>
    </button>`;
}
