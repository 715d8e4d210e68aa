import { type AwsOptions, onAws } from '../aws.ts';
import { emit } from '../output.ts';
import { tool } from '../package.ts';
import { callsWords, eachJob, jobsOf, snapshotOf } from '../regions.ts';
import { screenOf } from '../screen.ts';
import type { SnapshotFile } from '../snapshot-file.ts';

export async function collect(options: AwsOptions): Promise<number> {
  const { progress } = screenOf(options);
  return onAws(options, progress, async (target) => {
    const { jobs } = await jobsOf(target, progress);
    const read = await eachJob(
      jobs,
      progress,
      (job, tell) => snapshotOf(job, target, tell),
      (_, { calls }) => `facts read (${callsWords(calls)})`,
    );
    const file: SnapshotFile = { schemaVersion: 1, tool, snapshots: read.map((r) => r.snapshot) };
    await emit(`${JSON.stringify(file, null, 2)}\n`, options.output);
    return 0;
  });
}
