/**
 * The keys of the findings table, all of them here. One partition per account and region; what stands in it is told
 * apart by the sort key. The table's definition is shared by the embedded database and the deployed stack.
 */
import { createHash } from 'node:crypto';

export interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const partitionOf = ({ account, region }: Place): string => `${account}#${region}`;

/** The partition of what belongs to no region. */
export const deploymentPartition = 'deployment';

export function placeOf(pk: string): Place {
  const [account = '', region = ''] = pk.split('#');
  return { account, region };
}

/** Padded, so that text order is number order. */
const padded = (n: number, digits: number): string => String(n).padStart(digits, '0');
const number = (seq: number): string => padded(seq, 10);

/** Sort keys hold 1,024 bytes and an id may name a long S3 object: a longer one is cut and told apart by its hash. */
const longest = 800;
const fitting = (id: string): string =>
  id.length <= longest ? id : `${id.slice(0, longest - 65)}~${createHash('sha256').update(id).digest('hex')}`;

export const sortKeys = {
  /** The last completed audit, and how far the records below have come along the log. */
  head: 'HEAD',
  commits: 'LOG#',
  commit: (seq: number) => `LOG#${number(seq)}`,
  /** What does not fit into a commit's own item. `writer` keeps two that race for one number apart. */
  parts: (seq: number, writer: string) => `PART#${number(seq)}#${writer}#`,
  part: (seq: number, writer: string, n: number) => `PART#${number(seq)}#${writer}#${padded(n, 4)}`,
  findings: 'F#',
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
  /** Changes that no completed audit has looked at yet. */
  dirty: 'DIRTY',
  /** When people were last reminded of each cluster. */
  reminded: 'REMINDED',
  /** Up to which commit Security Hub knows the region. */
  imported: 'IMPORTED',
  /** How the routes of alerts were when somebody last looked; stands in the deployment's partition. */
  routes: 'ROUTES',
  /** SageMaker's quotas as the account's last full list had them. */
  quotas: 'QUOTAS',
  /** Their defaults in a region, the same for every account; stands in the deployment's partition. */
  quotaDefaults: (region: string) => `QUOTAS#${region}`,
} as const;

/** The last sort key that begins with a prefix: above every character used in one. */
export const endOf = (prefix: string): string => `${prefix}\uffff`;

export const indexes = {
  /** Commits of which nobody has confirmed that they were told, the oldest first. Sparse. */
  pending: 'pending',
  /** Commits of a region by the time of their facts. */
  time: 'time',
  /** Failures of all regions by level, by the time since when they fail. Sparse. */
  open: 'open',
} as const;

/** The one partition of the index `pending`. */
export const pendingMark = 'pending';

/** Attribute with the epoch second after which an item no longer exists. DynamoDB deletes late, so reads look at it too. */
export const expiryAttribute = 'expires';

/** CreateTable's input but for the name. */
export const tableDefinition = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'pending', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'S' },
    { AttributeName: 'commitAt', AttributeType: 'S' },
    { AttributeName: 'open', AttributeType: 'S' },
    { AttributeName: 'openAt', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [
    {
      IndexName: indexes.pending,
      KeySchema: [
        { AttributeName: 'pending', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: indexes.time,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'commitAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['seq', 'expires'] },
    },
    {
      IndexName: indexes.open,
      KeySchema: [
        { AttributeName: 'open', KeyType: 'HASH' },
        { AttributeName: 'openAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
} as const;
