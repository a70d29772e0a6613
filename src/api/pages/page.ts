import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Language } from '#core/language.ts';

/** Escaped text; `html` makes it. */
export type Html = ReturnType<typeof html>;

/** What a page says that says one thing. */
export interface Plain {
  readonly title: string;
  readonly text: string;
}

/** How a page looks; its one style sheet stands in it. */
export interface PageStyle {
  readonly colours: 'light' | 'light dark';
  readonly css: string;
}

/** A page on its own: no script, no picture, no font, nothing from anywhere. */
export async function pageResponse(it: {
  language: Language;
  title: string;
  /** Empty: whose page it is, is not known. */
  company: string;
  content: Html;
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Default: that of forms on a screen. */
  style?: PageStyle;
}): Promise<Response> {
  const { colours, css } = it.style ?? formStyle;
  // A hash and no nonce: the same content is the same page, byte for byte.
  const hash = createHash('sha256').update(css).digest('base64');
  const document = await html`<!doctype html>
<html lang="${it.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="${colours}">
<title>${it.company === '' ? it.title : `${it.title} · ${it.company}`}</title>
<style>${raw(css)}</style>
</head>
<body>
${it.company === '' ? '' : html`<header><p>${it.company}</p></header>`}
<main>${it.content}</main>
</body>
</html>
`;
  return new Response(document.toString(), {
    status: it.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': it.language,
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy':
        `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; ` +
        "frame-ancestors 'none'",
      ...it.headers,
    },
  });
}

/** What keeps a form from being taken, first on the page and read out at once. */
export const wrongNote = (title: string, items: readonly Html[]): Html =>
  html`<div class="note wrong" role="alert"><h2>${title}</h2><ul>${items}</ul></div>`;

/** A page that says one thing. */
export const plainContent = ({ title, text }: Plain): Html => html`<h1>${title}</h1><p>${text}</p>`;

// Every pair of colours has a contrast of at least 4.5:1, and borders of 3:1, in both modes.
const formStyle: PageStyle = {
  colours: 'light dark',
  css: `
:root { color-scheme: light dark; --text: #1b2129; --quiet: #55606e; --page: #f6f7f9; --card: #fff;
  --line: #7b8593; --act: #0b5bd3; --on-act: #fff; --wrong: #b3261e; --good: #1a6b3c; }
@media (prefers-color-scheme: dark) { :root { --text: #e8ebf0; --quiet: #a9b2bf; --page: #14181e;
  --card: #1d232b; --line: #7f8a99; --act: #8ab4ff; --on-act: #10151c; --wrong: #ff9a92; --good: #7fd6a2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); line-height: 1.5;
  font-family: system-ui, sans-serif; }
header, main { max-width: 42rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
header { color: var(--quiet); padding-bottom: 0; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0 1rem; }
h2 { font-size: 1rem; margin: 0; }
.lines { white-space: pre-line; }
.quiet { color: var(--quiet); }
fieldset, .question { border: 1px solid var(--line); border-radius: .5rem; background: var(--card);
  margin: 0 0 1rem; padding: .75rem 1rem 1rem; min-width: 0; }
legend, .question > label { font-weight: 600; padding: 0 .25rem; }
.question > label { display: block; padding: 0 0 .5rem; }
.option { display: flex; gap: .6rem; align-items: center; min-height: 2.75rem; }
.scale { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
input[type=radio] { width: 1.25rem; height: 1.25rem; flex: none; accent-color: var(--act); }
textarea, input[type=text] { width: 100%; min-height: 2.75rem; padding: .6rem; font: inherit; color: inherit;
  background: var(--page); border: 1px solid var(--line); border-radius: .35rem; }
textarea { min-height: 7rem; }
button { font: inherit; min-height: 2.75rem; padding: .5rem 1.1rem; border-radius: .35rem;
  border: 1px solid var(--act); background: transparent; color: var(--act); cursor: pointer; }
button.main { background: var(--act); color: var(--on-act); font-weight: 600; }
button.language { min-height: 2.75rem; border-color: var(--line); color: var(--text); }
.acts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
.note { border-left: .3rem solid var(--good); background: var(--card); padding: .75rem 1rem; margin: 0 0 1rem; }
.note.wrong { border-color: var(--wrong); }
.wrong-text { color: var(--wrong); margin: 0 0 .5rem; font-weight: 600; }
a { color: var(--act); }
details { margin: 2rem 0; }
summary { cursor: pointer; min-height: 2.75rem; padding: .5rem 0; }
:focus-visible { outline: .2rem solid var(--act); outline-offset: .15rem; }
`,
};
