/** What an audit says: findings, coverage, readiness. The one shape that table, API, exports and report share. */

/**
 * The strongest first. required: the cluster would not come up or its nodes could not work. recommended: it may fail, or not
 * everything requested comes up. advice: AWS advises it; the cluster comes up without it, so it changes neither readiness nor
 * exit code.
 */
export const levels = ['required', 'recommended', 'advice'] as const;
export type Level = (typeof levels)[number];

/** Negative where the first is stronger. */
export const compareLevels = (a: Level, b: Level): number => levels.indexOf(a) - levels.indexOf(b);
/** Whether a level is at least as strong as the lowest one that is asked for. */
export const reachesLevel = (level: Level, minimum: Level): boolean => compareLevels(level, minimum) <= 0;
export type Status = 'pass' | 'fail';
export type ReadinessState = 'BLOCKED' | 'UNKNOWN' | 'AT_RISK' | 'READY';

export interface Remediation {
  readonly text: string;
  /** One AWS CLI line with the real ids filled in. */
  readonly command?: string;
  /** Console address. */
  readonly console?: string;
}

export interface Finding {
  /** `check/cluster|-/group|-/resource`, each part percent-encoded. */
  readonly id: string;
  readonly check: string;
  readonly checkLevel: Level;
  /** This finding's own level: softer than the check's where the check says so. */
  readonly level: Level;
  readonly status: Status;
  readonly muted?: { readonly reason: string; readonly owner: string; readonly until: string };
  readonly cluster?: string;
  readonly group?: string;
  readonly resource: string;
  readonly have?: number;
  readonly need?: number;
  readonly unit?: string;
  /** A value that is watched for changes though it never fails (applied quota, request status). */
  readonly watched?: string;
  /** When the finding took its present status; set by the log, absent on a first look. */
  readonly since?: string;
  readonly title: string;
  readonly message: string;
  readonly remediation?: Remediation;
  readonly reference: string;
}

/** A case that was not evaluated, and why. `action`: the IAM action that was denied. */
export interface Unevaluated {
  readonly check: string;
  readonly level: Level;
  readonly cluster?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly reason: string;
  readonly action?: string;
  /** Since when it is not evaluated; set by the log. */
  readonly since?: string;
  /** The last result here and its time, the worst where the row covers several. Shown with its age; it decides nothing. */
  readonly last?: { readonly status: Status; readonly level: Level; readonly at: string };
}

export interface Coverage {
  /** Number of findings. */
  readonly evaluated: number;
  readonly unevaluated: readonly Unevaluated[];
}

export interface Readiness {
  readonly cluster: string;
  readonly running: boolean;
  readonly planned: boolean;
  readonly state: ReadinessState;
  /** Ids of the findings (or of the unevaluated rows, in the same form) that make it so. */
  readonly because: readonly string[];
  /** When it took this state; set by the log. */
  readonly since?: string;
  /** Since when it has not been READY, in any other state; set by the log, absent while it is READY. */
  readonly notReadySince?: string;
}

/** What AWS reports of a running cluster that has problems, for people to read. It changes neither readiness nor exit code. */
export interface ClusterEvents {
  readonly cluster: string;
  /** ClusterStatus. */
  readonly status?: string;
  /** FailureMessage of the cluster, and of its autoscaling, in quotes. */
  readonly failure?: string;
  readonly autoScalingFailure?: string;
  /** The last Error events, newest first; `text` and `cause`, the FailureMessage of its details, in quotes. */
  readonly errors: readonly {
    readonly time: string;
    readonly group?: string;
    readonly node?: string;
    readonly text: string;
    readonly cause?: string;
  }[];
  /** Older events of the last seven days were not read. */
  readonly partial?: true;
  /** Why no event could be read. */
  readonly unread?: string;
  /** Why the causes of some events could not be read. */
  readonly causesUnread?: string;
}

export interface RegionResult {
  readonly region: string;
  readonly state: 'audited' | 'not-enabled' | 'failed';
  readonly reason?: string;
  readonly coverage: Coverage;
  readonly readiness: readonly Readiness[];
  readonly findings: readonly Finding[];
  /** Of clusters with Error events, or whose events could not be read. Absent: none, and where a result was stored. */
  readonly events?: readonly ClusterEvents[];
}

export interface AccountResult {
  readonly account: string;
  readonly alias?: string;
  readonly auditedAt: string;
  readonly regions: readonly RegionResult[];
}

/** What a command was narrowed to. The result and its exit code cover that alone. */
export interface ResultSelection {
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly clusters?: readonly string[];
  /** Planned clusters outside of it, each counted once an account, and the regions they are planned in. */
  readonly outside: { readonly clusters: number; readonly regions: readonly string[] };
  /** What was selected and has no answer, as sentences. Any makes the exit code 2 where it would be 0. */
  readonly unanswered: readonly string[];
}

/** What a warning is about, for programs that read results. New ones may be added; none changes its meaning. */
export type WarningCode =
  | 'unknown-region'
  | 'mixed-partitions'
  | 'arn-mismatch'
  | 'no-instance-groups'
  | 'no-instances'
  | 'unknown-instance-type'
  | 'grow-to-below-count'
  | 'mute-expired'
  | 'mute-outside-plan'
  | 'mute-matches-nothing'
  | 'contradiction'
  | 'duplicate'
  | 'no-effect'
  | 'schedule-never-runs'
  | 'unknown-word'
  | 'unknown-member'
  | 'variable-not-expanded'
  | 'request-not-json';

/**
 * Something in the plan that is accepted although it is probably not intended. A warning never changes findings, readiness
 * or exit code.
 */
export interface Warning {
  readonly code: WarningCode;
  /** What is wrong, what it means, what to do. */
  readonly message: string;
  /** Where the plan says it. File, line and column (both from 1) are absent where only the deployed plan is at hand. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The plan's own path to the value, such as `mutes[0].until`; in a request's file, from the top of that file. */
  readonly path?: string;
}

export interface Result {
  readonly schemaVersion: 1;
  /** `rules`: hash over all rules that it was evaluated by. Results of older versions have none. */
  readonly tool: { readonly name: 'hyperpod-auditor'; readonly version: string; readonly rules?: string };
  readonly planHash: string;
  /** Absent where everything in the plan's scope was asked for. */
  readonly selection?: ResultSelection;
  /** Failures below `--level` that it left out; absent: none. */
  readonly hiddenFailures?: number;
  readonly accounts: readonly AccountResult[];
  /** Of the plan, and of what the audit shows about it. */
  readonly warnings?: readonly Warning[];
  /** Why the result was not stored, and the fix. Absent where it was stored, or where the command stores nothing. */
  readonly notStored?: string;
}

/** Most names need no encoding, and an audit has very many of them. */
const encoded = (part = '-'): string => (/^[\w.-]*$/.test(part) ? part : encodeURIComponent(part.toWellFormed()));

/** The identity of a finding or a coverage row: stable when values and levels change. */
export function findingId(of: {
  readonly check: string;
  readonly cluster?: string | undefined;
  readonly group?: string | undefined;
  readonly resource?: string;
}): string {
  return `${encoded(of.check)}/${encoded(of.cluster)}/${encoded(of.group)}/${encoded(of.resource)}`;
}
