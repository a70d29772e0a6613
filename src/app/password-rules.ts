import type { UserRow } from '#store/users.ts';

const [shortest, longest] = [12, 128];

/** Why a password is not taken, in a sentence; null: it is. */
export async function whyNotPassword(
  password: string,
  { name, email }: Pick<UserRow, 'name' | 'email'>,
): Promise<string | null> {
  const length = [...password.normalize('NFC')].length;
  if (length < shortest || length > longest) {
    return `A password has ${shortest} to ${longest} characters; this one has ${length}.`;
  }
  const plain = password.normalize('NFC').toLowerCase();
  const own = [email.split('@')[0]!, ...name.split(/\s+/), 'gatehouse'].filter(
    (it) => it.length > 3,
  );
  if (own.some((it) => bare(plain) === it.toLowerCase())) {
    return 'This is a name with something around it. Take a sentence, or have one made.';
  }
  const known = await knownPasswords();
  if (variants(plain).some((it) => known.has(it))) {
    return 'This password, or one very like it, is among those that were stolen and published. Take another one.';
  }
  return null;
}

/** What those who guess try first: the same without figures and signs around it, and half of what stands there twice. */
const variants = (plain: string): readonly string[] => {
  const half = plain.slice(0, plain.length / 2);
  return [plain, bare(plain), ...(half + half === plain ? [half, bare(half)] : [])];
};

const bare = (plain: string): string => plain.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

let known: Promise<ReadonlySet<string>> | undefined;

/** Passwords from published thefts, the most used ones; loaded when somebody sets a password. */
function knownPasswords(): Promise<ReadonlySet<string>> {
  known ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  );
  return known;
}
