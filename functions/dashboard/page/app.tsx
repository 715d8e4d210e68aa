/** The frame: what this is, the way to each view, the view. */
import { useMemo, useState } from 'preact/hooks';
import { timeWords } from '../../../shared/core/render/words.ts';
import type { RegionReadinessView } from '../../../shared/query/readiness.ts';
import { type Address, addressOf, useAddress, type View, views } from './address.ts';
import { largestPages, useAnswers } from './answers.ts';
import type { AnswerSource } from './source.ts';
import { CapacityView } from './views/capacity.tsx';
import { ChangesView } from './views/changes.tsx';
import { CoverageView } from './views/coverage.tsx';
import { FindingsView } from './views/findings.tsx';
import { FitView } from './views/fit.tsx';
import { ReadinessView } from './views/readiness.tsx';

export interface ViewProps {
  readonly source: AnswerSource;
  readonly filters: Address['filters'];
  /** `typing`: no step of its own in the history. */
  readonly onFilters: (filters: Address['filters'], typing?: boolean) => void;
  /** All regions with their clusters, as they were when the page was opened: what there is to choose from. */
  readonly fleet: readonly RegionReadinessView[];
  /** What ages are counted from. */
  readonly now: number;
}

const titles: { readonly [view in View]: string } = {
  readiness: 'Readiness',
  findings: 'Findings',
  changes: 'Changes',
  capacity: 'Capacity',
  coverage: 'Coverage',
  fit: 'Fit',
};

/** What a view begins with: of findings, those that somebody has to mend. */
const beginnings: { readonly [view in View]?: Address['filters'] } = { findings: { open: 'true' } };

const shown: { readonly [view in View]: (props: ViewProps) => preact.JSX.Element } = {
  readiness: ReadinessView,
  findings: FindingsView,
  changes: ChangesView,
  capacity: CapacityView,
  coverage: CoverageView,
  fit: FitView,
};

const themes = ['', 'light', 'dark'] as const;
const themeWords = { '': 'Colours: as the system', light: 'Colours: light', dark: 'Colours: dark' } as const;

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

const noneYet: readonly RegionReadinessView[] = [];

export function App({ source }: { readonly source: AnswerSource }) {
  const [{ view, filters }, go] = useAddress();
  const { about } = source;
  // A view is asked anew when it is opened, so its ages are counted anew; a tab may stand open for days.
  const now = useMemo(() => (about.live ? Date.now() : Date.parse(about.at)), [about, view]);
  const { items, loading } = useAnswers(source, 'readiness', largestPages, { atLeast: Number.POSITIVE_INFINITY });
  // Choices that grow with every page would be drawn fifty times for a fleet of ten thousand.
  const fleet = loading ? noneYet : items;
  const Shown = shown[view];
  return (
    <>
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
                <a href={addressOf(v, beginnings[v])} aria-current={v === view ? 'page' : undefined}>
                  {titles[v]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <ThemeButton />
      </header>
      <main tabIndex={-1}>
        <h1>{titles[view]}</h1>
        {about.leftOut.map(({ words }) => (
          <p class="notice" key={words}>
            {words}
          </p>
        ))}
        <Shown key={view} source={source} filters={filters} fleet={fleet} onFilters={(next, typing) => go(view, next, typing)} now={now} />
      </main>
      <footer>
        <p>
          {about.from} {about.live ? 'Asked as you look.' : `Written ${timeWords(about.at)}.`} {about.tool}
        </p>
      </footer>
    </>
  );
}
