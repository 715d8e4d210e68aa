/** A text to run elsewhere, with a button that copies it. */
import { useRef, useState } from 'preact/hooks';
import { printableLines } from '../../../../shared/core/text/printable.ts';

export function Copyable({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, setSaid] = useState('Copy');
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      // As it is shown.
      await navigator.clipboard.writeText(printableLines(text));
      setSaid('Copied');
    } catch {
      // A browser that gives no clipboard to this page still has the keyboard: the text is marked for it.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      setSaid('Marked: press Ctrl+C');
    }
    setTimeout(() => setSaid('Copy'), 3000);
  };
  return (
    <div class="copyable">
      <code ref={code}>{text}</code>
      <button type="button" onClick={copy} aria-label={`${said}: ${label}`}>
        {said}
      </button>
      <span class="hidden" role="status">
        {said === 'Copy' ? '' : said}
      </span>
    </div>
  );
}

/** A link out of the page. Only https: a console address is made from what an account says. */
export const LinkOut = ({ href, children }: { readonly href: string; readonly children: string }) =>
  href.startsWith('https://') ? (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <span class="hidden"> (opens a new tab)</span>
    </a>
  ) : (
    <span>{href}</span>
  );
