/** The filters that most questions share: where something is, and what it is about. */
import { parameter } from './parameters.ts';

export const placeFilters = { account: parameter.account, region: parameter.region } as const;

export const subjectFilters = {
  ...placeFilters,
  cluster: parameter.cluster,
  check: parameter.check,
  resource: parameter.resource,
} as const;

const names = Object.keys(subjectFilters) as readonly (keyof typeof subjectFilters)[];

type Subject = { readonly [name in keyof typeof subjectFilters]?: string | undefined };

/** Whether something is where, and about what, is asked for. A filter that it has nothing of leaves it out. */
export const isAbout = (of: Subject, asked: Subject): boolean =>
  names.every((name) => asked[name] === undefined || of[name] === asked[name]);
