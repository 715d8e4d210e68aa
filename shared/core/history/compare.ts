/** The net difference between two states of a region; intermediate changes do not count. Pure. */
import { order } from './carry-over.ts';
import { kindOf } from './drift.ts';
import type { CoverageRecord, ReadinessRecord } from './log.ts';
import { briefOf, type FindingKind, type FindingRecord, type FindingSummary, type RegionState } from './log.ts';

export type StateDifference =
  | {
      readonly of: 'finding';
      readonly kind: FindingKind;
      readonly id: string;
      readonly before?: FindingSummary;
      readonly after?: FindingSummary;
      /** As it was last. */
      readonly record: FindingRecord;
    }
  | { readonly of: 'coverage'; readonly kind: 'unseen' | 'seen'; readonly id: string; readonly record: CoverageRecord }
  | {
      readonly of: 'readiness';
      readonly kind: 'appeared' | 'gone' | 'regressed' | 'recovered' | 'changed';
      readonly id: string;
      readonly before?: ReadinessRecord;
      readonly after?: ReadinessRecord;
    };

const idsOf = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly string[] =>
  [...new Set([...a.keys(), ...b.keys()])].toSorted();

function findings(before: RegionState['findings'], after: RegionState['findings']): readonly StateDifference[] {
  return idsOf(before, after).flatMap((id): readonly StateDifference[] => {
    const [was, is] = [before.get(id), after.get(id)];
    if (!was) return is ? [{ of: 'finding', kind: 'appeared', id, after: briefOf(is), record: is }] : [];
    if (!is) return [{ of: 'finding', kind: 'gone', id, before: briefOf(was), record: was }];
    const lost = is.carried && !was.carried;
    const kind = kindOf(is.carried ? { ...was, carried: undefined } : was, is.finding) ?? (lost ? 'carried' : undefined);
    return kind ? [{ of: 'finding', kind, id, before: briefOf(was), after: briefOf(is), record: is }] : [];
  });
}

function rows(before: RegionState['coverage'], after: RegionState['coverage']): readonly StateDifference[] {
  return idsOf(before, after).flatMap((id): readonly StateDifference[] => {
    const [was, is] = [before.get(id), after.get(id)];
    if (is && !was) return [{ of: 'coverage', kind: 'unseen', id, record: is }];
    return was && !is ? [{ of: 'coverage', kind: 'seen', id, record: was }] : [];
  });
}

function readiness(before: RegionState['readiness'], after: RegionState['readiness']): readonly StateDifference[] {
  return idsOf(before, after).flatMap((id): readonly StateDifference[] => {
    const [was, is] = [before.get(id), after.get(id)];
    if (!was) return is ? [{ of: 'readiness', kind: 'appeared', id, after: is }] : [];
    if (!is) return [{ of: 'readiness', kind: 'gone', id, before: was }];
    const worse = order[is.state] - order[was.state];
    const same = worse === 0 && was.running === is.running && was.planned === is.planned;
    const kind = worse === 0 ? 'changed' : worse > 0 ? 'regressed' : 'recovered';
    return same ? [] : [{ of: 'readiness', kind, id, before: was, after: is }];
  });
}

/** What is different after: clusters first, then findings, then coverage, each by id. */
export const compare = (before: RegionState, after: RegionState): readonly StateDifference[] => [
  ...readiness(before.readiness, after.readiness),
  ...findings(before.findings, after.findings),
  ...rows(before.coverage, after.coverage),
];
