/** The way from the indexes of the deployed findings table to those of this version, one index with each update. */
import { NoResultError } from '../../functions/process/exit.ts';
import type { DeployedIndexes } from '../../shared/aws/deployment/table-protection.ts';
import { type IndexSet, stepsAfter } from '../../shared/aws/findings/index-steps.ts';
import type { Read } from '../../shared/core/evaluation/facts.ts';
import { count, whyUnread } from '../../shared/core/render/words.ts';

/** Index sets to deploy before this version's own. Throws where the table's indexes are of no version. */
export function upgradeSteps(deployed: Read<DeployedIndexes> | undefined): readonly IndexSet[] {
  // Where they cannot be read there is probably nothing to do; if there is, CloudFormation refuses the update and changes nothing.
  if (!deployed?.ok) return [];
  const steps = stepsAfter(deployed.value.indexes);
  if (steps) return steps.slice(0, -1);
  const names = deployed.value.indexes.map(({ IndexName }) => IndexName).join(', ');
  throw new NoResultError(
    `Nothing was deployed: the findings table has the indexes ${names || '(none)'}, which no version of this tool made. Restore the indexes of the version that was deployed last.`,
  );
}

/** How many updates there are, and how long they take. */
export function upgradeLines(deployed: Read<DeployedIndexes> | undefined): readonly string[] {
  if (deployed === undefined) return [];
  if (!deployed.ok) return [`  indexes      of the findings table: not read (${whyUnread(deployed)})`];
  const steps = stepsAfter(deployed.value.indexes);
  if (!steps || steps.length < 2) return [];
  return [
    `  indexes      ${count(steps.length, 'update')} of the findings table, one after the other: DynamoDB changes one index at a time.`,
    `               A few minutes each, more with many items (${deployed.value.items.toLocaleString('en-US')} now). Until the last one, questions and alerts may fail; they are repeated.`,
  ];
}
