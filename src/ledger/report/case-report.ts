import type { CaseSummary } from '#core/case-summary.ts';
import type { RecordedEvent } from '#core/event-rows.ts';
import type { Language } from '#core/language.ts';
import { base64 } from '#core/note.ts';
import { caseReport } from '#core/report.ts';
import { settingsFrom } from '#core/settings.ts';
import { listConnections } from '#store/connections.ts';
import { loadSettings } from '#store/settings.ts';
import { type Db, sql } from '#store/sql.ts';
import { listUsers } from '#store/users.ts';
import { reportPdf } from './pdf.ts';

/** What a report shows beside the facts: names that stand in none of them, and the words of the company. */
export interface ReportNames {
  readonly company: string;
  readonly language: Language;
  readonly systems: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<string, string>;
}

/** Read once for a pack. `personal` false: nobody is named. Null for the language: that of the company. */
export async function reportNames(
  db: Db,
  it: { personal: boolean; language: Language | null },
): Promise<ReportNames> {
  const { company } = settingsFrom(await loadSettings(db));
  const users = it.personal ? await listUsers(db) : [];
  const connections = await listConnections(db);
  return {
    company: company.name,
    language: it.language ?? company.language,
    systems: new Map(connections.map(({ id, name }) => [id, name])),
    people: new Map(users.map(({ id, name }) => [id, name])),
  };
}

export interface ReportParts {
  readonly summary: CaseSummary;
  /** Up to the last seal. */
  readonly events: readonly RecordedEvent[];
  readonly personal: boolean;
  readonly signed: {
    readonly origin: string;
    readonly size: number;
    readonly root: Uint8Array;
    readonly note: string;
  };
  readonly vkeys: readonly string[];
  /** What is attached: the facts as they lie in the pack. */
  readonly jsonl: string;
}

/** `report.pdf` of a case: for people. It proves nothing, and says so. */
export async function reportOf(db: Db, names: ReportNames, it: ReportParts): Promise<Uint8Array> {
  const { summary, events, personal, signed, vkeys, jsonl } = it;
  const { company, language, systems, people } = names;
  const { origin, size, root, note } = signed;
  const record = { origin, size, root: base64(root), vkeys };
  const titles = await titlesOf(db, summary.case, personal);
  const report = caseReport(
    { summary, facts: events, personal, company, record, systems, people, titles },
    language,
  );
  return reportPdf(report, [
    {
      name: 'events.jsonl',
      type: 'application/jsonl',
      about: attached[language].facts,
      bytes: Buffer.from(jsonl),
    },
    {
      name: 'checkpoint',
      type: 'text/plain',
      about: attached[language].checkpoint,
      bytes: Buffer.from(note),
    },
  ]);
}

const attached: Record<Language, { facts: string; checkpoint: string }> = {
  en: {
    facts: 'Every fact of the case, byte for byte, with its hash',
    checkpoint: 'The signed state of the record',
  },
  de: {
    facts: 'Jeder Eintrag des Vorgangs, Byte für Byte, mit seiner Prüfsumme',
    checkpoint: 'Der signierte Stand des Protokolls',
  },
};

/** What the plan calls its steps. Titles name people; without them a step goes by its name in the playbook. */
async function titlesOf(
  db: Db,
  caseId: string,
  personal: boolean,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ id: string; title: string; playbookStep: string }>(sql`
    select id, title, playbook_step as "playbookStep" from steps where case_id = ${caseId}
  `);
  return new Map(rows.map(({ id, title, playbookStep }) => [id, personal ? title : playbookStep]));
}
