import { setTimeout as wait } from 'node:timers/promises';
import { Case } from '#api/contract/cases.ts';
import { caseStateTitles, endStates } from '#core/case.ts';
import { caseView } from './case-view.ts';
import { Unreachable } from './client.ts';
import type { Cli } from './context.ts';
import { clean, cut } from './paint.ts';
import { lookOf, progressText } from './step-look.ts';
import { shortMoment } from './times.ts';

export interface Following {
  readonly everyMs: number;
  readonly json: boolean;
}

/**
 * Shows a departure until it ends: redrawn on a terminal, else one line for each change. A
 * server that does not answer for a while is waited for.
 */
export async function follow(cli: Cli, id: string, { everyMs, json }: Following): Promise<void> {
  const client = cli.client();
  const show = json ? jsonLines(cli) : cli.io.stdout.isTTY ? redrawing(cli) : changes(cli);
  for (;;) {
    try {
      const it = await client.get(`/cases/${id}`, Case);
      show(it);
      if (endStates.includes(it.state)) return;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      cli.io.stderr.write(`${error.message} We try again.\n`);
    }
    await wait(everyMs);
  }
}

type Show = (it: Case) => void;

function jsonLines({ io }: Cli): Show {
  let last = '';
  return (it) => {
    const line = JSON.stringify(it);
    if (line !== last) io.stdout.write(`${line}\n`);
    last = line;
  };
}

function redrawing(cli: Cli): Show {
  const { stdout } = cli.io;
  let drawn = 0;
  return (it) => {
    const { columns = 80, rows = 24 } = stdout;
    // What has scrolled off the top can no longer be drawn over, so no more than fits is drawn.
    const lines = caseView(it, cli).slice(0, rows - 1);
    const up = drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : '';
    stdout.write(`${up}${lines.map((line) => `${cut(line, columns)}\n`).join('')}`);
    drawn = lines.length;
  };
}

function changes(cli: Cli): Show {
  const shown = new Map<string, string>();
  const tell = (key: string, line: string, at: string) => {
    if (shown.get(key) !== line) cli.io.stdout.write(`${at}  ${line}\n`);
    shown.set(key, line);
  };
  return (it) => {
    const now = cli.now();
    const at = shortMoment(now, it.zone, now);
    for (const step of it.steps) {
      const { sign, word } = lookOf(step, it, { now });
      const place = step.connection ? ` (${step.connection})` : '';
      tell(step.id, clean(`${sign} ${word}: ${step.title}${place}`), at);
    }
    tell('case', `${caseStateTitles[it.state]}: ${progressText(it)}`, at);
  };
}
