/**
 * Amounts that move without a better or worse result, such as free IP addresses. They are stored next to a finding
 * instead of as a change of it, and inserted into its texts when it is read.
 */
import type { Finding } from '../evaluation/finding.ts';

export type Amount = Pick<Finding, 'have' | 'need'>;

/** A whole number: not part of an id, a version or a date. */
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

/** The same JSON in any order of properties. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a).filter(([, v]) => v !== undefined);
  const right = new Map(Object.entries(b).filter(([, v]) => v !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

/** What a stored finding needs to read like the new one: nothing, its new amounts, or new words. */
export function difference(stored: Finding, fresh: Finding): 'none' | 'amounts' | 'words' {
  if (same(stored, fresh)) return 'none';
  return same(withAmounts(stored, fresh), fresh) ? 'amounts' : 'words';
}
