/**
 * All keys of the findings table. Each account and region has one partition; the sort key gives the type of an item.
 * The table's definition is shared by the database on this machine and the deployed stack.
 */
import { createHash } from 'node:crypto';

export interface RegionKey {
  readonly account: string;
  readonly region: string;
}

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const partitionOf = ({ account, region }: RegionKey): string => `${account}#${region}`;

/** The partition of what belongs to no region. */
export const deploymentPartition = 'deployment';

/** The partition in which every region of every account has one small item that says how its clusters are. */
export const inventoryPartition = 'fleet';

export function regionKeyOf(pk: string): RegionKey {
  const [account = '', region = ''] = pk.split('#');
  return { account, region };
}

/** Padded, so that text order is number order. */
const padded = (n: number, digits: number): string => String(n).padStart(digits, '0');
const number = (seq: number): string => padded(seq, 10);

/** Sort keys hold 1,024 bytes and an id may name a long S3 object: a longer one is cut and ends with its hash. */
const longest = 800;
const fitting = (id: string): string =>
  id.length <= longest ? id : `${id.slice(0, longest - 65)}~${createHash('sha256').update(id).digest('hex')}`;

export const sortKeys = {
  /** The last completed audit, and how far the records below have come along the log. */
  head: 'HEAD',
  commits: 'LOG#',
  commit: (seq: number) => `LOG#${number(seq)}`,
  allParts: 'PART#',
  /** Of commits and checkpoints of one number. */
  partsOf: (seq: number) => `PART#${number(seq)}#`,
  /** What does not fit into the own item of a commit or a checkpoint. `writer` keeps two that race for one number apart. */
  parts: (seq: number, writer: string) => `PART#${number(seq)}#${writer}#`,
  part: (seq: number, writer: string, n: number) => `PART#${number(seq)}#${writer}#${padded(n, 4)}`,
  findings: 'F#',
  /** Of one check: ids begin with it. */
  findingsOf: (check: string) => `F#${encodeURIComponent(check)}/`,
  finding: (id: string) => `F#${fitting(id)}`,
  rows: 'U#',
  row: (id: string) => `U#${fitting(id)}`,
  histories: (id: string) => `H#${fitting(id)}#`,
  history: (id: string, seq: number) => `H#${fitting(id)}#${number(seq)}`,
  audits: 'AUDIT#',
  audit: (factsAt: string, auditId: string) => `AUDIT#${factsAt}#${fitting(auditId)}`,
  days: 'DAY#',
  /** `date`: YYYY-MM-DD, UTC. */
  day: (date: string) => `DAY#${date}`,
  checkpoints: 'CHECKPOINT#',
  checkpoint: (seq: number) => `CHECKPOINT#${number(seq)}`,
  /** Changes after the last completed audit. */
  dirty: 'DIRTY',
  /** When a region without a completed audit was first expected to have one. */
  expected: 'EXPECTED',
  /** When people were last reminded of each cluster. */
  reminded: 'REMINDED',
  /** What its clusters use of IAM and KMS. */
  uses: 'USES',
  /** What AWS last reported of a cluster that had problems. */
  reports: 'REPORT#',
  report: (cluster: string) => `REPORT#${fitting(cluster)}`,
  /** What a commit adds to the summary that it waits for. */
  waiting: (seq: number) => `WAITING#${number(seq)}`,
  /** How far the summary of a group has been sent; in the deployment's partition. */
  summary: (group: string) => `SUMMARY#${fitting(group)}`,
  /** When messages were sent to a topic in the last hour; in the deployment's partition. */
  sent: (topic: string) => `SENT#${topic}`,
  /** Up to which commit Security Hub knows the region. */
  imported: 'IMPORTED',
  /** Up to which commit the event bus has the region's changes. */
  published: 'PUBLISHED',
  /** The hashes of a set of rules; in the deployment's partition. Written once, never changed. */
  rules: (hash: string) => `RULES#${hash}`,
  /** In the inventory's partition. */
  regions: 'REGION#',
  regionsOf: (account: string) => `REGION#${account}#`,
  region: ({ account, region }: RegionKey) => `REGION#${account}#${region}`,
  /** Accounts and regions as last listed; in the deployment's partition. */
  places: 'PLACES',
  /** Scheduled runs, and how far their requests were sent; in the deployment's partition. */
  runs: 'RUNS',
  /** The alert routes as last observed; in the deployment's partition. */
  routes: 'ROUTES',
  /** SageMaker's quotas as the account's last full list had them. */
  quotas: 'QUOTAS',
  /** Their defaults in a region, the same for every account; stands in the deployment's partition. */
  quotaDefaults: (region: string) => `QUOTAS#${region}`,
} as const;

/** A number below `shards`, the same for a place for ever. */
export const shardOf = (place: RegionKey, shards: number): number =>
  createHash('sha256').update(partitionOf(place)).digest().readUInt32BE(0) % shards;

/** The last sort key that begins with a prefix: above every character used in one. */
export const endOf = (prefix: string): string => `${prefix}\uffff`;

/**
 * Where a record stands among all of its kind: by time, then by place and id, so that no two stand at the same point and
 * every index that has it as its sort key gives the same order. Findings and coverage rows differ in its first letter.
 */
export const orderOf = {
  finding: (since: string, place: RegionKey, id: string) => `F#${since}#${partitionOf(place)}#${fitting(id)}`,
  row: (since: string, place: RegionKey, id: string) => `U#${since}#${partitionOf(place)}#${fitting(id)}`,
  audit: (factsAt: string, place: RegionKey, auditId: string) => `${factsAt}#${partitionOf(place)}#${fitting(auditId)}`,
  commit: (factsAt: string, place: RegionKey, seq: number) => `${factsAt}#${partitionOf(place)}#${number(seq)}`,
} as const;

/** The order before everything of a kind. */
export const orderStart = { finding: 'F#', row: 'U#' } as const;

/** The month of a time. */
export const monthOf = (time: string): string => time.slice(0, 7);

/**
 * Partitions of the index `log` over which the commits of a month are spread. A confirmed commit is written there a second time, and
 * when a summary is accepted, a sweep confirms its commits at some 2,500 a second. Never lower the number: readers would miss commits.
 */
const logShards = 8;
/** The partition of the index `log` for a commit of a place at a time. */
export const logPartition = (time: string, place: RegionKey): string => `${monthOf(time)}#${shardOf(place, logShards)}`;
/** All partitions with commits of a month. The first is that of earlier versions. */
export const partitionsOfMonth = (month: string): readonly string[] => [
  month,
  ...Array.from({ length: logShards }, (_, n) => `${month}#${n}`),
];

/**
 * The indexes. Those of records hold them whole, so that a page is one query; they have one sort key, `order`, so that
 * pages of several partitions can be merged.
 */
export const indexes = {
  /** Commits of which not all notifications are confirmed, what waits for a summary, and changed places, the oldest first. Sparse. */
  pending: 'pending',
  /** Commits of a region by the time of their facts. Sparse. */
  time: 'time',
  /** Commits of all regions by the time of their facts; see `partitionsOfMonth`. Sparse. */
  log: 'log',
  /** Findings and coverage rows of all regions by status and level: see `openPartitions`, and `partitionsOfValue` for all of these. */
  open: 'open',
  /** Findings and coverage rows of one region. */
  region: 'region',
  /** Findings and coverage rows of one check, over all regions. */
  check: 'check',
  /** Findings and coverage rows of one cluster, over all regions. Sparse: what is of no cluster is not in it. */
  cluster: 'cluster',
} as const;

/** Values of the index `open`: failures by level, passes, coverage rows by level. */
export const openPartitions = {
  fail: { required: 'required', recommended: 'recommended', advice: 'advice' },
  pass: 'pass',
  notEvaluated: { required: 'unseen-required', recommended: 'unseen-recommended', advice: 'unseen-advice' },
} as const;

/**
 * Partitions of an index over which the records of one value are spread. A partition takes 1,000 write units a second, and a write
 * that an index throttles fails (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html).
 * A first fill of 180,000 regions in four fifths of an hour writes 6,250 records a second where each has 100, of one or two
 * units, nearly all of them passes; the records of the check that has most of them are a tenth of that.
 * Never lower a number: readers would miss what was written.
 */
const shardsOf = { open: 16, check: 4, cluster: 8 } as const;
export type ShardedIndex = keyof typeof shardsOf;

/** The partition to write records of a place to. */
export const shardOfValue = (index: ShardedIndex, value: string, place: RegionKey): string =>
  `${value}#${shardOf(place, shardsOf[index]) + 1}`;

/** All partitions with records of a value. The first is that of earlier versions, whose records stay there until they change. */
export const partitionsOfValue = (index: ShardedIndex, value: string): readonly string[] => [
  value,
  ...Array.from({ length: shardsOf[index] }, (_, n) => `${value}#${n + 1}`),
];

/** The first audits of an organization are one pending commit each, so these are spread as well. */
const pendingShards = 16;
const ofShards = (name: string): readonly string[] => Array.from({ length: pendingShards }, (_, n) => `${name}#${n}`);

/** Partitions of the index `pending`: commits to be notified, and those of them that wait for a summary. */
export const pendingPartitions = {
  commit: (place: RegionKey) => `pending#${shardOf(place, pendingShards)}`,
  /** Older versions wrote the first of them, and no other. */
  commits: ['pending', ...ofShards('pending')],
  waiting: (place: RegionKey) => `waiting#${shardOf(place, pendingShards)}`,
  allWaiting: ofShards('waiting'),
} as const;

/** Places marked as changed stand in the same index: a change in IAM marks every region of an account, or of all of them, at once. */
const changedShards = 8;
export const changedMarks: readonly string[] = Array.from({ length: changedShards }, (_, n) => `changed#${n}`);
export const changedMark = (place: RegionKey): string => changedMarks[shardOf(place, changedShards)] ?? '';

/** Attribute with the epoch second after which an item no longer exists. DynamoDB deletes late, so reads look at it too. */
export const expiryAttribute = 'expires';

export type IndexName = keyof typeof indexes;

interface IndexProjection {
  readonly ProjectionType: 'KEYS_ONLY' | 'INCLUDE' | 'ALL';
  readonly NonKeyAttributes?: readonly string[];
}

const keySchema = (hash: string, range: string) =>
  [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ] as const;
const index = (IndexName: IndexName, hash: string, range: string, Projection: IndexProjection) => ({
  IndexName,
  KeySchema: keySchema(hash, range),
  Projection,
});
const wholeItems: IndexProjection = { ProjectionType: 'ALL' };
const commitNumbers: IndexProjection = { ProjectionType: 'INCLUDE', NonKeyAttributes: ['seq', expiryAttribute] };

/** CreateTable's input but for the name. */
export const tableDefinition = {
  AttributeDefinitions: ['pk', 'sk', 'pending', 'at', 'logOrder', 'month', 'open', 'order', 'check', 'cluster'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S' as const,
  })),
  KeySchema: keySchema('pk', 'sk'),
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [
    index(indexes.pending, 'pending', 'at', { ProjectionType: 'KEYS_ONLY' }),
    index(indexes.time, 'pk', 'logOrder', commitNumbers),
    index(indexes.log, 'month', 'logOrder', commitNumbers),
    index(indexes.open, 'open', 'order', wholeItems),
    index(indexes.region, 'pk', 'order', wholeItems),
    index(indexes.check, 'check', 'order', wholeItems),
    index(indexes.cluster, 'cluster', 'order', wholeItems),
  ],
} as const;

/** Names of the keys of the table, or of one of its indexes. */
export function keysOf(name?: IndexName): { readonly hash: string; readonly range: string } {
  const [hash, range] = name === undefined ? tableDefinition.KeySchema : indexDefinition(name).KeySchema;
  return { hash: hash.AttributeName, range: range.AttributeName };
}

export function indexDefinition(name: IndexName): ReturnType<typeof index> {
  const found = tableDefinition.GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === name);
  if (!found) throw new Error(`The findings table has no index ${name}.`);
  return found;
}
