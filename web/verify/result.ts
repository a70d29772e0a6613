import type { PackFiles, Verdict } from '#core/evidence-check.ts';
import { type CaseView, caseView, gradeWords, type StepView } from './case-view.ts';
import { element } from './element.ts';

/** Where the browser does not let it. */
const leftToProgram =
  'Time stamps by outside authorities: this browser does not let a page check their signatures. The times in ' +
  'case.json are shown as the pack states them. The command gatehouse verify checks them.';

/** What it can look at, once it is given what it takes. */
const leftToReader =
  'Whether the record was rewritten since an earlier day: choose a checkpoint that you kept.';

/** In one sentence, for whoever cannot see the result. */
export function sentenceOf({ fails, keysFromPack }: Verdict, name: string): string {
  if (fails) return `${name}: something does not hold. ${fails.name}: ${fails.detail}`;
  return keysFromPack
    ? `${name} is whole. Whose it is, you have to compare: the keys came with it.`
    : `${name}: everything that this page checks holds, by the keys that you gave.`;
}

/** The whole result as parts of the page, with what could not be looked at. */
export function resultOf(
  verdict: Verdict,
  files: PackFiles,
  it: { readonly withStamps: boolean; readonly withKept: boolean },
): readonly HTMLElement[] {
  const left = [...(it.withStamps ? [] : [leftToProgram]), ...(it.withKept ? [] : [leftToReader])];
  return [
    verdictCard(verdict),
    checksCard(verdict),
    // A pack for a period holds many; each has its own report.
    ...(verdict.fails || files.has('cases.json') ? [] : [caseCard(caseView(files))]),
    ...(left.length > 0 ? [leftCard(left)] : []),
  ];
}

function verdictCard({ fails, keysFromPack, signedBy }: Verdict): HTMLElement {
  if (fails) {
    return element(
      'section',
      'verdict bad',
      element('h2', '', 'Something does not hold'),
      element('p', '', element('strong', '', `${fails.name}: `), fails.detail),
      element('p', '', 'Do not rely on this pack. What comes after this was not looked at.'),
    );
  }
  const keys = keysOf(signedBy);
  if (keysFromPack) {
    return element(
      'section',
      'verdict compare',
      element('h2', '', 'It is whole. Whose it is, you have to compare'),
      element(
        'p',
        '',
        'The keys came with the pack itself, so anybody could have made it. Compare this key, to the ' +
          'letter, with the one that you received another way; or choose your own trust.json above.',
      ),
      ...keys,
    );
  }
  return element(
    'section',
    'verdict good',
    element('h2', '', 'Everything that this page checks holds'),
    element('p', '', 'It was signed by a key that you gave:'),
    ...keys,
  );
}

/** The keys to the letter: the short ones at once, the long ones of the second signature on demand. */
function keysOf(vkeys: readonly string[]): readonly HTMLElement[] {
  const [short, long] = [false, true].map((isLong) =>
    vkeys.filter((it) => it.length > 300 === isLong),
  );
  return [
    element('pre', '', short!.join('\n')),
    ...long!.map((vkey) =>
      element(
        'details',
        '',
        element('summary', '', 'The key of the second signature, ML-DSA-44'),
        element('pre', '', vkey),
      ),
    ),
  ];
}

function checksCard({ holds, fails }: Verdict): HTMLElement {
  const line = (tone: string, mark: string, name: string, detail: string) =>
    element('li', tone, element('span', 'mark', `${mark} ${name}: `), detail);
  return element(
    'section',
    'card',
    element('h2', '', 'What was checked, in this order'),
    element(
      'ul',
      'plain',
      ...holds.map(({ name, detail }) => line('good', '✔', name, detail)),
      fails && line('bad', '✖', fails.name, fails.detail),
    ),
  );
}

function caseCard({ title, counted, systems }: CaseView): HTMLElement {
  return element(
    'section',
    'card',
    element('h2', '', title),
    element('p', '', `${counted}.`),
    ...systems.flatMap(({ name, steps }) => [
      element('h3', '', name),
      element('ul', 'plain', ...steps.map(stepLine)),
    ]),
  );
}

const gradeTones = {
  verified: 'good',
  absent: 'good',
  acknowledged: 'good weak',
  attested: 'good weak',
  waived: 'skipped',
} as const;

function stepLine(it: StepView): HTMLElement {
  const tone = it.grade ? gradeTones[it.grade] : 'none';
  const word = it.grade ? gradeWords[it.grade] : 'Not settled';
  const time = element('time', 'moment', `${it.at.slice(0, 10)} ${it.at.slice(11, 19)} UTC`);
  time.dateTime = it.at;
  return element(
    'li',
    '',
    element('strong', '', it.title),
    it.account === null ? null : ` · ${it.account}`,
    ' ',
    element('span', `grade ${tone}`, word),
    element(
      'div',
      'quiet',
      time,
      it.approvals.length > 0 ? ' · approved before by another person' : null,
    ),
    it.recorded === null ? null : element('div', 'quiet', `Recorded ${it.recorded}`),
    it.after === undefined ? null : statesOf(it),
  );
}

function statesOf({ title, before, after }: StepView): HTMLElement {
  const shown = (state: unknown) =>
    element('pre', '', JSON.stringify(state, null, 2) ?? 'not kept');
  return element(
    'details',
    '',
    element('summary', '', `What was read before and after: ${title.toLowerCase()}`),
    element('p', 'quiet', 'Before'),
    shown(before),
    element('p', 'quiet', 'After'),
    shown(after),
  );
}

function leftCard(left: readonly string[]): HTMLElement {
  return element(
    'section',
    'card',
    element('h2', '', 'What was not checked'),
    element('ul', 'plain', ...left.map((it) => element('li', '', it))),
  );
}
