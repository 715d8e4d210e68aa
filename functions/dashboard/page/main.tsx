/** The page's beginning: finds its data or its server, and draws. */
import { render } from 'preact';
import type { PageInfo, Report } from '../report-data.ts';
import { App } from './app.tsx';
import { showHiddenCharacters } from './show-hidden.ts';
import { type AnswerSource, reportSource, serverSource, withUnaudited } from './source.ts';
import './tokens.css';
import './page.css';

/** The token of this run comes behind the #, which no browser sends anywhere, and stays with the tab. */
function token(): string {
  const [, given] = /^#token=([\w-]+)/.exec(location.hash) ?? [];
  if (given !== undefined) {
    sessionStorage.setItem('token', given);
    history.replaceState(null, '', '#/overview');
  }
  return sessionStorage.getItem('token') ?? '';
}

function source(): AnswerSource {
  const data: Report | { readonly about: PageInfo } = JSON.parse(document.getElementById('data')?.textContent ?? '{}');
  return 'findings' in data ? reportSource(data) : serverSource(data.about, token());
}

showHiddenCharacters();
const page = document.getElementById('page');
if (page) render(<App source={await withUnaudited(source())} />, page);
