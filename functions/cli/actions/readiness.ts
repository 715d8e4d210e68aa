/** `readiness`: the current status as the last audits left it, late ones first. Nothing of the account is audited for it. */

import type { InventoryEntry } from '../../../shared/aws/findings/inventory-reader.ts';
import { partitionOf, type RegionKey } from '../../../shared/aws/findings/keys.ts';
import { statusData, statusExitCode, statusReport, type UnplannedRegion } from '../../../shared/core/render/status.ts';
import { wrap } from '../../../shared/core/render/words.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import { narrowed } from '../../../shared/query/filters.ts';
import { findings } from '../../../shared/query/findings.ts';
import { readiness as question, type RegionReadinessView } from '../../../shared/query/readiness.ts';
import { notKnown } from '../../../shared/query/unknown-values.ts';
import { plannedPlaces } from '../../../shared/workflows/audited-regions.ts';
import { collectStatus } from '../../../shared/workflows/collect-status.ts';
import { NoResultError } from '../../process/exit.ts';
import { currentIo } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { sayWarnings, warningsOf } from '../../process/plan-file.ts';
import { wrongPair } from '../../process/wrong-value.ts';
import { onAws } from '../account-access.ts';
import type { AnswerFormat } from '../answer-format.ts';
import { readinessFormat } from '../query-text.ts';
import { isLocal, wholeAnswer, withQuestions } from '../questions.ts';
import { rowsCode, sortedRows } from '../readiness-rows.ts';
import { screenOf } from '../screen.ts';
import { withFindings } from '../stored-findings.ts';
import { type AskedPlace, type AskOptions, answerOf, parametersOf, placesOf, show, usualLimit } from './ask.ts';

export interface ReadinessOptions extends AskOptions {
  /** The plan that was deployed: it says which accounts and regions there are, and when an audit is late. */
  readonly plan?: string;
  readonly quiet?: boolean;
}

/** What a plan has no answer to. */
const ofTheLog = ['deployed', 'url', 'at', 'cluster', 'state'] as const;

function notOfPlan(options: ReadinessOptions): readonly string[] {
  const given = ofTheLog.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  return options.format === 'csv' ? [...given, '--format csv'] : given;
}

/** Codes as an audit's, by what is stored; an audit that is late counts as not evaluated. */
export async function readiness(options: ReadinessOptions): Promise<number> {
  const others = notOfPlan(options);
  if (options.plan !== undefined && others.length > 0)
    throw wrongPair(
      ['--plan', ...others],
      '--plan shows the current state of what it names, of a table or of this machine, as text or JSON: leave one away.',
    );
  const { plan, account, region } = options;
  // A deployed table has alert routes in addition to its log, and reading it takes credentials in any case.
  const whole = !isLocal(options) && others.length === 0 && account === undefined && region === undefined;
  return plan !== undefined || whole ? ofPlan(options) : ofLog(options);
}

const onlyAudited = 'Only audited regions are listed; `readiness --plan FILE` also names planned clusters that were never audited.';

/** Without a plan nothing is known of what was never audited, and the text says so where a plan could be named. */
function shownBy(options: ReadinessOptions): AnswerFormat<RegionReadinessView> {
  if (options.format !== 'text' || ofTheLog.some((name) => options[name] !== undefined)) return readinessFormat;
  return { ...readinessFormat, text: (rows, how) => [...readinessFormat.text(rows, how), ...wrap(onlyAudited, how.width)] };
}

/** The state of every region that was ever audited, from the log. Every page is read: a result for some of them would be misleading. */
async function ofLog(options: ReadinessOptions): Promise<number> {
  const now = currentIo().now();
  const { state, ...parameters } = parametersOf(question, options, now);
  const { cluster, ...others } = parameters;
  const places = placesOf(options);
  let code = 0;
  await show(shownBy(options), options, now, () =>
    withQuestions(options, async (ask, noAudit) => {
      const whole = await answerOf({ question, parameters, places }, Number.POSITIVE_INFINITY, ask, noAudit);
      const rows = sortedRows(whole.items as readonly RegionReadinessView[]);
      // A cluster has in its state what fails of its region; of a region without clusters nothing else shows it.
      const failing = (place: AskedPlace) => wholeAnswer(findings, { ...others, ...place, level: 'required', status: 'fail' }, 1, ask);
      const found = cluster === undefined ? await Promise.all(places.map(failing)) : [];
      code = rowsCode({
        rows,
        fails: found.some((f) => f.items.length > 0),
        ofCluster: cluster !== undefined,
        partly: whole.notKept !== undefined,
      });
      const matching = rows.flatMap((row) => narrowed(row, { state }));
      const limit = options.limit ?? usualLimit;
      return { ...whole, items: matching.slice(0, limit), ...(limit < matching.length && { more: true as const }) };
    }),
  );
  return code;
}

/** Stored regions that are not planned, with the states of their clusters. */
function unplannedIn(planned: readonly RegionKey[], stored: readonly InventoryEntry[]): readonly UnplannedRegion[] {
  const known = new Set(planned.map(partitionOf));
  return stored
    .filter((place) => !known.has(partitionOf(place)))
    .map(({ account, region, factsAt, clusters }) => ({
      account,
      region,
      factsAt,
      clusters: clusters.map(({ cluster, state }) => ({ cluster, state })),
    }));
}

/** Why `--account` and `--region` name something that is not in the plan; `undefined`: they do not. */
function notPlanned(planned: readonly RegionKey[], asked: readonly AskedPlace[]): string | undefined {
  const what = 'The plan has nothing';
  if (planned.length === 0) return `${what} to audit.`;
  for (const { account, region } of asked) {
    const ofAccount = planned.filter((place) => account === undefined || place.account === account);
    if (account !== undefined && ofAccount.length === 0)
      return notKnown('account', account, { what, candidates: planned.map((place) => place.account) }).detail;
    if (region === undefined || ofAccount.some((place) => place.region === region)) continue;
    const where = account === undefined ? '' : ` in account ${account}`;
    return notKnown('region', region, { what, where, candidates: ofAccount.map((place) => place.region) }).detail;
  }
  return undefined;
}

/** Of what a plan names, audited or not, with what a deployed table has in addition to the log. */
async function ofPlan(given: ReadinessOptions): Promise<number> {
  const { account, region, limit = usualLimit, ...options } = given;
  const screen = screenOf({ ...options, file: options.output !== undefined });
  return onAws(options, screen.progress, async (target) => {
    const { plan, settings, identity } = target;
    sayWarnings(warningsOf(target));
    screen.progress.now('reading what the last audits left …');
    const isAsked = (place: RegionKey) => (account?.includes(place.account) ?? true) && (region?.includes(place.region) ?? true);
    const planned = await plannedPlaces(plan, identity, settings);
    const refused = notPlanned(planned, placesOf(given));
    if (refused !== undefined) throw new NoResultError(printable(refused));
    const places = planned.filter(isAsked);
    return withFindings(options, target, async ({ table, marks, stored, deployed, noAudit }) => {
      const notInPlan = unplannedIn(planned, (await stored()).filter(isAsked));
      const report = {
        ...(await collectStatus(places, { plan, table, marks, now: currentIo().now })),
        ...(notInPlan.length > 0 && { notInPlan }),
      };
      screen.progress.end();
      if (report.standings.length === 0) throw noAudit;
      const text =
        options.format === 'json'
          ? `${jsonText(statusData(report, limit), 2)}\n`
          : statusReport(report, { deployed, paint: screen.paint, width: screen.width, limit });
      await emit(text, options.output);
      return statusExitCode(report);
    });
  });
}
