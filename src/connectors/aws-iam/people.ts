import type { Account, PersonKeys } from '#connector-kit/contract.ts';
import { administrators } from './administrators.ts';
import type { Iam, UserDetail } from './api.ts';
import { isOpen } from './credentials.ts';
import { ownerOf } from './settings.ts';

/** The users of a person. IAM cannot be asked for a tag, so all are read. */
export async function usersOf(iam: Iam, { email, employeeNumber }: PersonKeys) {
  const keys = [email, employeeNumber].map((it) => it?.toLowerCase() ?? null);
  const isTheirs = (user: UserDetail) => {
    const owner = ownerOf(iam.settings, user);
    return owner !== null && keys.includes(owner);
  };
  const found: Account[] = [];
  for await (const it of accounts(iam, isTheirs)) found.push(it);
  return found;
}

/** Every user, whoever owns it. */
export const everyUser = (iam: Iam): AsyncIterable<Account> => accounts(iam, () => true);

async function* accounts(
  iam: Iam,
  isMeant: (user: UserDetail) => boolean,
): AsyncGenerator<Account> {
  const isAdministrator = await administrators(iam);
  for await (const page of iam.users()) {
    for (const user of page.UserDetailList.filter(isMeant)) {
      yield {
        id: user.UserId,
        login: user.UserName,
        // IAM has no switch of its own for that.
        status: (await isOpen(iam, user.UserName)) ? 'active' : 'suspended',
        privileged: isAdministrator(user),
        // It is told of passwords and of each key apart, and of some of the rest not at all.
        lastSeenAt: null,
      };
    }
  }
}
