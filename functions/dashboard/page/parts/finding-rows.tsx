/** Rows of findings: closed with level, name, message and numbers; open with everything. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count, placeWords, unitFor } from '../../../../shared/core/render/words.ts';
import type { FindingView } from '../../../../shared/query/findings.ts';
import type { CauseGroup } from '../cause-groups.ts';
import { FindingDetail, type FindingProps } from './finding-detail.tsx';
import { useFirstRows } from './first-rows.tsx';
import { Icon } from './icon.tsx';
import { StatusChip } from './state-chip.tsx';
import { When } from './when.tsx';

/** Columns of the table, for cells that span all. */
export const findingColumns = 7;

const show = (n: number | undefined): string => n?.toLocaleString('en-US') ?? '';

function Numbers({ finding: { have, need, unit, status } }: { readonly finding: FindingView }) {
  const short = have !== undefined && need !== undefined && status === 'fail' && have < need ? need - have : undefined;
  return (
    <>
      <td class="number" data-label="have">
        {need === undefined ? '' : show(have)}
      </td>
      <td class="number" data-label="need">
        {need !== undefined && (
          <>
            {show(need)} {unit !== undefined && <span class="unit">{unitFor(need, unit)}</span>}
          </>
        )}
      </td>
      <td class="number short" data-label="short by">
        {show(short)}
      </td>
    </>
  );
}

interface FindingRowProps extends FindingProps {
  /** Names cluster and region: the row is below no heading that does. */
  readonly flat?: boolean;
  /** It is one of a cause that is open. */
  readonly inner?: boolean;
}

interface ToggleCellProps {
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly name: ComponentChildren;
  readonly children: ComponentChildren;
}

const ToggleCell = ({ open, onToggle, name, children }: ToggleCellProps) => (
  <td class="what">
    <button type="button" class="toggle" aria-expanded={open} onClick={onToggle}>
      <Icon name={open ? 'open' : 'closed'} /> <span>{name}</span>
    </button>
    {children}
  </td>
);

/** The group; below no heading that names cluster and region, these too. */
const PlaceCell = ({ finding, flat }: { readonly finding: FindingView; readonly flat: boolean }) => (
  <td class="place">
    {flat ? placeWords(finding) : finding.group}
    {flat && <span class="meta">{finding.region}</span>}
  </td>
);

export function FindingRow({ flat = false, inner = false, ...props }: FindingRowProps) {
  const { finding: f, now } = props;
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr class={`finding ${inner ? 'inner' : ''}`}>
        <td class="state">
          <StatusChip status={f.status} level={f.level} muted={f.muted !== undefined} />
        </td>
        <ToggleCell
          open={open}
          onToggle={() => setOpen(!open)}
          name={
            <>
              <strong>{f.check}</strong> {f.resource}
            </>
          }
        >
          <p class="why">{f.message}</p>
        </ToggleCell>
        <PlaceCell finding={f} flat={flat} />
        <Numbers finding={f} />
        <td class="time">
          <When at={f.since} now={now} />
        </td>
      </tr>
      {open && (
        <tr class="opened">
          <td colSpan={findingColumns}>
            <FindingDetail {...props} />
          </td>
        </tr>
      )}
    </>
  );
}

const namedResources = 3;

/** `4 resources: sg-1, sg-2, sg-3 and 1 more`. */
function resourcesText(findings: readonly FindingView[]): string {
  const names = [...new Set(findings.map((f) => f.resource))];
  const more = names.length - namedResources;
  return `${count(names.length, 'resource')}: ${names.slice(0, namedResources).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}

interface CauseRowProps extends Omit<FindingProps, 'finding'> {
  readonly cause: CauseGroup;
}

/** A cause of several findings is one row, which opens to a row for each. */
export function CauseRow({ cause: { first, findings }, ...props }: CauseRowProps) {
  const [open, setOpen] = useState(false);
  const { first: shown, button } = useFirstRows(findings, 'findings');
  if (findings.length === 1) return <FindingRow finding={first} {...props} />;
  const since = findings.reduce((at, f) => (f.since < at ? f.since : at), first.since);
  return (
    <>
      <tr class="finding cause">
        <td class="state">
          <StatusChip status={first.status} level={first.level} muted={first.muted !== undefined} />
        </td>
        <ToggleCell
          open={open}
          onToggle={() => setOpen(!open)}
          name={
            <>
              <strong>{[...new Set(findings.map((f) => f.check))].join(', ')}</strong> {resourcesText(findings)}
            </>
          }
        >
          <p class="why">{first.message}</p>
        </ToggleCell>
        <td class="place">{count(findings.length, 'finding')}</td>
        <td class="number" colSpan={3} />
        <td class="time">
          <When at={since} now={props.now} />
        </td>
      </tr>
      {open && shown.map((f) => <FindingRow key={f.id} finding={f} inner {...props} />)}
      {open && button && (
        <tr class="opened">
          <td colSpan={findingColumns}>{button}</td>
        </tr>
      )}
    </>
  );
}
