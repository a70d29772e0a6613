import { aOf, type CaseKind } from './arrival.ts';
import { localText } from './dates.ts';
import type { Grade } from './step.ts';
import { onOneLine } from './template.ts';

/** What a ticket is to show. */
export interface TicketContent {
  readonly title: string;
  readonly text: string;
  /** Only while people have something to do. */
  readonly open: boolean;
}

/** One case, as far as a ticket tells of it. */
export interface TicketFacts {
  readonly kind: CaseKind;
  readonly caseId: string;
  /** Where the whole record is. */
  readonly link: string;
  /** Whoever reads tickets may not know who it is about. */
  readonly confidential: boolean;
  /** It does not take place after all. */
  readonly takenBack: boolean;
  readonly person: { readonly name: string; readonly department: string | null };
  readonly accessEndsAt: Date | null;
  readonly lastWorkingDay: string | null;
  /** Of an arrival. */
  readonly firstDay: string | null;
  readonly zone: string;
  /** In the order of the plan, without those of tickets. */
  readonly steps: readonly TicketLine[];
}

/** One step of the case. */
export interface TicketLine {
  readonly title: string;
  /** Name of the system; null: it is in none. */
  readonly system: string | null;
  readonly login: string | null;
  /** Null: still open. */
  readonly grade: Grade | null;
  readonly settledAt: Date | null;
  /** Somebody has to do it, or to decide about it. */
  readonly needsPerson: boolean;
  /** When a person's task is due. */
  readonly deadline: Date | null;
}

/** What the words of the grades mean, for readers who have never heard of them. */
const meanings: Record<Grade, string> = {
  verified: 'read back from the system',
  acknowledged: 'accepted by the system, which cannot be read back',
  absent: 'looked for, and not there',
  attested: 'done by hand, and a person vouches for it',
  waived: 'not done, and a person answers for that',
};

/** Title and text of a ticket, at most `longest` characters: what was done, how well it is proven, what is open. */
export function ticketContent(facts: TicketFacts, longest: number): TicketContent {
  const { steps, takenBack } = facts;
  const toDo = takenBack ? [] : steps.filter((it) => it.grade === null && it.needsPerson);
  const { title, lines } = facts.confidential ? neutral(facts) : inFull(facts, toDo);
  const frame = [
    '',
    `Everything about it: ${facts.link}`,
    'Gatehouse writes this text, and writes it anew when something has changed.',
  ];
  const room = longest - frame.join('\n').length - 1;
  const text = [...shortened(lines, room), ...frame].join('\n');
  return { title: title.slice(0, mostTitle), text, open: toDo.length > 0 };
}

const mostTitle = 150;

const titles: Record<CaseKind, string> = {
  departure: 'Departure',
  arrival: 'Arrival',
  'role change': 'Change of role',
};

interface Words {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Names nobody and nothing that could tell who it is. */
function neutral({ kind, caseId, takenBack, steps }: TicketFacts): Words {
  const settled = steps.filter(({ grade }) => grade !== null).length;
  return {
    title: `${aOf(kind)} (${caseId})`,
    lines: [
      `${titles[kind]} ${caseId}`,
      ...(takenBack ? [takenBackText] : []),
      '',
      `${settled} of ${steps.length} steps have a grade.`,
    ],
  };
}

const takenBackText = 'Taken back: it does not take place.';

function inFull(facts: TicketFacts, toDo: readonly TicketLine[]): Words {
  const { person, zone, steps, takenBack } = facts;
  const graded = steps.filter(({ grade }) => grade !== null);
  const others = steps.length - graded.length - toDo.length;
  const grades = new Set(graded.flatMap(({ grade }) => grade ?? []));
  const department = person.department === null ? '' : `, ${onOneLine(person.department)}`;
  const title = `${titles[facts.kind]} of ${onOneLine(person.name)}`;
  const section = (heading: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', heading, ...lines] : [];

  return {
    title,
    lines: [
      `${title}${department}`,
      ...(takenBack ? [takenBackText] : []),
      ...(facts.accessEndsAt ? [`Access ends: ${clock(facts.accessEndsAt, zone)}`] : []),
      ...(facts.lastWorkingDay ? [`Last working day: ${facts.lastWorkingDay}`] : []),
      ...(facts.firstDay ? [`First day: ${facts.firstDay}`] : []),
      ...section(
        'Open for people:',
        toDo.map((it) => `- ${placed(it, steps)}${dueText(it, zone)}`),
      ),
      ...section(
        'Done:',
        graded.map((it) => `- ${placed(it, steps)}: ${it.grade}${atText(it, zone)}`),
      ),
      ...(others > 0 && !takenBack ? ['', `Still to come by itself: ${others}`] : []),
      ...section(
        'What the words mean:',
        [...grades].map((it) => `- ${it}: ${meanings[it]}`),
      ),
    ],
  };
}

/** The login only where the same is done on several accounts of one system. */
function placed(it: TicketLine, all: readonly TicketLine[]): string {
  const same = all.filter(({ title, system }) => title === it.title && system === it.system);
  const login = same.length > 1 && it.login !== null ? ` (${it.login})` : '';
  return onOneLine(`${it.title}${it.system === null ? '' : ` in ${it.system}`}${login}`);
}

const clock = (at: Date, zone: string): string =>
  `${localText(at, zone).replace('T', ' ')} ${zone}`;

const atText = ({ settledAt }: TicketLine, zone: string): string =>
  settledAt === null ? '' : `, ${clock(settledAt, zone)}`;

const dueText = ({ deadline }: TicketLine, zone: string): string =>
  deadline === null ? '' : `, due ${clock(deadline, zone)}`;

/** As many lines as there is room for; how many are missing is said. */
function shortened(lines: readonly string[], room: number): readonly string[] {
  if (lines.join('\n').length <= room) return lines;
  const missing = (count: number) => `… and ${count} more lines; the link has them all.`;
  const kept: string[] = [];
  let left = room - missing(lines.length).length;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  return [...kept, missing(lines.length - kept.length)];
}
