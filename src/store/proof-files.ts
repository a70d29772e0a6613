import { type Db, sql } from './sql.ts';

/** A file that was added to prove that a step was done by hand; its bytes are a sealed blob. */
export interface ProofFile {
  readonly name: string;
  /** Hex, of the plain bytes. */
  readonly sha256: string;
  readonly size: number;
}

/** The same file again changes nothing. */
export async function noteProofFile(
  db: Db,
  it: ProofFile & { stepId: string; by: string },
): Promise<void> {
  await db.query(sql`
    insert into proof_files (step_id, sha256, name, size, added_by)
    values (${it.stepId}, ${it.sha256}, ${it.name}, ${it.size}, ${it.by})
        on conflict do nothing
  `);
}

/** In the order in which they were added. */
export async function proofFilesOf(db: Db, stepId: string): Promise<readonly ProofFile[]> {
  const { rows } = await db.query<ProofFile & { name: string }>(sql`
    select name, sha256, size from proof_files where step_id = ${stepId} order by added_at, sha256
  `);
  return rows;
}
