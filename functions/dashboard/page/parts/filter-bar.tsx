/** Filters: choices to add, and what is chosen as chips to take off again. */
import { useRef } from 'preact/hooks';
import type { FilterField } from './field.ts';

export interface FilterBarProps {
  readonly fields: readonly FilterField[];
  readonly filters: { readonly [name: string]: string };
  readonly onChange: (filters: { readonly [name: string]: string }) => void;
  readonly text?: { readonly label: string; readonly onInput: (text: string) => void };
}

const without = (filters: FilterBarProps['filters'], name: string): FilterBarProps['filters'] =>
  Object.fromEntries(Object.entries(filters).filter(([n]) => n !== name));

export function FilterBar({ fields, filters, onChange, text }: FilterBarProps) {
  const labelOf = (name: string, value: string) => fields.find((f) => f.name === name)?.options.find(([v]) => v === value)?.[1] ?? value;
  const chosen = Object.entries(filters).filter(([name]) => name !== 'text');
  return (
    <div class="filters">
      <div class="choices">
        {text && (
          <label>
            Search
            <input type="search" value={filters.text ?? ''} onInput={(e) => text.onInput(e.currentTarget.value)} placeholder={text.label} />
          </label>
        )}
        {fields.map(({ name, label, options }) => (
          <label key={name}>
            {label}
            <select
              value={filters[name] ?? ''}
              onChange={(e) => {
                const { value } = e.currentTarget;
                onChange(value === '' ? without(filters, name) : { ...filters, [name]: value });
              }}
            >
              <option value="">any</option>
              {filters[name] !== undefined && !options.some(([v]) => v === filters[name]) && (
                <option value={filters[name]}>{filters[name]}</option>
              )}
              {options.map(([value, shown]) => (
                <option key={value} value={value}>
                  {shown}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
      {chosen.length > 0 && (
        <ul class="chosen" aria-label="Filters that are on">
          {chosen.map(([name, value]) => (
            <li key={name}>
              <button type="button" onClick={() => onChange(without(filters, name))}>
                {fields.find((f) => f.name === name)?.label ?? name}: {labelOf(name, value)} <span aria-hidden="true">×</span>
                <span class="hidden">: take this filter off</span>
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
