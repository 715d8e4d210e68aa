/**
 * Every attribute of every stored item, with the form of the table it came with and what a reader does where it is absent.
 *
 * Items are never rewritten in place, so a reader meets items of every form. To add an attribute:
 * 1. Make it optional in the item's type, unless shared/aws/findings/upgrade-items.ts adds it to older items.
 * 2. Add a form with today's date below if the last one was released, and an entry with that form. `tsc` fails until the
 *    entry exists; stored-attributes.test.ts fails where an item is written with an attribute that has none.
 * 3. stored-attributes.test.ts reads items of the oldest form through the real readers: say in `absent` what they do.
 * A change of the meaning of an attribute is a new attribute.
 */
import type { AuditItem } from '../../../shared/aws/findings/audits.ts';
import type { CheckpointItem, CheckpointPartItem } from '../../../shared/aws/findings/checkpoints.ts';
import type { CommitItem, PartItem } from '../../../shared/aws/findings/commits.ts';
import type { HeadItem } from '../../../shared/aws/findings/head.ts';
import type { HistoryItem } from '../../../shared/aws/findings/history.ts';
import type { InventoryItem } from '../../../shared/aws/findings/inventory.ts';
import type { Key } from '../../../shared/aws/findings/keys.ts';
import { type TriggerAttribute, triggerAttributes } from '../../../shared/aws/findings/mark-triggers.ts';
import type { DirtyItem, RoutesMarker } from '../../../shared/aws/findings/markers.ts';
import type { FindingItem, RowItem } from '../../../shared/aws/findings/records.ts';
import type { DayItem } from '../../../shared/aws/findings/roll-up.ts';
import type { RunsItem } from '../../../shared/aws/findings/scheduled-runs.ts';
import type { SentItem } from '../../../shared/aws/findings/sent-messages.ts';
import type { PlacesItem } from '../../../shared/aws/findings/stored-places.ts';
import type { RulesItem } from '../../../shared/aws/findings/stored-rules.ts';
import type { SummaryItem, WaitingItem } from '../../../shared/aws/findings/waiting.ts';
import type { AuditRef, ReadinessRecord } from '../../../shared/core/history/log.ts';

/** Forms of the table, by the day on which they came. */
export const forms = ['2026-11-24', '2026-11-25', '2026-11-27', '2026-11-30'] as const;
type Form = (typeof forms)[number];
const [first, queries, alerts, ruleSets] = forms;
/** Of the same day. */
const dispatchRounds = ruleSets;

interface AttributeRule {
  readonly since: Form;
  /** What a reader does where the attribute is absent. */
  readonly absent: string;
}

/** In every item of this type. */
const always: AttributeRule = { since: first, absent: 'never' };
const optional = (absent: string, since: Form = first): AttributeRule & { readonly optional: true } => ({ since, absent, optional: true });
/** Required by the type, for the migration adds it to items of older forms. */
const migrated = (since: Form): AttributeRule => ({ since, absent: 'upgrade-items.ts adds it' });

type AttributeRules<T> = {
  readonly [A in Exclude<keyof T, keyof Key>]-?: object extends Pick<T, A> ? ReturnType<typeof optional> : AttributeRule;
};

const expires = { expires: optional('it does not expire') };
const recordIndexes = {
  open: optional('a tombstone; upgrade-items.ts adds it to live records', queries),
  check: optional('a tombstone; upgrade-items.ts adds it to live records', queries),
  cluster: optional('of no cluster; upgrade-items.ts adds it where it has one', queries),
  order: optional('a tombstone; upgrade-items.ts adds it to live records', queries),
};
const record = {
  id: always,
  seq: always,
  gone: optional('a live record'),
  refreshed: optional('its texts are those of its commit'),
  ...expires,
  ...recordIndexes,
};

/** Objects that several items contain. */
export const audit: AttributeRules<AuditRef> = {
  auditId: always,
  factsAt: always,
  planHash: always,
  toolVersion: always,
  rules: optional('changes of results are attributed to the auditor, once', ruleSets),
  regionState: always,
  reason: optional('the region was audited'),
  coverage: always,
  alias: optional('the account is shown by its number', queries),
  gapMinutes: optional('the schedule is silent for a day at most', alerts),
};
export const readiness: AttributeRules<ReadinessRecord> = {
  cluster: always,
  running: always,
  planned: always,
  state: always,
  since: always,
  notReadySince: optional('`since` is used', alerts),
};

interface StoredItems {
  readonly commit: CommitItem;
  readonly part: PartItem | CheckpointPartItem;
  readonly finding: FindingItem;
  readonly row: RowItem;
  readonly history: HistoryItem;
  readonly rules: RulesItem;
  readonly head: HeadItem;
  readonly inventory: InventoryItem;
  readonly checkpoint: CheckpointItem;
  readonly audit: AuditItem;
  readonly day: DayItem;
  readonly dirty: DirtyItem;
  readonly runs: RunsItem;
  readonly expected: { readonly since: string };
  readonly places: PlacesItem;
  readonly reminded: { readonly clusters: unknown };
  readonly imported: { readonly seq: number };
  readonly routes: RoutesMarker;
  readonly waiting: WaitingItem;
  readonly summary: SummaryItem;
  readonly sent: SentItem;
}
/** Members of a union, as one type in which those that only some have are optional. */
type Merged<T> = Partial<{ readonly [A in T extends unknown ? keyof T : never]: unknown }>;

const eachTrigger = <T>(rule: T) => Object.fromEntries(triggerAttributes.map((name) => [name, rule])) as Record<TriggerAttribute, T>;

/** Attributes of each type of item, but for its key. */
export const attributes: { readonly [T in keyof StoredItems]: AttributeRules<T extends 'part' ? Merged<StoredItems[T]> : StoredItems[T]> } =
  {
    commit: {
      ...audit,
      seq: always,
      at: always,
      logOrder: migrated(queries),
      month: migrated(queries),
      readiness: always,
      changes: optional('its parts hold them'),
      parts: optional('its changes are in the item'),
      writer: optional('it has no parts'),
      triggeredBy: optional('no recorded call triggered the audit, or that is not known', ruleSets),
      pending: optional('all notifications are confirmed, or none was due'),
      told: optional('its first message was not accepted yet', queries),
      accepted: optional('no topic accepted the message that is due', queries),
      sent: optional('it has one message, or none was accepted yet', ruleSets),
      summed: optional('it waits for no summary, or that was not accepted yet', ruleSets),
      ...expires,
    },
    part: { changes: optional('it is of a checkpoint'), held: optional('it is of a commit'), ...expires },
    finding: {
      ...record,
      finding: optional('a tombstone'),
      firstSeen: optional('a tombstone'),
      since: optional('a tombstone'),
      lastChanged: optional('a tombstone'),
      carried: optional('it was evaluated in the last audit'),
    },
    row: { ...record, row: optional('a tombstone'), since: optional('a tombstone') },
    history: {
      seq: always,
      auditId: always,
      factsAt: always,
      kind: always,
      cause: always,
      before: optional('it appeared'),
      after: optional('it is gone'),
      message: optional('it is gone'),
      changedBy: optional('no recorded call names its resource, or that is not known', ruleSets),
      expires: always,
    },
    rules: {
      hash: { since: ruleSets, absent: 'there is no such item' },
      shared: { since: ruleSets, absent: 'there is no such item' },
      checks: { since: ruleSets, absent: 'there is no such item' },
    },
    head: {
      version: always,
      seq: always,
      loggedAt: optional('no commit was appended'),
      audit: optional('no audit was completed'),
      at: optional('no audit was completed'),
      done: always,
      readiness: always,
      failures: optional('the open failures are counted in the records', dispatchRounds),
      amounts: optional('all amounts are those of the records'),
      checkpoint: optional('no checkpoint was written'),
      appending: optional('no writer is about to append'),
      fleet: optional('the next audit writes the item in the inventory', queries),
    },
    inventory: {
      seq: migrated(queries),
      factsAt: migrated(queries),
      regionState: migrated(queries),
      reason: optional('the region was audited', queries),
      coverage: migrated(queries),
      alias: optional('the account is shown by its number', queries),
      gapMinutes: optional('the schedule is silent for a day at most', alerts),
      clusters: migrated(queries),
      expires: migrated(queries),
    },
    checkpoint: {
      seq: always,
      from: always,
      audit: always,
      readiness: always,
      judged: always,
      parts: always,
      writer: always,
      ...expires,
    },
    audit: {
      auditId: always,
      factsAt: always,
      at: always,
      regionState: always,
      coverage: always,
      readiness: always,
      amounts: always,
      amountsLeftOut: optional('all amounts fit'),
      commit: optional('it found no changes'),
      expires: always,
    },
    day: { date: always, factsAt: always, amounts: always, expires: always },
    dirty: {
      since: optional('it is cleared'),
      last: optional('it is cleared'),
      queued: optional('no audit was requested because of it'),
      again: optional('its audit is on its way, or not yet requested', dispatchRounds),
      pending: optional('it is cleared, or its message is in the queue', dispatchRounds),
      at: optional('it is cleared, or its message is in the queue', dispatchRounds),
      ...eachTrigger(optional('fewer calls wait for the audit, or they are not known', ruleSets)),
    },
    places: {
      of: { since: dispatchRounds, absent: 'there is no such item' },
      at: { since: dispatchRounds, absent: 'there is no such item' },
      packed: { since: dispatchRounds, absent: 'there is no such item' },
    },
    runs: {
      version: { since: dispatchRounds, absent: 'there is no such item' },
      runs: { since: dispatchRounds, absent: 'there is no such item' },
      claimed: optional('no process is sending requests', dispatchRounds),
    },
    expected: { since: { since: dispatchRounds, absent: 'it is noted again' } },
    reminded: { clusters: always },
    imported: { seq: always },
    routes: { at: always, broken: always, weak: { since: queries, absent: 'there is no such item' } },
    waiting: {
      pending: optional('the summary was accepted', ruleSets),
      at: optional('the summary was accepted', ruleSets),
      entry: optional('the summary was accepted', ruleSets),
      of: optional('the summary was accepted', ruleSets),
      whole: optional('the summary was accepted', ruleSets),
      expires: optional('it waits', ruleSets),
    },
    summary: {
      claimed: optional('no process is sending it', ruleSets),
      progress: optional('no message of it was sent', ruleSets),
    },
    sent: {
      version: { since: ruleSets, absent: 'there is no such item' },
      times: { since: ruleSets, absent: 'there is no such item' },
    },
  };

const typeByPrefix: Readonly<Record<string, keyof StoredItems>> = {
  LOG: 'commit',
  PART: 'part',
  F: 'finding',
  U: 'row',
  H: 'history',
  RULES: 'rules',
  HEAD: 'head',
  REGION: 'inventory',
  CHECKPOINT: 'checkpoint',
  AUDIT: 'audit',
  DAY: 'day',
  DIRTY: 'dirty',
  RUNS: 'runs',
  EXPECTED: 'expected',
  PLACES: 'places',
  REMINDED: 'reminded',
  IMPORTED: 'imported',
  ROUTES: 'routes',
  WAITING: 'waiting',
  SUMMARY: 'summary',
  SENT: 'sent',
};

/** The type of an item, by its sort key. */
export function typeOf({ sk }: Key): keyof StoredItems {
  const type = typeByPrefix[sk.split('#')[0] ?? ''];
  if (!type) throw new Error(`${sk} is of no type in stored-attributes.ts.`);
  return type;
}

type Attributes = Readonly<Record<string, unknown>>;
const pick = (of: Attributes, rules: Readonly<Record<string, AttributeRule>>): Attributes =>
  Object.fromEntries(Object.entries(of).filter(([name]) => rules[name] === undefined || rules[name].since === first));

/** An item as the first form had it; `undefined` where that had none of its type. */
export function inFirstForm(item: Key & Attributes): (Key & Attributes) | undefined {
  const rules: Readonly<Record<string, AttributeRule>> = attributes[typeOf(item)];
  if (Object.values(rules).every(({ since }) => since !== first)) return undefined;
  const { audit: of, readiness: clusters, ...rest } = pick(item, rules);
  return {
    ...rest,
    pk: item.pk,
    sk: item.sk,
    ...(of !== undefined && { audit: pick(of as Attributes, audit) }),
    ...(clusters !== undefined && { readiness: Array.isArray(clusters) ? clusters.map((c) => pick(c, readiness)) : clusters }),
  };
}
