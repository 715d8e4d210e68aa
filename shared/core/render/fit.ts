/** A fit as an operator reads it: the places, the best first, with what is missing in a line; then what to do for the best few. */
import type { FitResult, Placement, RegionFit } from '../fit/fit-result.ts';
import type { Obstacle } from '../fit/obstacles.ts';
import { printable } from '../text/printable.ts';
import { lastSegment } from '../text/words.ts';
import { columns, flow } from './layout.ts';
import { headingLines, levelMarks, statePiece, type TerminalOptions } from './terminal.ts';
import { accountWords, count, timeWords, whyUnread, wrap } from './words.ts';

type FitTextOptions = Pick<TerminalOptions, 'paint' | 'width'> & {
  /** Placements in the table, and of those whose next steps are shown. */
  readonly rows: number;
  readonly steps: number;
};

/** What is missing, in one line: required obstacles by name, recommended ones of a blocked place and advice by number. */
export function missingLine({ lacks, unseen, state }: Pick<Placement, 'lacks' | 'unseen' | 'state'>): string {
  const of = (level: Obstacle['level']) => [...new Set(lacks.filter((l) => l.level === level).map((l) => l.words))];
  const required = of('required');
  const recommended = of('recommended');
  const advice = of('advice');
  const checks = new Set(unseen.map((u) => u.check)).size;
  const parts = [
    ...required,
    ...(state === 'BLOCKED' || state === 'UNKNOWN' ? (recommended.length > 0 ? [`${recommended.length} recommended`] : []) : recommended),
    ...(advice.length > 0 ? [`${advice.length} advice`] : []),
    ...(checks > 0 ? [`${count(checks, 'check')} not evaluated`] : []),
  ];
  return parts.join(', ') || 'nothing';
}

const placeName = (p: Placement): string => [p.region, p.zone, p.subnet].filter((s) => s !== undefined).join(' · ');
function places(result: FitResult, o: FitTextOptions): readonly string[] {
  const eks = result.wanted.orchestrator === 'eks';
  const shown = result.placements.slice(0, o.rows);
  const head = ['READINESS', 'REGION', 'ZONE', 'SUBNET', ...(eks ? ['EKS CLUSTER'] : []), 'SECURITY GROUPS', 'MISSING'];
  const rows = shown.map((p) => [
    statePiece(p.state, o.paint),
    p.region,
    p.zone ?? '-',
    p.subnet ?? '-',
    ...(eks ? [p.eksCluster === undefined ? '-' : lastSegment(p.eksCluster)] : []),
    p.securityGroups.join(' '),
    missingLine(p),
  ]);
  const dim = (text: string) => o.paint('dim', text);
  const lines = columns([head.map((text) => [text, dim] as const), ...rows], { width: o.width, indent: '  ' });
  const rest = result.placements.length - shown.length;
  return [...lines, ...(rest > 0 ? [`  … and ${count(rest, 'more placement')}; --format json has them all.`] : [])];
}

/** A region in a few words: its name, its zones, its quota, its subnets; what is empty has nothing to say. */
export function regionLine(r: RegionFit): readonly string[] {
  const zones = r.zones === undefined ? 'offer unknown' : r.zones.length > 0 ? `offered in ${r.zones.join(', ')}` : 'offered in no zone';
  const quota = r.quota ? `quota ${r.quota.value}` : r.offered === false ? 'no quota for clusters' : 'quota unknown';
  const subnets = `${count(r.subnets, 'subnet')}${r.leftOut > 0 ? ` (${r.leftOut} more, with fewer free addresses, left out)` : ''}`;
  const untried = r.untried.map((u) => `EKS cluster ${u.name} not tried: ${whyUnread(u)}`);
  return r.state === 'audited' ? [r.region, zones, quota, [subnets, ...untried].join('; ')] : [r.region, r.reason ?? r.state, '', ''];
}

/** What to do at one place, required first; a fix for several of them stands once. */
function steps(p: Placement, o: FitTextOptions): readonly string[] {
  const seen = new Set<string>();
  const lines = p.lacks.flatMap((l) => {
    const { text = 'No fix is known.', command } = l.remediation ?? {};
    const key = command ?? text;
    const again = seen.has(key);
    seen.add(key);
    const mark = o.paint(levelMarks[l.level].colour, levelMarks[l.level].sign);
    return [
      ...wrap(l.message, o.width - 6).map((line, i) => (i === 0 ? `    ${mark} ${line}` : `      ${line}`)),
      ...(again
        ? []
        : [...wrap(text, o.width - 6).map((line) => `      ${line}`), ...(command === undefined ? [] : [`      $ ${command}`])]),
    ];
  });
  const causes = new Map(p.unseen.map((u) => [`${u.reason}${u.action === undefined ? '' : `: ${u.action}`}`, u]));
  const notEvaluated = [...causes.keys()].flatMap((cause) =>
    flow([['?', (text) => o.paint('magenta', text)], `not evaluated: ${cause}`], { width: o.width, indent: '    ', hanging: '      ' }),
  );
  const heading = flow([[placeName(p), (text) => o.paint('bold', text)], statePiece(p.state, o.paint)], { width: o.width, indent: '  ' });
  return [...heading, ...lines, ...notEvaluated, ''];
}

/** The whole result as text, lines joined by `\n`, ending in one. */
export function fitText(found: FitResult, o: FitTextOptions): string {
  const result = printable(found);
  const { wanted: requested, account, alias } = result;
  const what = `${requested.count} × ${requested.type}${requested.spot ? ' (Spot)' : ''} on ${requested.orchestrator === 'eks' ? 'EKS' : 'Slurm'}`;
  const open = result.placements.slice(0, o.steps).filter((p) => p.lacks.length + p.unseen.length > 0);
  const unchecked = result.notLookedAt.map((n) => (n.option === undefined ? n.what : `${n.what} (${n.option})`)).join(', ');
  const lines = [
    ...headingLines(`Where ${what} would come up in account ${accountWords({ account, alias })}`, timeWords(result.at), o),
    '',
    o.paint('bold', 'PLACES'),
    ...(result.placements.length > 0 ? places(result, o) : ['  No region was checked.']),
    '',
    o.paint('bold', 'REGIONS'),
    ...columns(result.regions.map(regionLine), { width: o.width, indent: '  ' }),
    '',
    ...(open.length > 0 ? [o.paint('bold', 'NEXT STEPS'), ...open.flatMap((p) => steps(p, o))] : []),
    ...wrap(`Not checked: ${unchecked}.`, o.width),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
