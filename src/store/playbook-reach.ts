import type { CaseState } from '#core/case.ts';
import type { ConditionFacts } from '#core/condition.ts';
import { type Db, sql } from './sql.ts';

/** A case that goes on by some version of a playbook. */
export interface FollowingCase {
  readonly caseId: string;
  readonly name: string;
  readonly state: CaseState;
  readonly number: number;
  readonly confidential: boolean;
  readonly openedBy: string;
}

/** Cases that go forward by a version of the playbook of this name; those of the oldest version first. */
export async function casesFollowing(db: Db, name: string): Promise<readonly FollowingCase[]> {
  const { rows } = await db.query<FollowingCase>(sql`
    select c.id as "caseId", person.name, c.state, p.number, coalesce((c.departure ->> 'confidential')::boolean, false) as confidential,
           c.opened_by as "openedBy"
      from cases c
      join playbooks p on p.id = c.playbook_id
      join people person on person.id = c.person
     where p.name = ${name}
       and c.direction = 'forward'
       and c.state not in ('complete', 'cancelled', 'brought-back')
     order by p.number, person.name, c.id
  `);
  return rows;
}

/** People who have not left and of whom conditions say the same, and how many they are. */
export interface Alike {
  readonly person: ConditionFacts['person'];
  readonly source: string;
  readonly people: number;
}

export async function peopleAlike(db: Db): Promise<readonly Alike[]> {
  const { rows } = await db.query<Alike>(sql`
    select jsonb_build_object(
             'department', facts -> 'department', 'title', facts -> 'title', 'location', facts -> 'location',
             'country', facts -> 'country', 'region', facts -> 'region', 'employmentType', facts -> 'employmentType',
             'tags', coalesce(facts -> 'tags', '[]')) as person,
           source, count(*)::int as people
      from people
     where erased_at is null
       and id not in (select person from left_people)
     group by 1, 2
  `);
  return rows;
}
