import { type Db, sql } from './sql.ts';

/** Why somebody with an address in the house may not be written to, as far as anything speaks against it. */
export interface Standing {
  readonly name: string;
  /** Their access has ended: the mailbox is closed, or will be within moments. */
  readonly left: boolean;
  /** A user who may not sign in any more. */
  readonly disabled: boolean;
}

/**
 * How those with these addresses stand, by address in lower case; none for addresses that we know
 * nothing of. Their newest departure or arrival decides; whoever has another employment with the same
 * address that goes on has not left.
 */
export async function standingsOf(
  db: Db,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const wanted = addresses.map((it) => it.trim().toLowerCase());
  const { rows } = await db.query<Standing & { email: string }>(sql`
    with employed as (
      select lower(p.email) as email, p.name, p.heard_at, coalesce(newest.has_left, false) as has_left
        from people p
        left join lateral (
               select c.kind = 'departure'
                      and (c.state = 'complete'
                           or c.access_removed_at is not null
                           or (c.access_ends_at <= clock_timestamp()
                               and (c.state in ('scheduled', 'running', 'access-removed')
                                    or c.containment_at is not null))) as has_left
                 from cases c
                where c.person = p.id
                  and c.kind in ('departure', 'arrival')
                  and c.state not in ('cancelled', 'brought-back')
                order by c.opened_at desc
                limit 1
             ) newest on true
       where lower(p.email) = any (${wanted}::text[])
    ), known as (
      select email, (array_agg(name order by heard_at desc))[1] as name, bool_and(has_left) as has_left
        from employed
       group by email
    )
    select coalesce(known.email, lower(u.email)) as email, coalesce(known.name, u.name) as name,
           coalesce(known.has_left, false) as "left", coalesce(u.disabled_at is not null, false) as disabled
      from known
      full join (select * from users where lower(email) = any (${wanted}::text[])) u on lower(u.email) = known.email
  `);
  return new Map(rows.map(({ email, ...it }) => [email, it]));
}
