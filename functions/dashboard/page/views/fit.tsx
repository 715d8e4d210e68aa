/** Where would it come up: every place, evaluated as if the cluster were planned there, the best first. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { FitResult, Placement } from '../../../../shared/core/fit/fit-result.ts';
import { regionLine } from '../../../../shared/core/render/fit.ts';
import { count } from '../../../../shared/core/render/words.ts';
import { installedCommand } from '../../../../shared/core/text/own-command.ts';
import { fitSummary, notEvaluatedText, refusalText } from '../fit-text.ts';
import { Icon } from '../parts/icon.tsx';
import { PlacementCard } from '../parts/placement-card.tsx';
import type { ViewProps } from '../view-props.ts';

const most = 25;
const keyOf = (p: Placement): string => [p.region, p.zone, p.subnet, p.eksCluster, ...p.securityGroups].join('/');

function NotEvaluated({ rows }: { readonly rows: FitResult['notLookedAt'] }) {
  return (
    <details class="notice">
      <summary>{notEvaluatedText(rows)}</summary>
      <ul class="plain">
        {rows.map(({ what, option }) => (
          <li key={what}>
            {what}
            {option !== undefined && (
              <span class="meta">
                {' '}
                (
                <code>
                  {installedCommand} fit {option}
                </code>{' '}
                evaluates it)
              </span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Placements({ result }: { readonly result: FitResult }) {
  const { placements, regions, notLookedAt } = result;
  const { words, tone } = fitSummary(placements);
  return (
    <>
      <p class={`summary ${tone?.toLowerCase() ?? ''}`}>
        {tone && <Icon name={tone} />}
        {words}
      </p>
      <NotEvaluated rows={notLookedAt} />
      <ul class="list">
        {placements.slice(0, most).map((place) => (
          <PlacementCard key={keyOf(place)} place={place} />
        ))}
      </ul>
      {placements.length > most && <p class="meta">And {count(placements.length - most, 'more place')} that suit less.</p>}
      <h2>Regions</h2>
      <ul class="plain">
        {regions.map((r) => {
          const [region, ...facts] = regionLine(r);
          return (
            <li key={r.region}>
              {region}: {facts.filter((fact) => fact !== '').join(', ')}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function FitForm({ filters, onSubmit }: { readonly filters: ViewProps['filters']; readonly onSubmit: ViewProps['onFilters'] }) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    if (!form.current) return;
    const given = [...new FormData(form.current)].filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== '');
    onSubmit(Object.fromEntries(given));
  };
  return (
    <form class="choices" ref={form} onSubmit={submit}>
      <label>
        Instance type
        <input
          name="type"
          required
          pattern="ml\.[a-z0-9\-]+\.[a-z0-9]+"
          title="an instance type of SageMaker like ml.p5.48xlarge"
          defaultValue={filters.type ?? 'ml.p5.48xlarge'}
        />
      </label>
      <label>
        Nodes
        <input name="count" type="number" min="1" max="6758" required defaultValue={filters.count ?? '4'} />
      </label>
      <label>
        Orchestrator
        <select name="orchestrator" defaultValue={filters.orchestrator ?? 'slurm'}>
          <option value="slurm">Slurm</option>
          <option value="eks">EKS</option>
        </select>
      </label>
      <label>
        Regions
        <input
          name="regions"
          pattern="[a-z0-9\-,\s]*"
          title="names like us-west-2, us-east-1"
          placeholder="all for HyperPod"
          defaultValue={filters.regions ?? ''}
        />
      </label>
      <button type="submit">Find places</button>
    </form>
  );
}

interface FitAnswer {
  readonly key: string;
  readonly result?: FitResult;
  readonly error?: string;
}

/** The answer to the form as the address has it; empty until it comes, and while nothing is asked. */
function useFit({ fit: findPlaces }: ViewProps['source'], filters: ViewProps['filters']): Omit<FitAnswer, 'key'> {
  const key = JSON.stringify(filters);
  const [answer, setAnswer] = useState<FitAnswer>({ key: '' });
  useEffect(() => {
    if (filters.type === undefined || !findPlaces) return;
    setAnswer({ key });
    findPlaces(filters).then(
      (result) => setAnswer({ key, result }),
      (error: unknown) => setAnswer({ key, error: refusalText(error instanceof Error ? error.message : String(error)) }),
    );
  }, [key]);
  return answer.key === key ? answer : {};
}

export function FitView({ source, filters, onFilters }: ViewProps) {
  const { result, error } = useFit(source, filters);
  if (!source.fit)
    return (
      <p class="notice">
        A report cannot query the account. To find where a cluster would come up now, run{' '}
        <code>{installedCommand} fit --type ml.p5.48xlarge --count 32 --orchestrator eks</code>, or open this view of{' '}
        <code>{installedCommand} dashboard</code>.
      </p>
    );
  const isReading = filters.type !== undefined && !result && error === undefined;
  return (
    <>
      <FitForm filters={filters} onSubmit={onFilters} />
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <p class="loading" role="status">
        {isReading ? 'Asking the account; a region takes some seconds …' : ''}
      </p>
      {result && <Placements result={result} />}
    </>
  );
}
