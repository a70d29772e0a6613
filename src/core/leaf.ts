import { z } from 'zod';
import { Actor, type FactType, factTypes, settlingFacts } from './event.ts';
import { Count, Digest, Moment, Ordinal, Reference } from './fact.ts';

/** What a system said about itself in its answer. Its `date` is evidence, not authority. */
export const Remote = z.strictObject({
  /** RFC 3339, as near to the system's own words as that allows. */
  date: z.iso.datetime({ offset: true }).optional(),
  event_id: z.string().max(256).optional(),
  ms: Count.optional(),
  request_id: z.string().max(256).optional(),
  status: Count.optional(),
});
export type Remote = z.infer<typeof Remote>;

/** A stored file or exchange: hex SHA-256 of its bytes, and their number. */
export const Evidence = z.strictObject({
  kind: Reference,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: Count,
});
export type Evidence = z.infer<typeof Evidence>;

/** The fields every leaf may have; `leafShape` says which of the others belong to a type. */
const common = {
  v: z.literal(1),
  id: z.ulid(),
  at: Moment,
  actor: Actor,
  on_behalf_of: Reference.optional(),
  row: z
    .string()
    .regex(/^[a-z_]+\/[A-Za-z0-9][A-Za-z0-9 ._:-]{0,127}@[1-9][0-9]{0,15}$/)
    .optional(),
  target: z.strictObject({ ref: Reference, system: Reference.optional() }).optional(),
  remote: Remote.optional(),
  evidence: z.array(Evidence).min(1).optional(),
  _sd: z.array(Digest).min(1).optional(),
  _sd_alg: z.literal('sha-256').optional(),
};

const place = { case: Reference, case_seq: Ordinal, case_prev: Digest.optional() };
const anyPlace = {
  case: place.case.optional(),
  case_seq: place.case_seq.optional(),
  case_prev: place.case_prev,
};

const Step = z.strictObject({
  id: Reference,
  /** Counts from 1. */
  attempt: Ordinal,
  capability: Reference.nullable(),
  connection: Reference.nullable(),
});

/**
 * The closed shape of one type's leaf. A field that the type does not know is refused, so
 * that nothing reaches the record by accident, and nothing is dropped from it in silence.
 */
export function leafShape(type: FactType): z.ZodType {
  const known = shapes.get(type);
  if (known) return known;

  const { data } = factTypes[type];
  const grade = settlingFacts[type];
  const isStep = type.startsWith('step.');
  const shape = z.strictObject({
    ...common,
    type: z.literal(type),
    ...(isStep || type.startsWith('case.') ? place : anyPlace),
    ...(isStep ? { step: Step } : {}),
    ...(grade ? { grade: z.literal(grade) } : {}),
    ...(type === 'step.intended' || type.startsWith('approval.') ? { plan: Digest } : {}),
    data: data.safeParse({}).success ? data.optional() : data,
  });
  shapes.set(type, shape);
  return shape;
}

const shapes = new Map<FactType, z.ZodType>();
