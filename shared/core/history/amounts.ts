/**
 * Amounts that move without anything becoming better or worse, as free addresses do all day. They are kept beside a
 * finding instead of making a change of it, and put into its words when it is read.
 */
import type { Finding } from '../evaluation/finding.ts';

export type Amount = Pick<Finding, 'have' | 'need'>;

/** A number standing alone: not inside an id, a version or a date. */
const number = /(?<![\w.:/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w:/-]|\.\d)/g;

/** Each way a finding writes one of its amounts, with how it would write the other. */
function rewording(of: Finding, to: Amount): ReadonlyMap<string, string> {
  const pairs: (readonly [number | undefined, number | undefined])[] = [
    [of.have, to.have],
    [of.need, to.need],
    [short(of), short(to)],
  ];
  return new Map(
    pairs.flatMap(([was, is]) =>
      was === undefined || is === undefined
        ? []
        : [[String(was), String(is)] as const, [was.toLocaleString('en-US'), is.toLocaleString('en-US')] as const],
    ),
  );
}

const short = ({ have, need }: Amount): number | undefined => (have === undefined || need === undefined ? undefined : need - have);

/** The finding with other amounts, in its data and in its words. Whether the words come out right, `difference` says. */
export function withAmounts<F extends Finding>(finding: F, to: Amount): F {
  if (finding.have === to.have && finding.need === to.need) return finding;
  const words = rewording(finding, to);
  const say = (text: string): string => text.replace(number, (n) => words.get(n) ?? n);
  const { remediation } = finding;
  return {
    ...finding,
    ...(to.have !== undefined && { have: to.have }),
    ...(to.need !== undefined && { need: to.need }),
    message: say(finding.message),
    ...(remediation && {
      remediation: {
        ...remediation,
        text: say(remediation.text),
        ...(remediation.command !== undefined && { command: say(remediation.command) }),
      },
    }),
  };
}

/** The same JSON, whatever the order of properties. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a).filter(([, v]) => v !== undefined);
  const right = new Map(Object.entries(b).filter(([, v]) => v !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

/** What a stored finding needs to read like the new one: nothing, its new amounts, or new words. */
export function difference(kept: Finding, fresh: Finding): 'none' | 'amounts' | 'words' {
  if (same(kept, fresh)) return 'none';
  return same(withAmounts(kept, fresh), fresh) ? 'amounts' : 'words';
}
