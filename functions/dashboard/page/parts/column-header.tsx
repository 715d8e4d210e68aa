/** The head of a column that sorts its table. */
import { directionOf, nextSort } from '../sort-rows.ts';
import { Icon } from './icon.tsx';

interface ColumnHeaderProps {
  readonly column: string;
  readonly label: string;
  /** The order as the address has it. */
  readonly sort: string | undefined;
  readonly onSort: (sort: string) => void;
  readonly numeric?: boolean;
}

export function ColumnHeader({ column, label, sort, onSort, numeric = false }: ColumnHeaderProps) {
  const direction = directionOf(sort, column);
  return (
    <th scope="col" class={numeric ? 'number' : undefined} aria-sort={direction}>
      <button type="button" class="plain-button" onClick={() => onSort(nextSort(sort, column))}>
        {label}
        <span class={`sorted ${direction ?? ''}`}>
          <Icon name={direction === 'ascending' ? 'better' : 'worse'} />
        </span>
      </button>
    </th>
  );
}
