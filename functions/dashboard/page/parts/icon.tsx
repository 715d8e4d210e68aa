/** Signs beside words. Each has another outline, so that colour alone distinguishes none. */

const circle = 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13z';
const paths = {
  BLOCKED: `${circle}M5.5 5.5l5 5M10.5 5.5l-5 5`,
  UNKNOWN: `${circle}M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2M8 11.3v.2`,
  AT_RISK: 'M8 1.8L14.8 14H1.2zM8 6.2v3.6M8 11.7v.2',
  READY: `${circle}M5 8.3l2.1 2.1L11 6`,
  advice: `${circle}M8 7.3v4M8 4.6v.2`,
  muted: `${circle}M3.6 12.4l8.8-8.8`,
  worse: 'M8 2.5v11M3.5 9L8 13.5L12.5 9',
  better: 'M8 13.5v-11M3.5 7L8 2.5L12.5 7',
  steady: 'M2.5 8h11',
  appeared: 'M8 2.5v11M2.5 8h11',
  closed: 'M5.5 3l5 5l-5 5',
  open: 'M3 5.5l5 5l5-5',
  out: 'M6.5 3H3v10h10V9.5M9.5 2.5h4v4M13 3L7.5 8.5',
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
