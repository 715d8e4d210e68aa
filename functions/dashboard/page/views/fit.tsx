/** Where would it come up: every place there is, judged as if the cluster were planned there, the best first. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { FitResult, Placement } from '../../../../shared/core/fit/fit.ts';
import { regionLine } from '../../../../shared/core/render/fit.ts';
import { count } from '../../../../shared/core/render/words.ts';
import { jsonText } from '../../../../shared/core/text/json.ts';
import { installedCommand } from '../../../../shared/core/text/own-command.ts';
import type { ViewProps } from '../app.tsx';
import { fitSummary, missingText, notEvaluatedText, refusalText } from '../fit-text.ts';
import { Copyable, LinkOut } from '../parts/copy-button.tsx';
import { StateChip } from '../parts/state-chip.tsx';

const most = 100;
const nameOf = (p: Placement): string => [p.region, p.zone, p.subnet, p.eksCluster, ...p.securityGroups].join('/');
const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function PlacementCard({ place }: { readonly place: Placement }) {
  return (
    <li class="finding">
      <details>
        <summary>
          <StateChip state={place.state} />
          <span class="what">
            <strong>{place.region}</strong> {place.zone ?? ''} {place.subnet ?? 'no subnet'}
          </span>
          {place.eksCluster !== undefined && <span class="meta">EKS cluster {lastPart(place.eksCluster)}</span>}
          <span class="meta below">{missingText(place)}</span>
        </summary>
        <div class="detail">
          {place.lacks.map((lack) => (
            <section key={lack.message}>
              <h2>
                {lack.words} <span class="meta">({lack.level})</span>
              </h2>
              <p>{lack.message}</p>
              {lack.remediation && <p>{lack.remediation.text}</p>}
              {lack.remediation?.command !== undefined && (
                <Copyable text={lack.remediation.command} label={`the command for ${lack.words}`} />
              )}
              {lack.remediation?.console !== undefined && (
                <p>
                  <LinkOut href={lack.remediation.console}>Open it in the console</LinkOut>
                </p>
              )}
            </section>
          ))}
          {place.unseen.map((row) => (
            <p class="notice" key={`${row.check}/${row.resource ?? ''}`}>
              {row.check} could not be judged: {row.reason}
              {row.action === undefined ? '' : ` (${row.action})`}
            </p>
          ))}
          <h2>The request for it</h2>
          <Copyable text={jsonText(place.request)} label="the CreateCluster request" />
        </div>
      </details>
    </li>
  );
}

function Places({ result }: { readonly result: FitResult }) {
  const { placements, regions, notLookedAt } = result;
  const { words, tone } = fitSummary(placements);
  return (
    <>
      <p class={`verdict ${tone?.toLowerCase() ?? ''}`}>{words}</p>
      <details class="notice">
        <summary>{notEvaluatedText(notLookedAt)}</summary>
        <ul class="plain">
          {notLookedAt.map(({ what, option }) => (
            <li key={what}>
              {what}
              {option !== undefined && (
                <span class="meta">
                  {' '}
                  (
                  <code>
                    {installedCommand} fit {option}
                  </code>{' '}
                  looks at it)
                </span>
              )}
            </li>
          ))}
        </ul>
      </details>
      <ul class="list">
        {placements.slice(0, most).map((place) => (
          <PlacementCard key={nameOf(place)} place={place} />
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

interface FitAnswer {
  readonly key: string;
  readonly result?: FitResult;
  readonly error?: string;
}

export function FitView({ source, filters, onFilters }: ViewProps) {
  const [asking, setAsking] = useState<FitAnswer>({ key: '' });
  const form = useRef<HTMLFormElement>(null);
  const key = JSON.stringify(filters);
  const findPlaces = source.fit;
  const asked = filters.type !== undefined;
  useEffect(() => {
    if (!asked || !findPlaces) return;
    setAsking({ key });
    findPlaces(filters).then(
      (result) => setAsking({ key, result }),
      (error: unknown) => setAsking({ key, error: refusalText(error instanceof Error ? error.message : String(error)) }),
    );
  }, [key]);
  if (!findPlaces)
    return (
      <p class="notice">
        A report asks nobody. Where a cluster would come up now is asked of the account:{' '}
        <code>{installedCommand} fit --type ml.p5.48xlarge --count 32 --orchestrator eks</code>, or this view of{' '}
        <code>{installedCommand} dashboard</code>.
      </p>
    );
  const submit = (event: Event) => {
    event.preventDefault();
    if (!form.current) return;
    const given = [...new FormData(form.current)].flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' ? [[name, value] as const] : [],
    );
    onFilters(Object.fromEntries(given));
  };
  const { result, error } = asking.key === key ? asking : {};
  return (
    <>
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
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <p class="loading" role="status">
        {asked && !result && error === undefined ? 'Asking the account; a region takes some seconds …' : ''}
      </p>
      {result && <Places result={result} />}
    </>
  );
}
