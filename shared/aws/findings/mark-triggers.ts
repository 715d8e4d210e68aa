/**
 * The triggers in the mark of a changed region. Each has an attribute of its own, as JSON, which is set only while it is free:
 * so any number of events can be noted at once without reading and writing a list.
 */
import { storedTriggers, type Trigger } from '../../core/events/triggers.ts';
import { isObject, jsonOf } from '../../core/text/json.ts';
import type { ItemCondition, ItemStore } from './item-store.ts';
import type { Key } from './keys.ts';

export type TriggerAttribute = `trigger${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
export type TriggerAttributes = { readonly [name in TriggerAttribute]?: string };

export const triggerAttributes = Array.from({ length: storedTriggers }, (_, n) => `trigger${n + 1}` as TriggerAttribute);

/** `arrived`: by the clock of dispatch, as `last` of the mark. */
type StoredTrigger = Trigger & { readonly arrived: string };

function storedTrigger(text: string): StoredTrigger | undefined {
  const value = jsonOf(text);
  return isObject(value) && typeof value.id === 'string' ? (value as unknown as StoredTrigger) : undefined;
}

const stored = (item: TriggerAttributes) =>
  triggerAttributes.flatMap((name) => {
    const text = item[name];
    const trigger = text === undefined ? undefined : storedTrigger(text);
    return text === undefined || trigger === undefined ? [] : [{ name, text, trigger }];
  });

/** Those in a mark. */
export const triggersIn = (item: TriggerAttributes): readonly Trigger[] =>
  stored(item).map(({ trigger: { arrived, ...trigger } }) => trigger);

/** Adds one to a mark as it was read a moment ago. Of more than the mark holds, the later ones are not noted. */
export async function addTrigger(
  store: Pick<ItemStore, 'update'>,
  { pk, sk, ...item }: Key & TriggerAttributes,
  trigger: StoredTrigger,
): Promise<void> {
  if (stored(item).some((other) => other.trigger.id === trigger.id)) return;
  for (const name of triggerAttributes.filter((free) => item[free] === undefined)) {
    // An audit that cleared the mark since has read what this event is about.
    const when = ['and', ['present', 'since'], ['absent', name]] as const;
    const { held } = await store.update({ pk, sk }, { set: { [name]: JSON.stringify(trigger) } }, { when });
    if (held) return;
  }
}

/** Removes from a mark that stays what an audit with these facts has named, unless another audit did. */
export async function removeTriggers(
  store: Pick<ItemStore, 'update'>,
  { pk, sk, ...item }: Key & TriggerAttributes,
  factsAt: string,
): Promise<void> {
  const named = stored(item).filter(({ trigger }) => trigger.arrived < factsAt);
  const [first, ...rest] = named.map(({ name, text }): ItemCondition => ['=', name, text]);
  if (!first) return;
  const when = rest.reduce<ItemCondition>((all, one) => ['and', all, one], first);
  await store.update({ pk, sk }, { remove: named.map(({ name }) => name) }, { when });
}
