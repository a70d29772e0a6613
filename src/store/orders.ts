import { type Db, sql } from './sql.ts';

/** Something web asks of a worker, because web may call nobody outside. */
export interface OrderRow {
  readonly id: string;
  readonly kind: string;
  readonly input: unknown;
  readonly askedBy: string;
  readonly output: unknown;
  readonly problem: string | null;
  readonly answeredAt: Date | null;
}

export async function placeOrder(
  db: Db,
  it: { id: string; kind: string; input: unknown; askedBy: string },
): Promise<void> {
  await db.query(sql`
    with placed as (
      insert into orders (id, kind, input, asked_by)
      values (${it.id}, ${it.kind}, ${JSON.stringify(it.input)}, ${it.askedBy})
      returning id
    )
    select wake_order(id) from placed
  `);
}

export async function loadOrder(db: Db, id: string): Promise<OrderRow | null> {
  const { rows } = await db.query<OrderRow>(sql`
    select id, kind, input, asked_by as "askedBy", output, problem, answered_at as "answeredAt" from orders where id = ${id}
  `);
  return rows[0] ?? null;
}

export async function answerOrder(
  db: Db,
  it: { id: string; output: unknown; problem: string | null },
): Promise<void> {
  await db.query(sql`
    update orders
       set output = ${JSON.stringify(it.output ?? null)}, problem = ${it.problem}, answered_at = clock_timestamp()
     where id = ${it.id}
  `);
}

/** What trials answered shows accounts as their system does; whoever asked has it by now. */
export async function forgetTrials(db: Db): Promise<void> {
  await db.query(sql`
    delete from orders
     where kind = 'try'
       and answered_at < clock_timestamp() - interval '1 hour'
  `);
}
