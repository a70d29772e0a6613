import type { Command } from 'commander';
import { type RulePack, RulePackPage } from '#api/contract/obligations.ts';
import { standingText } from '#core/rule-pack.ts';
import { answering, type Cli } from './context.ts';
import { everything } from './everything.ts';
import { CliProblem } from './io.ts';
import { table } from './table.ts';

/** `gatehouse rule-packs`: the legal duties that playbooks may ask for. */
export function addRulePacks(program: Command, cli: Cli): void {
  answering(program, 'rule-packs [pack]', 'legal duties, their deadlines and sources').action(
    async (name: string | undefined, options: { json?: boolean }) => {
      const packs = await everything(cli, '/rule-packs', RulePackPage);
      if (name === undefined) return cli.answer(options, packs, () => packTable(cli, packs));
      const pack = packs.find((it) => it.id === name);
      if (!pack) {
        const known = packs.map((it) => it.id).join(', ');
        throw new CliProblem(`There is no rule pack ${name}. There are: ${known}.`);
      }
      cli.answer(options, pack, () => packLines(cli, pack));
    },
  );
}

const packTable = (cli: Cli, packs: readonly RulePack[]) =>
  table(
    cli.paint,
    ['Pack', 'Title', 'Rules', 'Reviewed by counsel'],
    packs.map((it) => [
      it.id,
      it.title,
      `${it.rules.length}`,
      { text: reviewText(it), tone: isFresh(it) ? 'good' : 'attention' },
    ]),
    'There are no rule packs.',
  );

const isFresh = ({ reviewed }: RulePack) => reviewed !== null && !reviewed.isStale;

function reviewText({ reviewed }: RulePack): string {
  if (!reviewed) return 'not yet';
  return `${reviewed.on}, ${reviewed.by}${reviewed.isStale ? ' (too long ago)' : ''}`;
}

function packLines({ paint }: Cli, pack: RulePack): string[] {
  const lines = [
    paint('strong', `${pack.title}, version ${pack.version}`),
    `Reviewed by counsel: ${reviewText(pack)}.`,
    ...(pack.appliesWhen ? [`Applies when ${pack.appliesWhen}.`] : []),
  ];
  for (const rule of pack.rules) {
    lines.push('', `${paint('strong', rule.id)}  ${rule.title}${rule.on ? '' : '  (off)'}`);
    const { appliesWhen, fromHeadcount, due, notBefore, doubt } = rule;
    const details = [
      appliesWhen && `when ${appliesWhen}`,
      fromHeadcount && `for employers of ${fromHeadcount} people or more`,
      `due ${due.join('; or ')}${notBefore ? `, not before ${notBefore}` : ''}`,
      doubt,
      `${rule.citation}${rule.link ? ` (${rule.link})` : ''}. ${standingText[rule.standing]}`,
    ];
    lines.push(...details.filter((it) => it !== null && it !== 0).map((it) => `  ${it}`));
  }
  return lines;
}
