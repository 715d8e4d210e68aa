/** The page shows hidden characters as escapes: a text of an account can look like another one. */
import { options, type VNode } from 'preact';
import { printableLines } from '../../../shared/core/text/printable.ts';

/** Attributes that are read or heard. Values of choices and addresses stay as they are. */
const said = (name: string): boolean => ['title', 'alt', 'label', 'placeholder'].includes(name) || name.startsWith('aria-');

/** Preact makes a node of every text and of every element, and calls this for each. */
export function showHiddenIn(node: VNode): void {
  const { type, props } = node as { type: unknown; props: unknown };
  if (type === null && typeof props === 'string') node.props = printableLines(props) as unknown as VNode['props'];
  if (typeof type !== 'string') return;
  const attributes = props as Record<string, unknown>;
  for (const [name, value] of Object.entries(attributes))
    if (said(name) && typeof value === 'string') attributes[name] = printableLines(value);
}

export function showHiddenCharacters(): void {
  const before = options.vnode;
  options.vnode = (node) => {
    showHiddenIn(node);
    before?.(node);
  };
}
