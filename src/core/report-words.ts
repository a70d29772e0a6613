import type { caseFacts } from './case-facts.ts';
import { factTypes, isFactType } from './event.ts';
import { dayInWords, deedOf } from './exit-words.ts';
import type { Language } from './language.ts';
import type { Line, Tone } from './report.ts';
import type { StepStory, Story, Told } from './report-story.ts';
import type { Grade } from './step.ts';

/* What the parts of a report have in common: moments, names, states and grades in both languages. */

export const reportWords = {
  en: {
    reference: (caseId: string) => `Case ${caseId}`,
    page: (n: number, of: number) => `Page ${n} of ${of}`,
    onlyToRead: 'For reading. The evidence is the signed facts in this pack.',
    noLetters:
      'Codes such as [U+5F20] stand for letters that the fonts of this report do not have. The facts and ' +
      'disclosures.json hold the names as they are written.',
    withheld: 'left out of this pack',
    nothing: 'none',
    notRead: 'not read',
    noAccount: 'no such account',
    cut: '… (all of it is in disclosures.json)',
    gatehouse: 'Gatehouse',
    unknownPerson: (id: string) => `user ${id}`,
  },
  de: {
    reference: (caseId: string) => `Vorgang ${caseId}`,
    page: (n: number, of: number) => `Seite ${n} von ${of}`,
    onlyToRead: 'Zum Lesen. Der Nachweis sind die signierten Einträge in diesem Paket.',
    noLetters:
      'Zeichen wie [U+5F20] stehen für Buchstaben, die die Schriften dieses Berichts nicht haben. Die Einträge und ' +
      'disclosures.json enthalten die Namen, wie sie geschrieben werden.',
    withheld: 'in diesem Paket weggelassen',
    nothing: 'keine',
    notRead: 'nicht gelesen',
    noAccount: 'kein solches Konto',
    cut: '… (vollständig in disclosures.json)',
    gatehouse: 'Gatehouse',
    unknownPerson: (id: string) => `Nutzer ${id}`,
  },
};

/** A moment in UTC, to the second: our clock. */
export const momentUtc = (at: Date, language: Language): string =>
  `${dayInWords(at.toISOString().slice(0, 10), language)}, ${timeUtc(at)}`;

const timeUtc = (at: Date): string => `${at.toISOString().slice(11, 19)} UTC`;

/** A moment in a table, where many stand below each other. */
export const shortMoment = (at: Date): string =>
  `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** How long something took, in the two largest units. */
export function durationText(ms: number, language: Language): string {
  const seconds = Math.round(ms / 1_000);
  const day = language === 'de' ? 'T' : 'd';
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), day],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

export const gradeTones: Record<Grade, Tone> = {
  verified: 'good',
  absent: 'good',
  acknowledged: 'weak',
  attested: 'weak',
  waived: 'aside',
};

/** Who stated a fact: a user by name where the reader may know it, else by id. */
export function actorOf({ event, values }: Told, story: Story, language: Language): string {
  const by = values.get('by');
  if (typeof by === 'string') return by; // answered by a link, and is no user
  const id = event.actorId ?? '';
  const kind: unknown = Reflect.get(
    Object(Reflect.get(Object(JSON.parse(event.leaf)), 'actor')),
    'kind',
  );
  if (kind === 'system') return reportWords[language].gatehouse;
  if (kind === 'source') return story.systems.get(id) ?? id;
  return nameOf(id, story, language);
}

export const nameOf = (id: string, { people }: Story, language: Language): string =>
  people.get(id) ?? reportWords[language].unknownPerson(id);

export const systemName = (id: string, { systems }: Story): string => systems.get(id) ?? id;

/** What a step is called: by what it does to an account, else in the words of the plan. */
export const stepName = ({ capability, title, id }: StepStory, language: Language): string =>
  capability === null ? (title ?? id) : deedOf(capability, language);

/** A step with its account, as the first cell of a row. */
export function stepLines(step: StepStory, story: Story, language: Language): Line[] {
  const name = { text: stepName(step, language), as: 'strong' as const };
  if (step.capability === null) return [name];
  if (!story.personal) return [name];
  return step.login === null ? [name] : [name, { text: step.login, as: 'quiet' }];
}

const longestState = 260;
const longestText = 90;

/** A state as a connector read it, in words. */
export function stateText(value: unknown, story: Story, language: Language): string {
  const said = reportWords[language];
  if (value === undefined) return story.personal ? said.notRead : said.withheld;
  const text = flat(value, language);
  return text.length > longestState ? `${text.slice(0, longestState)} ${said.cut}` : text;
}

function flat(value: unknown, language: Language): string {
  const said = reportWords[language];
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) {
    return value.map((it) => nameIn(it) ?? flat(it, language)).join('; ') || said.nothing;
  }
  if (typeof value !== 'object') {
    const text = String(value);
    return text.length > longestText ? `${text.slice(0, longestText)} ${said.cut}` : text;
  }
  const { absent, facts, ...rest } = value as Record<string, unknown>;
  if (absent === true) return said.noAccount;
  const fields = { ...(typeof facts === 'object' ? facts : { facts }), ...rest };
  return Object.entries(fields)
    .filter(([, it]) => it !== undefined)
    .map(([name, it]) => `${name}: ${nameIn(it) ?? flat(it, language)}`)
    .join(', ');
}

/** Of a thing with a name, the name says enough. */
function nameIn(value: unknown): string | null {
  for (const field of ['name', 'login', 'title', 'serial']) {
    const name: unknown = Reflect.get(Object(value), field);
    if (typeof name === 'string' && name !== '') return name;
  }
  return null;
}

/** What a fact says has happened. */
export function factTitle(type: string, language: Language): string {
  if (language === 'de' && type in factsInGerman) {
    return factsInGerman[type as keyof typeof caseFacts];
  }
  return isFactType(type) ? factTypes[type].title : type;
}

const factsInGerman: Record<keyof typeof caseFacts, string> = {
  'case.opened': 'Vorgang eröffnet',
  'case.changed': 'Vorgang geändert',
  'case.quarantined': 'Von einer Schranke zurückgehalten',
  'case.held': 'Vorgang angehalten',
  'case.released': 'Vorgang freigegeben',
  'case.rescinded': 'Austritt zurückgenommen',
  'case.reopened': 'Vorgang wieder geöffnet',
  'case.rechecked': 'Erneut gesucht: kein weiteres Konto',
  'case.unchecked': 'Konnte nicht erneut gesucht werden',
  'case.sealed': 'Vorgang versiegelt',
  'step.intended': 'Im Begriff zu handeln',
  'step.applied': 'Das System hat geantwortet',
  'step.unknown': 'Keine Antwort; die Wirkung ist ungewiss',
  'step.mismatch': 'Angenommen, aber die Änderung zeigt sich nicht',
  'step.verified': 'Nachgelesen: Das Ziel ist erreicht',
  'step.acknowledged': 'Angenommen; nicht nachlesbar',
  'step.absent': 'Gesucht; es gibt kein solches Konto',
  'step.attested': 'Von Hand erledigt; jemand steht dafür ein',
  'step.confirmed': 'Als erledigt gemeldet; wird nachgelesen',
  'step.written-off': 'Endgültig verloren; jemand steht dafür ein',
  'step.handed-over': 'An jemand anderen übergeben',
  'step.submitted': 'Von Hand erledigt; noch nicht angenommen',
  'step.sent-back': 'Vom Empfänger zurückgeschickt',
  'step.time-asked': 'Um mehr Zeit gebeten',
  'step.time-given': 'Mehr Zeit gegeben',
  'step.time-refused': 'Keine weitere Zeit gegeben',
  'step.accepted': 'Von Hand erledigt und vom Empfänger angenommen',
  'step.waived': 'Nicht erledigt; jemand steht dafür ein',
  'step.held': 'Wartet auf einen Menschen',
  'step.retried': 'Erneuter Versuch verlangt',
  'step.undone': 'Rückgängig gemacht und nachgelesen',
  'step.rechecked': 'Erneut geprüft: Das Ziel ist noch erreicht',
  'step.unchecked': 'Konnte nicht erneut geprüft werden',
  'step.reopened': 'Wieder offen',
  'survey.answered': 'Befragung beantwortet',
  'survey.declined': 'Befragung abgelehnt',
  'survey.expired': 'Befragung nicht rechtzeitig beantwortet',
  'approval.requested': 'Genehmigung erbeten',
  'approval.granted': 'Genehmigt',
  'approval.denied': 'Genehmigung verweigert',
  'approval.consumed': 'Genehmigung verwendet',
  'approval.expired': 'Genehmigung abgelaufen',
  'approval.voided': 'Genehmigung hinfällig',
};
