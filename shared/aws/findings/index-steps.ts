/**
 * Every set of indexes that a deployed findings table ever had, in order. DynamoDB creates or deletes one index with an update of a
 * table, and so does CloudFormation (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html), so
 * consecutive sets differ in one. To change the indexes, change `tableDefinition` and add the steps that lead to it.
 */
import { tableDefinition } from './keys.ts';

export interface TableIndex {
  readonly IndexName: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: 'HASH' | 'RANGE' }[];
  readonly Projection: { readonly ProjectionType: 'KEYS_ONLY' | 'INCLUDE' | 'ALL'; readonly NonKeyAttributes?: readonly string[] };
}
export type IndexSet = readonly TableIndex[];

type IndexChange = { readonly add: TableIndex } | { readonly remove: string };

const of = (IndexName: string, hash: string, range: string, Projection: TableIndex['Projection']): TableIndex => ({
  IndexName,
  KeySchema: [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ],
  Projection,
});
const numbers: TableIndex['Projection'] = { ProjectionType: 'INCLUDE', NonKeyAttributes: ['seq', 'expires'] };
const whole: TableIndex['Projection'] = { ProjectionType: 'ALL' };

/** Of the first version that could be deployed, 24 November 2026. */
const first: IndexSet = [
  of('pending', 'pending', 'at', { ProjectionType: 'KEYS_ONLY' }),
  of('time', 'pk', 'commitAt', numbers),
  of('open', 'open', 'openAt', whole),
];

const changes: readonly IndexChange[] = [
  // 25 November 2026: one order for all indexes, so that pages of several partitions can be merged.
  { remove: 'time' },
  { add: of('time', 'pk', 'logOrder', numbers) },
  { remove: 'open' },
  { add: of('open', 'open', 'order', whole) },
  { add: of('log', 'month', 'logOrder', numbers) },
  { add: of('region', 'pk', 'order', whole) },
  { add: of('check', 'check', 'order', whole) },
  { add: of('cluster', 'cluster', 'order', whole) },
];

const changed = (set: IndexSet, change: IndexChange): IndexSet =>
  'remove' in change ? set.filter(({ IndexName }) => IndexName !== change.remove) : [...set, change.add];

function setsOf(): readonly IndexSet[] {
  const sets = [first];
  for (const change of changes) sets.push(changed(sets.at(-1) ?? [], change));
  return sets;
}

export const indexSteps = setsOf();

/** The same for the same indexes in any order. */
const nameOf = (set: IndexSet): string =>
  set
    .map(({ IndexName, KeySchema, Projection: { ProjectionType, NonKeyAttributes = [] } }) =>
      [IndexName, ...KeySchema.map((k) => k.AttributeName), ProjectionType, ...NonKeyAttributes.toSorted()].join(),
    )
    .toSorted()
    .join(';');

/** The sets that are still ahead of a table with these indexes, the newest last; `undefined` for indexes that no version had. */
export function stepsAfter(deployed: IndexSet): readonly IndexSet[] | undefined {
  const at = indexSteps.findLastIndex((set) => nameOf(set) === nameOf(deployed));
  return at === -1 ? undefined : indexSteps.slice(at + 1);
}

/** The attributes that a table with these indexes defines: DynamoDB refuses others. */
export function definedAttributes(set: IndexSet): readonly string[] {
  const keys = [tableDefinition.KeySchema, ...set.map(({ KeySchema }) => KeySchema)].flat();
  return [...new Set(keys.map((key) => key.AttributeName))];
}
