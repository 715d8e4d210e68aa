/** A place where a cluster could come up: its state, what is missing, and the request for it. */
import type { Placement } from '../../../../shared/core/fit/fit-result.ts';
import { jsonText } from '../../../../shared/core/text/json.ts';
import { lastSegment } from '../../../../shared/core/text/words.ts';
import { missingText } from '../fit-text.ts';
import { Copyable } from './copy-button.tsx';
import { RemediationSteps } from './remediation.tsx';
import { StateChip } from './state-chip.tsx';

export function PlacementCard({ place }: { readonly place: Placement }) {
  return (
    <li class="card">
      <details>
        <summary>
          <StateChip state={place.state} />
          <span class="what">
            <strong>{place.region}</strong> {place.zone ?? ''} {place.subnet ?? 'no subnet'}
          </span>
          {place.eksCluster !== undefined && <span class="meta">EKS cluster {lastSegment(place.eksCluster)}</span>}
          <span class="meta below">{missingText(place)}</span>
        </summary>
        <div class="detail">
          {place.lacks.map(({ words, level, message, remediation }) => (
            <section key={message}>
              <h2>
                {words} <span class="meta">({level})</span>
              </h2>
              <p>{message}</p>
              {remediation && <RemediationSteps remediation={remediation} of={words} />}
            </section>
          ))}
          {place.unseen.map((row) => (
            <p class="notice" key={`${row.check}/${row.resource ?? ''}`}>
              {row.check} not evaluated: {row.reason}
              {row.action === undefined ? '' : ` (${row.action})`}
            </p>
          ))}
          <h2>CreateCluster request</h2>
          <Copyable text={jsonText(place.request)} label="the CreateCluster request" />
        </div>
      </details>
    </li>
  );
}
