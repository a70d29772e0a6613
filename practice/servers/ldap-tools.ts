import { type LdifEntry, ldifOf, parseLdif } from './ldif.ts';
import { type Ending, mustRun, run } from './program.ts';

/** How the tools of OpenLDAP reach a server, and as whom. */
export interface LdapAccess {
  readonly url: string;
  readonly dn: string;
  readonly password: string;
  readonly baseDn: string;
  /** The authority of an `ldaps://` server. */
  readonly caFile?: string;
}

/** The tools of OpenLDAP: other programs than ours, to fill a server and to see what it holds. */
export function ldapTools({ url, dn, password, baseDn, caFile }: LdapAccess) {
  const env: Record<string, string> = caFile === undefined ? {} : { LDAPTLS_CACERT: caFile };
  const as = (who: string, secret: string) => ['-x', '-H', url, '-D', who, '-w', secret];
  const form = ['-LLL', '-o', 'ldif-wrap=no', '-E', 'pr=500/noprompt'];

  async function addLdif(input: string): Promise<void> {
    await mustRun('ldapadd', as(dn, password), { input, env });
  }

  /** Signs in and reads what every server shows. Code 49: the server answers and refuses. */
  const signIn = (who: string, secret: string): Promise<Ending> =>
    run('ldapsearch', [...as(who, secret), '-LLL', '-s', 'base', '-b', '', '1.1'], { env });

  return {
    /** Adds entries given as LDIF; for values that are not text. */
    addLdif,

    add: (entries: readonly LdifEntry[]) => addLdif(entries.map(ldifOf).join('\n')),

    /** What the server holds. Default: every attribute of every entry. */
    async search(
      filter: string,
      attributes: readonly string[] = ['*', '+'],
      base: string = baseDn,
    ): Promise<LdifEntry[]> {
      const args = [...as(dn, password), ...form, '-b', base, filter, ...attributes];
      return parseLdif(await mustRun('ldapsearch', args, { env }));
    },

    /** Applies LDIF change records. */
    async change(ldif: string): Promise<void> {
      await mustRun('ldapmodify', as(dn, password), { input: ldif, env });
    },

    signIn,

    /** Whether somebody can sign in now. Throws when nobody answers. */
    async canBind(who: string, secret: string): Promise<boolean> {
      const { code, err } = await signIn(who, secret);
      if (code === 0) return true;
      if (code === 49) return false;
      throw new Error(`${url} cannot be asked (${code}): ${err.trim()}`);
    },
  };
}
