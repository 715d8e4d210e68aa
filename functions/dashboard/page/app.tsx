/** The frame: the title, the navigation, and the view that the address names. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { timeWords } from '../../../shared/core/render/words.ts';
import { type Address, addressOf, useAddress, type View, views } from './address.ts';
import { largestPages, useAnswers } from './answers.ts';
import type { AnswerSource } from './source.ts';
import type { ViewProps } from './view-props.ts';
import { CapacityView } from './views/capacity.tsx';
import { ChangesView } from './views/changes.tsx';
import { CoverageView } from './views/coverage.tsx';
import { FindingsView } from './views/findings.tsx';
import { FitView } from './views/fit.tsx';
import { OverviewView } from './views/overview.tsx';

const titles: { readonly [view in View]: string } = {
  overview: 'Overview',
  findings: 'Findings',
  changes: 'Changes',
  capacity: 'Capacity',
  coverage: 'Coverage',
  fit: 'Fit',
};

/** Filters that a view opens with: of findings, those that have to be fixed. */
const firstFilters: { readonly [view in View]?: Address['filters'] } = { findings: { open: 'true' } };

const viewComponents: { readonly [view in View]: (props: ViewProps) => preact.JSX.Element } = {
  overview: OverviewView,
  findings: FindingsView,
  changes: ChangesView,
  capacity: CapacityView,
  coverage: CoverageView,
  fit: FitView,
};

const themes = ['', 'light', 'dark'] as const;
const themeWords = { '': 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' } as const;

function ThemeButton() {
  const [theme, setTheme] = useState<(typeof themes)[number]>('');
  const next = () => {
    const following = themes[(themes.indexOf(theme) + 1) % themes.length] ?? '';
    document.documentElement.dataset.theme = following;
    setTheme(following);
  };
  return (
    <button type="button" class="theme" onClick={next}>
      {themeWords[theme]}
    </button>
  );
}

function Header({ view, filters }: Address) {
  return (
    <header>
      <a
        class="skip"
        href={addressOf(view, filters)}
        onClick={(e) => {
          e.preventDefault();
          document.querySelector<HTMLElement>('main')?.focus();
        }}
      >
        Skip to the content
      </a>
      <p class="name">HyperPod readiness</p>
      <nav aria-label="Views">
        <ul>
          {views.map((v) => (
            <li key={v}>
              <a href={addressOf(v, firstFilters[v])} aria-current={v === view ? 'page' : undefined}>
                {titles[v]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ThemeButton />
    </header>
  );
}

export function App({ source }: { readonly source: AnswerSource }) {
  const [{ view, filters }, go] = useAddress();
  const { about } = source;
  // Ages are counted from the time at which a view is opened, since a tab may stay open for days.
  const now = useMemo(() => (about.live ? Date.now() : Date.parse(about.at)), [about, view]);
  const { items, loading } = useAnswers(source, 'readiness', largestPages, { atLeast: Number.POSITIVE_INFINITY });
  // Choices that grow with every page would be drawn fifty times for ten thousand regions.
  const regions = useMemo(() => (loading ? [] : items), [loading, items]);
  useEffect(() => {
    document.title = `${titles[view]} – HyperPod readiness`;
  }, [view]);
  const CurrentView = viewComponents[view];
  return (
    <>
      <Header view={view} filters={filters} />
      <main tabIndex={-1}>
        {/* The overview begins with its summary, which says more than a title. */}
        <h1 class={view === 'overview' ? 'hidden' : undefined}>{titles[view]}</h1>
        {about.leftOut.map(({ words }) => (
          <p class="notice" key={words}>
            {words}
          </p>
        ))}
        <CurrentView
          key={view}
          source={source}
          filters={filters}
          regions={regions}
          onFilters={(next, typing) => go(view, next, typing)}
          now={now}
        />
      </main>
      <footer>
        <p>
          {about.from} {about.live ? 'Read when a view is opened.' : `Written ${timeWords(about.at)}.`} {about.tool}
        </p>
      </footer>
    </>
  );
}
