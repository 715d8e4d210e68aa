/** How a failure is fixed, and which failures one command fixes. */
import type { Finding } from '../evaluation/finding.ts';
import { amountSentence } from '../render/words.ts';

type FixedFinding = Pick<Finding, 'status' | 'remediation'>;

const listing = /^(?:aws [\w-]+|kubectl) (?:describe|list|get|head|batch-get|search|lookup|ls)\b/;

/** Whether a command only shows something. */
const isListing = (command: string): boolean => listing.test(command);

/** The command that fixes a failure. One that lists what there is to decide about is none. */
export function fixCommandOf({ status, remediation }: FixedFinding): string | undefined {
  const command = status === 'fail' ? remediation?.command : undefined;
  return command === undefined || isListing(command) ? undefined : command;
}

/** What to do about an action that is denied. `where`: the accounts. */
export const deniedFix = (action: string, where: string): string =>
  `Fix: allow ${action} to the auditor's role ${where}; a permissions boundary or a policy of the organization may deny it as well.`;
/** Comes before the command that prints the policy. */
export const policyLead = 'All that it needs (PLAN: the file of the deployed plan):';

/** A failure as sentences, the numbers first: unless the text says them itself. */
export function failureSentences(f: Parameters<typeof amountSentence>[0] & Pick<Finding, 'message'>): readonly string[] {
  const numbers = new Set((f.message.match(/\d[\d,]*/g) ?? []).map((n) => Number(n.replaceAll(',', ''))));
  const isSaid = f.need !== undefined && numbers.has(f.need) && (f.have === undefined || numbers.has(f.have));
  return [isSaid ? '' : amountSentence(f), f.message].filter((text) => text !== '');
}

/** Failures that the same command fixes, such as one missing rule that fails two checks, together; each other one alone. In their order. */
export function byFix<T>(failures: readonly T[], findingOf: (of: T) => FixedFinding | undefined): readonly (readonly T[])[] {
  const groups = new Map<unknown, T[]>();
  for (const failure of failures) {
    const finding = findingOf(failure);
    const key = (finding && fixCommandOf(finding)) ?? failure;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  return [...groups.values()];
}

/** Of one failure, or of several that one command fixes. */
export const fixWord = (failures: number): string => (failures === 1 ? 'Fix' : `Fix for ${failures === 2 ? 'both' : `all ${failures}`}`);

/** The fix, its command and the page of the resource, as lines of an e-mail. `paragraph`: wraps a text. */
export function fixLines(finding: FixedFinding, paragraph: (text: string) => readonly string[], failures: number = 1): readonly string[] {
  const { status, remediation } = finding;
  if (status === 'pass' || !remediation) return [];
  const { text, command, console } = remediation;
  return [
    ...paragraph(`${fixWord(failures)}: ${text}`),
    ...(command === undefined
      ? []
      : [...(isListing(command) ? paragraph('This command changes nothing. It shows what the fix is about:') : []), `    $ ${command}`]),
    ...(console === undefined ? [] : [`    ${console}`]),
  ];
}
