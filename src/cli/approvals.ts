import type { Command } from 'commander';
import { Approval, ApprovalPage } from '#api/contract/approvals.ts';
import { answering, type Cli } from './context.ts';
import { everything } from './everything.ts';
import { clean } from './paint.ts';
import { table } from './table.ts';
import { momentText } from './times.ts';

const howToDecide =
  'Decide with your passkey. A key of the command line can never approve, so that whoever finds it cannot either.';

/** `gatehouse approvals`: what waits for another person, and what exactly it is. */
export function addApprovals(program: Command, cli: Cli): void {
  answering(program, 'approvals [approval]', 'what waits for the approval of another person')
    .option('--mine', 'only what I may decide')
    .option('--all', 'also what is decided or over')
    .action(
      async (
        id: string | undefined,
        { mine, all, ...options }: { mine?: boolean; all?: boolean; json?: boolean },
      ) => {
        if (id !== undefined) {
          const it = await cli.client().get(`/approvals/${encodeURIComponent(id)}`, Approval);
          return cli.answer(options, it, () => approvalLines(it, cli));
        }
        const items = await everything(cli, '/approvals', ApprovalPage, { mine, all });
        cli.answer(options, items, () => [
          ...table(
            cli.paint,
            ['Approval', 'What', 'In', 'About', 'Until', 'Stands'],
            items.map((it) => [
              it.id,
              it.title,
              it.connection ?? '',
              it.person,
              momentText(it.expiresAt, cli.zone, cli.now()),
              { text: standingText(it), tone: it.standing === 'waiting' ? 'attention' : 'quiet' },
            ]),
            'Nothing waits for an approval.',
          ),
          ...(items.length > 0 ? ['', howToDecide] : []),
        ]);
      },
    );
}

const standingText = (it: Approval): string =>
  it.standing === 'waiting' && !it.mayDecide ? 'waits for others' : it.standing;

/** Of protected people: how many it takes, and who was the first. */
function approversText({ approversNeeded, approvedFirstBy: first, decidedBy }: Approval): string[] {
  if (approversNeeded < 2) return [];
  const second = decidedBy === null ? '; a second person is needed' : '';
  const soFar = first
    ? `approved by ${first.name ?? first.id}${second}`
    : 'nobody has approved yet';
  return [clean(`The person is protected, so it takes two people: ${soFar}.`)];
}

function approvalLines(it: Approval, { paint, zone, now }: Cli): string[] {
  const moment = (at: string) => momentText(at, zone, now());
  const where = [it.connection, it.account?.login].filter(Boolean).join(': ');
  return [
    paint('strong', clean(`${it.title}, about ${it.person}`)),
    clean(where),
    clean(it.summary),
    ...(it.cannotBeUndone ? [paint('attention', 'This cannot be undone.')] : []),
    '',
    `What is there: ${clean(JSON.stringify(it.state))}`,
    `Asked for by ${clean(it.requestedBy.name ?? it.requestedBy.id)}, ${moment(it.requestedAt)}; until ${moment(it.expiresAt)}`,
    ...approversText(it),
    `Digest ${it.digest}`,
    '',
    ...(it.because ? [clean(`${it.standing}: ${it.because}`)] : []),
    ...(it.standing === 'waiting' ? [clean(it.whyNot ?? howToDecide)] : []),
  ];
}
