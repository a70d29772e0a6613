import type { Case } from '../src/api/contract/cases.ts';
import { Done } from '../src/api/contract/page.ts';
import type { Step } from '../src/api/contract/steps.ts';
import { progressText } from '../src/cli/step-look.ts';
import { showChannel } from './channel.ts';
import { colleague } from './company.ts';
import { showAnsweredHint } from './elsewhere.ts';
import type { Follower } from './follow.ts';
import { happens, howItStands } from './happening.ts';
import { showMailbox } from './mailbox.ts';
import { uploadList } from './set-up.ts';
import { changedPeople, count, lookEverywhere, namesOf, type Stage } from './stage.ts';
import { laptopOf } from './systems/snipe-it.ts';
import { type Answer, doTasks } from './tasks.ts';
import { seconds } from './terminal.ts';
import { showTicket, ticketAfterCut } from './ticket.ts';
import { expectThat } from './wait.ts';

export const leaver = colleague('priya.nair');
const shortestOutageMs = 4_000;

/**
 * Somebody has to go at once, while one system is down and another one lies. Ends when the
 * departure is complete and every system, asked past Gatehouse, says the same as the record.
 */
export async function urgentDeparture(stage: Stage): Promise<Case> {
  const { screen, systems } = stage;
  screen.heading(1, `Urgent: ${leaver.name}, ${leaver.title}, ${leaver.office.city}`);
  await expectOpenAccounts(stage);
  systems.chat.server.behaviour = 'down';
  systems.expenses.server.behaviour = 'lies';

  let ticket: string | null = null;
  const today = new Date().toISOString().slice(0, 10);
  const { found, since } = await happens(stage, {
    person: leaver,
    event: {
      type: 'departure.confirmed',
      departure: { id: 'S-88', kind: 'involuntary', urgent: true, last_working_day: today },
    },
    expected: `the departure of ${leaver.name} complete`,
    withinMs: 240_000,
    async isThere(it, follower, since) {
      ticket ??= ticketAfterCut(stage, it);
      await react(stage, follower, it, since);
      return it.state === 'complete';
    },
  });
  const ungraded = found.steps.filter((it) => it.grade === null);
  expectThat(ungraded.length === 0, 'a grade on every step', () => howItStands(found));
  sumUp(stage, found, since);
  showTicket(stage, found, ticket);
  showChannel(stage, found);
  await askEverySystem(stage);
  showMailbox(stage, leaver, colleague('marta.silva'));
  await showAnsweredHint(stage, found);
  return found;
}

async function expectOpenAccounts(stage: Stage): Promise<void> {
  const sights = await lookEverywhere(stage, leaver);
  const open = sights.filter((it) => it.sight.open);
  expectThat(
    open.length === sights.length && open.length > 0,
    'every account of hers open before anything happens',
    () => `${open.length} of ${sights.length} open`,
  );
  const places = new Set(open.map((it) => it.system.connection.id));
  stage.screen.paragraph(
    `${open.length} accounts in ${places.size} systems are open, one of them privileged (★), and she ` +
      'has a door badge. To make it real, Chat is down just now, and Expenses will say “done” ' +
      'without doing anything.',
  );
  stage.screen.paragraph(
    'She is signed in just now: by ssh, with a query running, through the VPN and in the Wi-Fi. What is written to ' +
      'her goes on to her private address, by a rule of her own.',
  );
}

/** What people do while the engine does the rest. */
async function react(stage: Stage, follower: Follower, found: Case, since: number): Promise<void> {
  const { chat, expenses } = stage.systems;
  const { sam } = stage.gatehouse.staff;
  const alert = (words: string) => follower.mails().some((it) => it.subject.includes(words));

  const downForMs = Date.now() - since;
  if (downForMs > shortestOutageMs && chat.server.behaviour === 'down' && alert('chat does not')) {
    follower.act('Chat’s vendor', 'brings it back; nobody tells Gatehouse');
    chat.server.behaviour = 'normal';
  }
  const lied = found.steps.find((it) => it.connection === 'expenses' && it.status === 'held');
  if (lied && expenses.server.behaviour === 'lies' && alert('A step needs you')) {
    follower.act(sam.name, 'has Expenses mended, and tries again');
    expenses.server.behaviour = 'normal';
    await sam.send('POST', `/steps/${lied.id}/retry`, undefined, Done);
  }
  const waits = found.steps.some((it) => it.approval && it.grade === null && it.because !== null);
  for (const { name, approve } of waits ? stage.approvers : []) {
    for (const { title, approvedFirstBy } of await approve()) {
      const how = approvedFirstBy
        ? `signs the same after ${approvedFirstBy.name}, by a passkey of his own; now it may happen`
        : `approves by passkey, and nothing happens yet: “${title}” takes two, since she is protected`;
      follower.act(name, how);
    }
  }
  if (await stage.provisioning.follow(leaver)) {
    follower.act('Okta', 'tells by SCIM that her account ended there, as it does of everybody');
  }
  await blockCode(stage, found);
  await doTasks(found, answersOf(stage));
}

/** Nobody can ask the alarm panel: once the guard has blocked her code, a newer list is uploaded. */
async function blockCode({ systems, gatehouse }: Stage, { steps }: Case): Promise<void> {
  const { alarmPanel } = systems;
  const { id } = alarmPanel.connection;
  const isAsked = steps.some((it) => it.connection === id && it.assignment && it.grade === null);
  if (!isAsked || !alarmPanel.block(leaver)) return;
  await uploadList(gatehouse.staff.sam, id, alarmPanel.list());
}

/** What the people who were asked did, and what shows it. */
function answersOf({ gatehouse: { staff } }: Stage): Record<string, Answer> {
  return {
    badges: {
      by: staff.tomas,
      reason: 'Blocked at the panel, and tried at the front door.',
      proof: ({ account }) => `${account?.login}, blocked`,
    },
    'alarm-panel': {
      by: staff.tomas,
      reason: 'Blocked by the guard, and a new list was uploaded.',
      proof: ({ account }) => `${account?.login}, blocked in the new list`,
    },
    'snipe-it': {
      by: staff.tomas,
      reason: 'Collected in the office, and compared with the register.',
      proof: `number on the device=${laptopOf(leaver)}\nwho received it=${staff.tomas.name}`,
    },
    'direct-reports': {
      by: staff.noor,
      reason: 'Entered in the HR system, from today on.',
      proof: 'Marta Silva',
    },
    'replace-shared-passwords': {
      by: staff.kofi,
      reason: 'Replaced in the password manager.',
      proof: '3 passwords, 1 network key',
    },
    'recover-equipment': {
      by: staff.tomas,
      reason: 'Collected in the office.',
      proof: 'serial number of each device=laptop MC-0417\nbadge number=120',
    },
    'legal-duties:de-reference': {
      by: staff.noor,
      reason: 'Written, and sent to the private address.',
      proof: 'reference.txt',
      file: {
        name: 'reference.txt',
        bytes: Buffer.from('Priya Nair led our sales in Berlin, to our fullest satisfaction.'),
      },
    },
    'legal-duties:de-social-security': {
      by: staff.ingrid,
      reason: 'Reported with this month’s payroll.',
      proof: 'report 2231',
    },
    'legal-duties:de-certificate': {
      by: staff.ingrid,
      reason: 'Nobody has asked for it.',
      proof: 'not asked for',
    },
    'legal-duties:de-holiday': {
      by: staff.ingrid,
      reason: 'Five days go into the last pay.',
      proof: '5 days',
    },
  };
}

function sumUp(stage: Stage, done: Case, since: number): void {
  const { screen } = stage;
  const moment = (it: string | null) => Date.parse(it ?? '') - since;
  const { steps } = done;
  const blocks = steps.filter((it) => it.capability === 'account.suspend');
  const troubled = ['chat', 'expenses', 'badges', 'alarm-panel'];
  const prompt = blocks.filter((it) => !troubled.includes(it.connection ?? ''));
  const closed = Math.max(...prompt.map((it) => moment(it.settledAt)));

  screen.line();
  // Where something was not read back, the words never stand alone.
  const names = namesOf(stage);
  const weaker = steps
    .filter((it) => it.layer === 'security' && it.grade !== 'verified' && it.grade !== 'absent')
    .map((it) => `${names.get(it.connection ?? '') ?? it.title} ${gradeInWords(it)}`);
  screen.entry(
    '✔',
    'good',
    'Access removed',
    `after ${seconds(moment(done.accessRemovedAt))} · ${weaker.join(' · ')}. Where nothing stood in ` +
      `the way, ${count(prompt.length, 'account')} were closed and read back within ${seconds(closed)}.`,
  );
  screen.entry(
    '✔',
    'good',
    'Complete',
    `after ${seconds(moment(done.endedAt))} · ${progressText(done)}.`,
  );
}

function gradeInWords({ grade, title, decision }: Step): string {
  if (grade === 'acknowledged') return `“${title}” accepted, cannot be read back`;
  return grade === 'attested' ? `confirmed by ${decision?.byName}` : 'skipped';
}

/** The record is one thing; what the systems themselves say is another. */
async function askEverySystem(stage: Stage): Promise<void> {
  const { screen } = stage;
  screen.line();
  screen.paragraph('Each system asked past Gatehouse:');
  const sights = await lookEverywhere(stage, leaver);
  for (const { system, sight } of sights) {
    const { name } = system.connection;
    const icon = sight.open ? '▲' : '✔';
    const result = `${sight.asked.padEnd(24)} ${sight.answered}`;
    screen.entry(icon, sight.open ? 'attention' : 'good', name, result);
  }
  const open = sights.filter((it) => it.sight.open);
  expectThat(open.length === 0, 'no account of hers open', () => {
    return `open: ${open.map((it) => `${it.sight.login} in ${it.system.connection.name}`).join(', ')}`;
  });
  const others = [...(await changedPeople(stage))].filter((it) => it !== leaver.login);
  expectThat(others.length === 0, 'nobody else touched', () => others.join(', '));
  screen.paragraph(
    `${sights.length} of ${sights.length} agree with the record, and nothing changed for anybody else.`,
  );
}
