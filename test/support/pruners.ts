import type { Caller } from '#app/app.ts';
import { approvePruning, carryOutPruning, pruningOptions } from '#app/prunings.ts';
import type { SoftwarePasskey } from '#app/testing/passkey.ts';
import { record } from '#ledger/record.ts';
import { loggedIn } from '#ledger/testing/ledger.ts';
import { inTransaction } from '#store/sql.ts';
import { loadUser } from '#store/users.ts';
import type { Pruning } from '../../src/api/contract/prunings.ts';
import { apiOf, type Colleague, ourPage, registerPasskey } from './api.ts';
import type { TestGatehouse } from './gatehouse.ts';

interface Options {
  readonly digest: string;
  readonly approved: { readonly challenge: string };
}

/** States so many facts of no matter, and has them put in order. */
export async function fillRecord({ app, scribe }: TestGatehouse, count: number): Promise<void> {
  const facts = Array.from({ length: count }, () => loggedIn());
  await inTransaction(app.pool, (tx) => record(tx, app.keys, facts));
  await scribe.flush();
}

/** Two people with passkeys who approve a pruning, one who asks for it, and the server on which it is carried out. */
export async function hirePruners(gatehouse: TestGatehouse) {
  const { hire } = apiOf(gatehouse);
  const lena = await hire('Lena Legal', ['legal']);
  const sam = await hire('Sam Security', ['security']);
  const ivy = await hire('Ivy Admin', ['it-admin']);
  const passkeys = new Map<string, SoftwarePasskey>();
  for (const it of [lena, sam, ivy]) passkeys.set(it.id, await registerPasskey(it));
  await gatehouse.scribe.flush();

  return {
    ...{ lena, sam, ivy, hire },
    /** The status is that of the answer. */
    request: (beforeSize: number, status = 200, by = lena) =>
      by.ask<Pruning>('POST', '/prunings', { beforeSize }, status),
    async approve(id: string, by: Colleague, status = 200) {
      const path = `/prunings/${id}`;
      const { digest, approved } = await by.ask<Options>('GET', `${path}/challenge`);
      const assertion = passkeys.get(by.id)!.sign(approved.challenge, ourPage);
      return by.ask<{ detail: string }>('POST', `${path}/approve`, { digest, assertion }, status);
    },
    /** The same without a key of the API, which would have run out by then. */
    async approveLater(id: string, by: Colleague) {
      const { app } = gatehouse;
      const user = (await loadUser(app.pool, by.id))!;
      const caller: Caller = { user, actor: { kind: 'person', id: by.id, auth: 'token' } };
      const { digest, approved } = await pruningOptions(app, caller, id);
      const assertion = passkeys.get(by.id)!.sign(approved.challenge, ourPage);
      return approvePruning(app, caller, id, { digest, assertion });
    },
    carryOut: (beforeSize: number) =>
      carryOutPruning(
        { scribe: gatehouse.database.pools.scribe, publicUrl: gatehouse.app.publicUrl },
        beforeSize,
      ),
  };
}
