/** Filters: choices to add, and what is chosen as chips to take off again. Folded on a phone, where rows come first. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { filtersOn, withFilter, withoutFilter } from '../address.ts';
import { usePhone } from '../media.ts';
import type { FilterField } from './field.ts';

export interface FilterBarProps {
  readonly fields: readonly FilterField[];
  readonly filters: { readonly [name: string]: string };
  readonly onChange: (filters: { readonly [name: string]: string }) => void;
  readonly text?: { readonly label: string; readonly onInput: (text: string) => void };
  /** Further controls of the view, after the choices. */
  readonly children?: ComponentChildren;
}

/** A list of more cannot be read: it is typed into, with suggestions. */
const mostChoices = 100;

type ChoiceProps = { readonly field: FilterField; readonly value: string | undefined; readonly onValue: (value: string) => void };

function Choice({ field: { name, label, options }, value, onValue }: ChoiceProps) {
  if (options.length > mostChoices)
    return (
      <label>
        {label}
        <input list={`choices-${name}`} value={value ?? ''} placeholder="any" onChange={(e) => onValue(e.currentTarget.value)} />
        <datalist id={`choices-${name}`}>
          {options.map(([option, shown]) => (
            <option key={option} value={option} label={shown} />
          ))}
        </datalist>
      </label>
    );
  return (
    <label>
      {label}
      <select value={value ?? ''} onChange={(e) => onValue(e.currentTarget.value)}>
        <option value="">any</option>
        {value !== undefined && !options.some(([v]) => v === value) && <option value={value}>{value}</option>}
        {options.map(([option, shown]) => (
          <option key={option} value={option}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}

export function FilterBar({ fields, filters, onChange, text, children }: FilterBarProps) {
  const isPhone = usePhone();
  const fieldOf = (name: string) => fields.find((f) => f.name === name);
  const labelOf = (name: string, value: string) => fieldOf(name)?.options.find(([v]) => v === value)?.[1] ?? value;
  const chosen = filtersOn(filters);
  const on = chosen.length + (filters.text ? 1 : 0);
  const choices = (
    <div class="choices">
      {text && (
        <label>
          Search
          <input type="search" value={filters.text ?? ''} onInput={(e) => text.onInput(e.currentTarget.value)} placeholder={text.label} />
        </label>
      )}
      {fields.map((field) => (
        <Choice
          key={field.name}
          field={field}
          value={filters[field.name]}
          onValue={(value) => onChange(withFilter(filters, field.name, value))}
        />
      ))}
      {children}
    </div>
  );
  return (
    <div class="filters">
      {isPhone ? (
        <details>
          <summary>Filters{on > 0 ? ` (${on} on)` : ''}</summary>
          {choices}
        </details>
      ) : (
        choices
      )}
      {chosen.length > 0 && (
        <ul class="chosen" aria-label="Filters that are on">
          {chosen.map(([name, value]) => (
            <li key={name}>
              <button type="button" onClick={() => onChange(withoutFilter(filters, name))}>
                {fieldOf(name)?.label ?? name}: {labelOf(name, value)} <span aria-hidden="true">×</span>
                <span class="hidden">: remove this filter</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Options that were there once stay: those of items that a filter leaves would have no other to choose. */
export function useEver(options: FilterField['options']): FilterField['options'] {
  const ever = useRef(new Map<string, string>());
  for (const [value, label] of options) ever.current.set(value, label);
  return [...ever.current].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
