import type { Language } from './language.ts';
import type { Line, ReportBlock, Row } from './report.ts';
import { endsAccess, type Story } from './report-story.ts';
import { durationText, momentUtc } from './report-words.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Limits that reviewers hold the end of access to. PCI DSS says “immediately”; there is no number to hold it to. */
const limits = [
  { name: 'target', limitMs: 5 * minuteMs },
  { name: 'pci', limitMs: null },
  { name: 'fedramp', limitMs: 4 * hourMs },
  { name: 'soc2', limitMs: 24 * hourMs },
] as const;

/** When access ended, counted from when it was to end, and held to the usual limits. Only departures have that. */
export function timeBlocks(story: Story, language: Language): ReportBlock[] {
  if (story.summary.kind !== 'departure') return [];
  const said = texts[language];
  const access = story.steps.filter(endsAccess);
  if (access.length === 0) {
    return [
      { is: 'heading', text: said.title },
      { is: 'text', text: said.noAccess },
    ];
  }
  const from = startOf(story);
  const proven = access.filter(({ grade }) => grade === 'verified' || grade === 'absent');
  const open = access.filter(({ grade }) => grade === null || grade === 'waived');
  const last = (steps: readonly { at: Date }[]) =>
    steps.length === 0 ? null : new Date(Math.max(...steps.map(({ at }) => at.getTime())));
  const lastProven = last(proven);
  const lastAny = last(access.filter(({ grade }) => grade !== null && grade !== 'waived'));
  const tookMs =
    open.length > 0 || !lastAny ? null : Math.max(0, lastAny.getTime() - from.getTime());
  const moment = (at: Date | null): Line =>
    at === null
      ? said.never
      : `${momentUtc(at, language)} (${durationText(Math.max(0, at.getTime() - from.getTime()), language)})`;
  return [
    { is: 'heading', text: said.title },
    {
      is: 'facts',
      rows: [
        [said.from, momentUtc(from, language)],
        [said.lastProven, moment(lastProven)],
        [said.lastAny, moment(lastAny)],
        ...(open.length > 0 ? ([[said.open, said.openText(open.length)]] as [string, Line][]) : []),
      ],
    },
    {
      is: 'table',
      caption: said.caption,
      columns: [
        { head: said.limit, share: 0.5 },
        { head: said.takes, share: 0.25 },
        { head: said.verdict, share: 0.25 },
      ],
      rows: limits.map((it) => limitRow(it, tookMs, language)),
    },
    { is: 'quiet', text: said.clock },
  ];
}

/** The later of: we were told, and access was to end. */
function startOf({ told, opened }: Story): Date {
  const dates = Object(
    told.findLast(({ values }) => values.has('case.dates'))?.values.get('case.dates'),
  );
  const ends: unknown = Reflect.get(dates, 'access_ends');
  const at = typeof ends === 'string' ? new Date(ends) : null;
  return at && at > opened.event.at ? at : opened.event.at;
}

function limitRow(
  { name, limitMs }: (typeof limits)[number],
  tookMs: number | null,
  language: Language,
): Row {
  const said = texts[language];
  const took = tookMs === null ? said.notYet : durationText(tookMs, language);
  const verdict = (): Line => {
    if (tookMs === null) return { badge: said.notMet, tone: 'attention' };
    if (limitMs === null) return { badge: said.judge, tone: 'quiet' };
    return tookMs <= limitMs
      ? { badge: said.met, tone: 'good' }
      : { badge: said.late(durationText(tookMs - limitMs, language)), tone: 'attention' };
  };
  return { cells: [[said.limits[name]], [took], [verdict()]] };
}

const texts = {
  en: {
    title: 'When access ended',
    noAccess: 'No step of this case ends access to an account.',
    from: 'Counted from',
    lastProven: 'Last access proven ended',
    lastAny: 'Last access ended, also by hand or accepted only',
    open: 'Not ended',
    openText: (count: number) =>
      `${count} skipped or without a grade: this case has no end of access`,
    never: 'never',
    caption: 'Held to the usual limits',
    limit: 'Limit',
    takes: 'Took',
    verdict: 'Verdict',
    limits: {
      target: 'Target of Gatehouse: 5 minutes',
      pci: 'PCI DSS 8.2.5: “immediately”',
      fedramp: 'NIST PS-4 with the value of FedRAMP: 4 hours',
      soc2: 'SOC 2, as auditors often ask: 24 hours',
    },
    met: 'in time',
    late: (by: string) => `late by ${by}`,
    notMet: 'not met',
    judge: 'for the reader to judge',
    notYet: 'not ended',
    clock:
      'Counted by the clock of the database, from the later of two moments: the case was opened, and access was to end. ' +
      'Skipped access never stops the clock.',
  },
  de: {
    title: 'Wann der Zugang endete',
    noAccess: 'Kein Schritt dieses Vorgangs beendet den Zugang zu einem Konto.',
    from: 'Gezählt ab',
    lastProven: 'Letzter Zugang nachweislich beendet',
    lastAny: 'Letzter Zugang beendet, auch von Hand oder nur angenommen',
    open: 'Nicht beendet',
    openText: (count: number) =>
      `${count} ausgelassen oder ohne Grad: In diesem Vorgang hat der Zugang kein Ende`,
    never: 'nie',
    caption: 'Gemessen an den üblichen Grenzen',
    limit: 'Grenze',
    takes: 'Dauerte',
    verdict: 'Urteil',
    limits: {
      target: 'Ziel von Gatehouse: 5 Minuten',
      pci: 'PCI DSS 8.2.5: „sofort“',
      fedramp: 'NIST PS-4 mit dem Wert von FedRAMP: 4 Stunden',
      soc2: 'SOC 2, wie Prüfer oft verlangen: 24 Stunden',
    },
    met: 'rechtzeitig',
    late: (by: string) => `${by} zu spät`,
    notMet: 'nicht erfüllt',
    judge: 'beurteilt, wer es liest',
    notYet: 'nicht beendet',
    clock:
      'Gezählt nach der Uhr der Datenbank, ab dem späteren zweier Zeitpunkte: Der Vorgang wurde eröffnet, und der Zugang ' +
      'sollte enden. Ausgelassener Zugang hält die Uhr nie an.',
  },
};
