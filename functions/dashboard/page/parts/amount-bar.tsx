/** What there is against what is needed, as a bar and in words. */
import { amountWords } from '../../../../shared/core/render/words.ts';
import type { FindingView } from '../../../../shared/query/findings.ts';

const width = 240;
const height = 14;

export function AmountBar({ finding }: { readonly finding: Pick<FindingView, 'have' | 'need' | 'unit' | 'status'> }) {
  const { have, need, unit, status } = finding;
  if (have === undefined || need === undefined) return null;
  const most = Math.max(have, need, 1);
  const x = (n: number) => (Math.max(0, n) / most) * width;
  const words = amountWords({ have, need, status, unit });
  return (
    <div class="amount below">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={words}>
        <rect class="track" width={width} height={height} rx="3" />
        {have < need && <rect class="short" x={x(have)} width={x(need) - x(have)} height={height} />}
        <rect class="have" width={x(have)} height={height} rx="3" />
        <rect class="need" x={Math.min(x(need), width - 2)} width="2" height={height} />
      </svg>
      <span aria-hidden="true">{words}</span>
    </div>
  );
}
