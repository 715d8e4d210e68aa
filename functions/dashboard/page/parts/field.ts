import { levels } from '../../../../shared/core/evaluation/finding.ts';
/** A choice among the filters. */
export interface FilterField {
  readonly name: string;
  readonly label: string;
  /** What can be chosen: a value and how it is shown. */
  readonly options: readonly (readonly [value: string, label: string])[];
}

export const levelField: FilterField = {
  name: 'level',
  label: 'Level',
  options: [...levels.map((level): readonly [string, string] => [level, level])],
};

/** The values that items have, for a choice. */
export const distinct = <T>(items: readonly T[], of: (item: T) => string | undefined): FilterField['options'] =>
  [...new Set(items.flatMap((item) => of(item) ?? []))].toSorted().map((value) => [value, value]);
