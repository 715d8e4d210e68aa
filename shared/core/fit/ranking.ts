/** The order of placements: the one closest to READY first. */
import type { ReadinessState } from '../evaluation/finding.ts';
import type { Placement } from './fit-result.ts';
import type { Obstacle, ObstacleKind } from './obstacles.ts';

export const order: readonly ReadinessState[] = ['READY', 'AT_RISK', 'UNKNOWN', 'BLOCKED'];

const most = (obstacles: readonly Obstacle[], kind: ObstacleKind): number =>
  Math.max(0, ...obstacles.filter((l) => l.kind === kind && l.level === 'required').map((l) => l.nodes ?? 0));

/**
 * How far a placement is from coming up, to be compared item by item: its state; what cannot be had there at all; nodes
 * that AWS would have to grant; nodes without addresses; other required things; recommended ones; advice. What was
 * not evaluated stands behind what was seen to be fine at the same level.
 */
export function distance({
  state,
  lacks: obstacles,
  unseen: notEvaluated,
}: Pick<Placement, 'state' | 'lacks' | 'unseen'>): readonly number[] {
  const count = (test: (l: Obstacle) => boolean) => obstacles.filter(test).length;
  return [
    order.indexOf(state),
    count((l) => l.kind === 'impossible' && l.level === 'required'),
    most(obstacles, 'quota'),
    most(obstacles, 'addresses'),
    count((l) => l.level === 'required'),
    notEvaluated.filter((u) => u.level === 'required').length,
    count((l) => l.level === 'recommended'),
    notEvaluated.filter((u) => u.level === 'recommended').length,
    count((l) => l.level === 'advice'),
    notEvaluated.length,
  ];
}

const nameOf = (p: Placement): string => [p.region, p.zone ?? '', p.subnet ?? '', p.eksCluster ?? '', ...p.securityGroups].join(' ');

/** The better of two placements first: by distance, then fewer security groups, then by name, so that the order is always one. */
export function comparePlacements(a: Placement, b: Placement): number {
  const [from, to] = [distance(a), distance(b)];
  const difference = from.map((x, i) => x - (to[i] ?? 0)).find((d) => d !== 0);
  return difference ?? (a.securityGroups.length - b.securityGroups.length || (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** All placements, the best first. */
export const rankPlacements = (placements: readonly Placement[]): readonly Placement[] => placements.toSorted(comparePlacements);
