import { onlyReason, readsOf, type Snapshot } from '../../../shared/core/evaluation/facts.ts';
import { describeSelection } from '../../../shared/core/evaluation/scope.ts';
import type { Plan } from '../../../shared/core/plan/plan.ts';
import { selectionSentences } from '../../../shared/core/render/selection.ts';
import { whyUnread } from '../../../shared/core/render/words.ts';
import { jsonText } from '../../../shared/core/text/json.ts';
import { printable } from '../../../shared/core/text/printable.ts';
import type { SnapshotFile } from '../../../shared/snapshot/schema.ts';
import { NoResultError } from '../../process/exit.ts';
import { sayLine } from '../../process/io.ts';
import { emit } from '../../process/output.ts';
import { tool } from '../../process/package.ts';
import { sayWarnings, warningsOf } from '../../process/plan-file.ts';
import { type AwsOptions, onAws } from '../account-access.ts';
import { callsWords, eachJob, jobsOf, snapshotOf } from '../regions.ts';
import { screenOf } from '../screen.ts';

/** The clusters that are planned in one of these regions or run there. */
const clustersIn = ({ clusters }: Plan, snapshots: readonly Snapshot[]): readonly string[] =>
  snapshots.flatMap(({ region, facts: { clusterNames } }) => [
    ...clusters.filter((c) => c.region === region).map((c) => c.request.ClusterName),
    ...(clusterNames.ok ? clusterNames.value : []),
  ]);

/**
 * Writes the facts of every account and region in scope; one that could not be read is written as facts that were not read. 2
 * where nothing could be read of one of them, or the selection holds nothing.
 */
export async function collect(options: AwsOptions): Promise<number> {
  const { progress } = screenOf(options);
  return onAws(options, progress, async (target) => {
    sayWarnings(warningsOf(target));
    const { scope, jobs } = await jobsOf(target, progress);
    const describe = (snapshots: readonly Snapshot[]) =>
      describeSelection(target.selection, { plan: target.plan, accounts: scope, found: clustersIn(target.plan, snapshots) });
    if (jobs.length === 0) throw new NoResultError(['There is nothing to collect.', ...(describe([])?.unanswered ?? [])].join(' '));
    const read = await eachJob(
      jobs,
      progress,
      (job, tell) => snapshotOf(job, target, tell),
      (_, { snapshot, calls }) => {
        return `${onlyReason(snapshot.facts) ? 'not read' : 'facts read'} (${callsWords(calls)})`;
      },
    );
    for (const { snapshot } of read) {
      const { account, region } = snapshot;
      const closed = onlyReason(snapshot.facts);
      if (closed) sayLine(printable(`${account} ${region}: not read: ${whyUnread(closed)}`));
    }
    const file: SnapshotFile = { schemaVersion: 1, tool, snapshots: read.map((r) => r.snapshot) };
    await emit(`${jsonText(file, 2)}\n`, options.output);
    const selection = describe(file.snapshots);
    for (const sentence of selection ? selectionSentences(selection) : []) sayLine(printable(sentence));
    const isUnread = file.snapshots.some(({ facts }) => readsOf(facts).every((fact) => !fact.ok));
    return isUnread || (selection?.unanswered ?? []).length > 0 ? 2 : 0;
  });
}
