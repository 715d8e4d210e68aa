/** What some usage costs at list price. Pure: usage comes from usage.ts, prices from prices.ts. */
import { type Price, type PriceName, priceNames, prices } from './prices.ts';

/** Units a month of everything that has a price. */
export type Usage = { readonly [name in PriceName]: number };

export interface CostLine extends Price {
  readonly name: PriceName;
  readonly units: number;
  /** Dollars a month. */
  readonly cost: number;
}

/** Every price with its units and what they cost; those of no units too, so that nothing is left out in silence. */
export const costLines = (usage: Usage): readonly CostLine[] =>
  priceNames.map((name) => ({ name, ...prices[name], units: usage[name], cost: (usage[name] / prices[name].per) * prices[name].usd }));

/** Dollars a month, all together. */
export const totalCost = (lines: readonly Pick<CostLine, 'cost'>[]): number => lines.reduce((sum, line) => sum + line.cost, 0);

export interface ServiceCost {
  readonly service: string;
  readonly cost: number;
  readonly lines: readonly CostLine[];
}

/** By service, the dearest first; within a service too. */
export function costByService(lines: readonly CostLine[]): readonly ServiceCost[] {
  const dearest = (a: { readonly cost: number }, b: { readonly cost: number }) => b.cost - a.cost;
  return [...Map.groupBy(lines, (line) => line.service)]
    .map(([service, of]) => ({ service, cost: totalCost(of), lines: of.toSorted(dearest) }))
    .toSorted(dearest);
}

/** `$1,234`, `$12.34`; under a cent `< $0.01`. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0.00';
  if (amount < 0.01) return '< $0.01';
  const digits = amount < 1000 ? 2 : 0;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** `1.2 million`, `18,250`, `0.42`: as exact as an estimate is. */
export function units(amount: number): string {
  if (amount >= 1_000_000) return `${(amount / 1_000_000).toLocaleString('en-US', { maximumFractionDigits: 1 })} million`;
  return amount.toLocaleString('en-US', amount >= 10 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 2 });
}
